import { NOISE_KB, NUMBERS, count, round, sayingOf, spreadOf, whoOf, wordOf } from './rows.js'
import { SHOWN } from './shown.js'

/** What was to be reached, and whether it was: a table. What was not measured is left out. */
export function targetLines(results) {
  const { measures } = results
  const lines = []
  const add = (what, limit, measured, reached) =>
    lines.push([what, limit, measured, reached ? 'reached' : '**missed**'])
  const edits = (measures.edit ?? []).map((row) => ({
    ...row,
    ms: spreadOf(row, NUMBERS.edit)?.median,
    who: whoOf(row),
  }))
  for (const n of new Set(edits.map((row) => row.n))) {
    const here = edits.filter((row) => row.n === n && row.ms !== undefined)
    const waiting = least(here.filter(({ who, setting }) => !who.ours && who.waits && setting === 'default'))
    const quickest = least(here.filter(({ who }) => !who.ours))
    for (const { who, setting, ms } of here.filter((row) => row.who.ours)) {
      const { title } = who
      if (setting === 'default' && waiting) {
        add(
          `edit to live, ${title}, N = ${n.toLocaleString('en')}, default: half of the best that waits for writes (${waiting.who.title})`,
          `at most ${round(waiting.ms / 2)} ms`,
          `${round(ms)} ms`,
          ms <= waiting.ms / 2,
        )
      }
      if (setting === 'smallest' && quickest) {
        add(
          `edit to live, ${title}, N = ${n.toLocaleString('en')}, settle 0: the quickest of all (${quickest.who.title})`,
          `at most ${round(quickest.ms)} ms`,
          `${round(ms)} ms`,
          ms <= quickest.ms,
        )
      }
    }
  }
  for (const row of ours(measures.kept)) {
    const kb = spreadOf(row, NUMBERS.kept)?.median
    if (kb !== undefined)
      add(`kept per reload, ${whoOf(row).title}`, 'at most 2 KB', `${round(kb)} KB`, kb <= 2)
  }
  for (const row of ours(measures.heap)) {
    const [sample] = row.samples
    if (sample) {
      add(
        `reloads in a heap of 64 MB, ${whoOf(row).title}`,
        count(sample.asked),
        count(sample.reloads),
        sample.reloads === sample.asked,
      )
    }
  }
  for (const row of ours(measures.load)) {
    const failed = row.samples.reduce((sum, sample) => sum + sample.failed, 0)
    if (row.samples.length > 0) add(`failed requests, ${whoOf(row).title}`, '0', count(failed), failed === 0)
  }
  const ranked = rankings(results)
  const safe = measures.broken ? [...safeOnes(results)].map((contender) => whoOf({ contender })) : []
  if (safe.some((who) => who.ours) && safe.every((who) => who.ours)) {
    const first = ranked.filter(({ order }) => order[0].who.ours).length
    const all = `nobody else is as safe; of all, safe or not, first in ${first} of ${ranked.length} rows of numbers`
    add('first of the equally safe, in every row', '1st', all, true)
  } else if (measures.broken) {
    for (const { what, order } of ranked) {
      const among = order.filter(({ who }) => safe.includes(who))
      const at = among.findIndex(({ who }) => who.ours)
      const measured = at === -1 ? 'not safe' : `${at + 1}. of ${among.length}`
      add(`first of the equally safe: ${what}`, '1st', measured, at === 0)
    }
  }
  return { head: ['target', 'to reach', 'measured', ''], lines }
}

/** Who is ahead of plugbay in which row, and why. */
export function aheadLines(results) {
  const lines = rankings(results).flatMap(({ why, what, order, unit }) => {
    const at = order.findIndex(({ who }) => who.ours)
    if (at < 1) return []
    const told = ({ who, value }) => `${who.title} ${round(value)} ${unit}`
    const ahead = order.slice(0, at)
    return [`- **${what}**: ${told(order[at])}; ahead of it ${ahead.map(told).join(', ')}. ${WHY[why]}`]
  })
  return lines.length === 0 ? 'Nowhere in this run.' : lines.join('\n')
}

/** One sentence for each kind of row. */
const WHY = {
  edit: 'Those do not wait until a write is finished: of a save in two halves they load the first.',
  smallest:
    'plugbay looks at the folder again even without a wait, makes the new version ready beside the old, ES modules by compiling them, and only then takes its place.',
  cold: 'Those evaluate the plugins that they are told; plugbay looks for folders, reads, judges and orders them, and its own modules take about 0.1 s of every start.',
  kept: 'They let go of more.',
  dropin: 'Those wait for less.',
}

/** Each row of numbers, the best first; of several settings of one contender the best counts where that is allowed. */
function rankings({ measures }) {
  const found = []
  const add = (id, what, rows, why = id) => {
    const order = rows
      .filter((row) => wordOf(row) === undefined)
      .map((row) => ({ who: whoOf(row), value: spreadOf(row, NUMBERS[id])?.median }))
      // What is noise is the same for all.
      .map(({ who, value }) => ({ who, value: id === 'kept' ? Math.max(value, NOISE_KB) : value }))
      .filter(({ value }) => value !== undefined)
      .sort((a, b) => a.value - b.value)
    if (order.length > 0) found.push({ id, why, what, order, unit: SHOWN[id].unit })
  }
  const { edit = [], cold = [], kept = [], dropin = [] } = measures
  for (const n of new Set(edit.map((row) => row.n))) {
    const here = edit.filter((row) => row.n === n)
    add(
      'edit',
      `edit to live, N = ${n.toLocaleString('en')}, default`,
      here.filter(({ setting }) => setting === 'default'),
    )
    const shortest = (row) => row.setting === 'smallest' || !whoOf(row).settings.smallest
    add('edit', `edit to live, N = ${n.toLocaleString('en')}, smallest`, here.filter(shortest), 'smallest')
  }
  for (const n of new Set(cold.map((row) => row.n))) {
    add(
      'cold',
      `cold start, N = ${n.toLocaleString('en')}`,
      cold.filter((row) => row.n === n),
    )
  }
  add('kept', 'kept per reload', kept)
  add(
    'dropin',
    'a folder dropped in',
    dropin.filter(
      (row) =>
        row.samples.length > 0 && row.samples.every(({ half, ms }) => half.length === 0 && ms !== undefined),
    ),
  )
  return found
}

/**
 * Who is as safe as plugbay means to be: waits for writes to finish, goes on with the old version, not disposed, after
 * either broken save, and takes the mended one.
 */
function safeOnes({ measures }) {
  const rows = measures.broken ?? []
  const ids = new Set(rows.map(({ contender }) => contender))
  for (const row of rows) {
    const good = sayingOf(row, ({ old, recovers }) => `${old} ${recovers !== undefined}`) === 'answers true'
    if (!good || !whoOf(row).waits) ids.delete(row.contender)
  }
  return ids
}

function ours(rows = []) {
  return rows.filter((row) => whoOf(row).ours)
}

function least(rows) {
  return rows.reduce((best, row) => (best === undefined || row.ms < best.ms ? row : best), undefined)
}
