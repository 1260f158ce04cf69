import { mkdirSync, writeFileSync } from 'node:fs'
import { measureColdStarts } from './cold.js'
import { measureEdits } from './edit.js'
import { measureHttp } from './http.js'
import { machine } from './machine.js'
import { measureMemory } from './memory.js'
import { readOptions } from './options.js'
import { report } from './report.js'
import { writePart } from './results-file.js'

const options = readOptions(process.argv.slice(2))
const say = (line) => process.stderr.write(`${line}\n`)
const measures = { edit: measureEdits, cold: measureColdStarts, http: measureHttp, memory: measureMemory }

const results = { machine: machine(), options }
mkdirSync(new URL('results/', import.meta.url), { recursive: true })
for (const [name, measure] of Object.entries(measures)) {
  if (!options.only.includes(name)) continue
  results[name] = await measure(options, say)
  // A run takes long: what it has is kept, whatever becomes of the rest.
  writeFileSync(new URL('results/latest.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`)
}
const text = report(results)
process.stdout.write(`\n${text}\n`)
if (options.save) writePart('floor', `${introduction()}\n\n${text}`)

function introduction() {
  return `# What was measured

Written by \`npm run bench\`. Every number is a median, with its quartiles; what is compared ran in turn on the same
machine, so the ratios say more than the milliseconds, and their quartiles are those of neighbouring runs.

- **Edit to live**: from the return of the write to the new value being there for \`manager.api()\` in the same process, in a turn of its own,
  for ${options.edits} edits of random plugins of three modules each, two below the entry. The floor, in turn with it in the
  same process: \`fs.watch\` on that folder, three keys purged from \`require.cache\`, \`require()\`; always CommonJS.
- **Cold start**: from \`createPluginManager()\` to \`start()\` having resolved, in a fresh process, ${options.repeat} times. The floor: raw
  \`require()\` or \`import()\` of the same entries in the same order; for TypeScript, of the same plugins as plain JavaScript.
  It evaluates the modules and does no more; plugbay also reads and judges each folder, and calls \`activate\`.
- **Throughput**: requests a second of one route with a parameter, 32 connections, asked by another process. Direct: the
  same framework with the same route and nothing of plugbay. Both servers are up at the same time and asked in turn, 14
  times 0.4 s each, in three pairs of fresh processes; live of direct is the median of the pairs' medians, its quartiles
  are those of all neighbouring slices. CPU: the time that the server's process takes for one request.
- **Memory of watching**: a process with the manager after garbage collection.`
}
