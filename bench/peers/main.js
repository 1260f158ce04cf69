import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { machine } from '../machine.js'
import { writePart } from '../results-file.js'
import { charts } from './charts.js'
import { contenders } from './contenders/index.js'
import { measures } from './measures/index.js'
import { readOptions } from './options.js'
import { summary, writeReadme } from './readme.js'
import { report } from './report.js'
import { merged } from './merged.js'
import { GROUPS, run } from './run.js'
import { versions } from './versions.js'

const options = readOptions(process.argv.slice(2))
const say = (line) => process.stderr.write(`${line}\n`)
const file = new URL('../results/peers.json', import.meta.url)

// Leaving by a signal is leaving: what runs is ended.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
const now = options.report ? before : await measured()
const results = options.save && before && !options.everything ? merged(before, now) : now
if (options.save) writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
const text = report(results)
process.stdout.write(`\n${text}\n`)
if (options.save || options.report) {
  writePart('peers', text)
  const folder = new URL('../charts/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const [name, svg] of Object.entries(charts(results)))
    writeFileSync(new URL(`${name}.svg`, folder), svg)
  writeReadme(summary(results))
}
process.exit(0)

async function measured() {
  const begun = Date.now()
  const { loadReloads, repeat } = options
  const asked = {
    ...options,
    contenders: contenders.filter(({ id }) => options.peers.includes(id)),
    loadReloads: Math.ceil(loadReloads / repeat),
  }
  const { versions: own, ...where } = machine()
  const found = {
    machine: where,
    versions: { ...own, ...versions(asked.contenders) },
    options,
    measures: {},
    seconds: {},
  }
  mkdirSync(new URL('.', file), { recursive: true })
  for (const { id: group, lanes } of GROUPS) {
    const start = Date.now()
    const chosen = measures.filter((measure) => measure.group === group && options.only.includes(measure.id))
    if (chosen.length === 0) continue
    Object.assign(found.measures, await run(chosen, lanes, asked, say))
    found.seconds[group] = Math.round((Date.now() - start) / 1000)
    // A run takes long: what it has is kept, whatever becomes of the rest.
    writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`)
  }
  say(`${Math.round((Date.now() - begun) / 1000)} s: ${JSON.stringify(found.seconds)}`)
  return found
}
