// Prepares and evaluates the plugin in a folder, and foresees what `a.ts` would make of it then, if a text is given; tells what it exports, and what of esbuild was started for it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createLoader } from '#src/act/load/loader.js'
import { factsOf, timers } from '../act/load/facts.ts'

const [, , folder = '', cacheDirectory, text] = process.argv
const loader = createLoader({
  cacheDirectory,
  owner: () => undefined,
  onProblem: (problem) => console.error(problem),
})
const files = factsOf(folder)
const entry = files.has('plugin.mjs') ? 'plugin.mjs' : 'plugin.ts'
const plugin = { name: 'plugin', directory: folder, real: folder, entry, files }
const outcome = await loader.prepare(plugin)
if ('problem' in outcome) throw new Error(outcome.problem.message)
const { exports } = (await outcome.code.evaluate(() => timers)) as { exports: { v: number } }
if (text !== undefined) {
  writeFileSync(join(folder, 'a.ts'), text)
  loader.foresee(plugin, outcome.code)
  await loader.prepare({ ...plugin, files: factsOf(folder) }, outcome.code)
}
const children = readdirSync('/proc/self/task')
  .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
  .filter((pid) => pid !== '')
const esbuild = Object.keys(createRequire(import.meta.url).cache).some((file) =>
  /[/\\]esbuild[/\\]lib[/\\]/.test(file),
)
await loader.close()
console.log(JSON.stringify({ v: exports.v, esbuild, children: children.length }))
