import { readFileSync, writeFileSync } from 'node:fs'
import { marks } from '../results-file.js'
import { table } from './report.js'
import { NOISE_KB, NUMBERS, count, round, sayingOf, spreadOf, whoOf, wordOf } from './rows.js'

const README = new URL('../../README.md', import.meta.url)

/** The few numbers that the README shows. */
export function summary({ machine, measures, options }) {
  const sizes = [...new Set((measures.edit ?? measures.cold ?? []).map(({ n }) => n))]
  const size = sizes.includes(1000) ? 1000 : sizes.at(-1)
  const find = (id, contender, more = {}) =>
    measures[id]?.find((row) =>
      Object.entries({ contender, ...more }).every(([key, value]) => row[key] === value),
    )
  const number = (id, ...where) => {
    const row = find(id, ...where)
    const spread = spreadOf(row, NUMBERS[id])
    if (id === 'kept' && spread?.median < NOISE_KB) return `under ${NOISE_KB}`
    return wordOf(row) ?? (spread ? round(spread.median) : 'not seen')
  }
  const lines = options.peers.map((id) => {
    const who = whoOf({ contender: id })
    const quick = who.settings.smallest ? number('edit', id, { n: size, setting: 'smallest' }) : ''
    const edit = number('edit', id, { n: size, setting: 'default' })
    return [
      who.title,
      quick === '' ? edit : `${edit} · ${quick}`,
      number('cold', id, { n: size }),
      number('kept', id),
      sayingOf(find('heap', id), ({ end, reloads }) =>
        end === 'survives' ? 'survives' : `${end} after ${reloads}`,
      ),
      sayingOf(find('broken', id, { how: 'start' }), ({ old }) => old),
      failed(find('load', id)),
    ]
  })
  const shown = table({
    head: [
      '',
      `edit to live, ${size.toLocaleString('en')} plugins, ms: default · smallest setting`,
      `cold start of ${size.toLocaleString('en')}, ms`,
      'kept per reload, KB',
      `${options.survive.toLocaleString('en')} reloads in 64 MB`,
      'throwing start: the old',
      'requests failed in 200 edits',
    ],
    lines,
  })
  return `${shown}\n\nMedians of ${options.repeat} processes each, Node ${machine.node.slice(1)}, ${machine.cpu.replace(/ x .*/, ' CPUs')}, ${machine.date.slice(0, 10)}. Spreads, versions, charts, more rows, and where plugbay is not first and why: [bench/RESULTS.md](bench/RESULTS.md).`
}

function failed(row) {
  return wordOf(row) ?? count(row.samples.reduce((sum, sample) => sum + sample.failed, 0))
}

/** Writes the summary between its marks. A README without marks is left as it is. */
export function writeReadme(text) {
  const readme = readFileSync(README, 'utf8')
  const [open, close] = marks('peers')
  const from = readme.indexOf(open)
  const to = readme.indexOf(close)
  if (from === -1 || to === -1) return
  writeFileSync(README, `${readme.slice(0, from + open.length)}\n\n${text}\n\n${readme.slice(to)}`)
}
