// Prepares and evaluates the plugin in a folder; tells what it exports, and what of esbuild was started for it.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createLoader } from '#src/act/load/loader.js'
import { factsOf, timers } from '../act/load/facts.ts'

const [, , folder = '', cacheDirectory] = process.argv
const loader = createLoader({
  cacheDirectory,
  owner: () => undefined,
  onProblem: (problem) => console.error(problem),
})
const outcome = await loader.prepare({
  name: 'plugin',
  directory: folder,
  real: folder,
  entry: 'plugin.ts',
  files: factsOf(folder),
})
if ('problem' in outcome) throw new Error(outcome.problem.message)
const { exports } = (await outcome.code.evaluate(() => timers)) as { exports: { v: number } }
const children = readdirSync('/proc/self/task')
  .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
  .filter((pid) => pid !== '')
const esbuild = Object.keys(createRequire(import.meta.url).cache).some((file) =>
  /[/\\]esbuild[/\\]lib[/\\]/.test(file),
)
await loader.close()
console.log(JSON.stringify({ v: exports.v, esbuild, children: children.length }))
