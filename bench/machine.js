import { readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'

/** What was measured, on what, and when. */
export function machine() {
  const [cpu] = cpus()
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    node: process.version,
    system: `${type()} ${release()}`,
    cpu: `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: { plugbay: versionIn('..'), ...installed(['chokidar', 'esbuild']) },
  }
}

function installed(names) {
  return Object.fromEntries(names.map((name) => [name, versionIn(`../node_modules/${name}`)]))
}

function versionIn(folder) {
  try {
    return JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')).version
  } catch {
    return 'unknown'
  }
}
