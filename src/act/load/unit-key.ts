import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parse } from 'jsonc-parser'
import { isInside } from './own-files.ts'
import type { PluginFiles } from './plugin-files.ts'
import { statOf } from './stat-of.ts'

const require = createRequire(import.meta.url)

let maker: string | undefined

/** What makes units, as far as it shows in them. */
function versions(): string {
  return (maker ??= [
    'unit 3',
    (require('../../../package.json') as { version: string }).version,
    (require('esbuild/package.json') as { version: string }).version,
    process.version,
  ].join(' '))
}

/**
 * The name of the unit that this folder makes: everything that compiling it looks at goes into it.
 * @param packageType `type` of the package.json that governs the entry
 * @param folder hash of all code in the folder
 */
export function unitKey(
  plugin: PluginFiles,
  entry: string,
  packageType: string | undefined,
  folder: string,
): string {
  const hash = createHash('sha256').update(
    [versions(), plugin.real, entry, packageType ?? '', folder].join('\n'),
  )
  if (plugin.files.has('tsconfig.json')) {
    for (const path of extended(join(plugin.real, 'tsconfig.json'))) {
      if (!isInside(plugin.real, path)) hash.update(`\n${path}\n`).update(readFileSync(path))
    }
  }
  return hash.digest('hex')
}

/** The files that a tsconfig.json takes over, transitively. */
function extended(path: string, seen: Set<string> = new Set()): Set<string> {
  const from = dirname(path)
  const { extends: names } = readConfig(path)
  for (const name of Array.isArray(names) ? names : [names]) {
    const base = typeof name === 'string' ? resolveConfig(from, name) : undefined
    if (base === undefined || seen.has(base)) continue
    seen.add(base)
    extended(base, seen)
  }
  return seen
}

function readConfig(path: string): { extends?: unknown } {
  try {
    return (parse(readFileSync(path, 'utf8')) ?? {}) as { extends?: unknown }
  } catch {
    return {}
  }
}

function resolveConfig(from: string, name: string): string | undefined {
  const candidates = /^\.{0,2}\//.test(name)
    ? [join(from, name), join(from, `${name}.json`)]
    : [name, `${name}.json`, `${name}/tsconfig.json`].map((specifier) => resolvePackage(from, specifier))
  return candidates.find((path) => path !== undefined && statOf(path)?.isFile() === true)
}

function resolvePackage(from: string, specifier: string): string | undefined {
  try {
    return createRequire(join(from, 'tsconfig.json')).resolve(specifier)
  } catch {
    return undefined
  }
}
