import { NUMBERS, count, round, sayingOf, spreadOf, spreadText, whoOf, wordOf } from './rows.js'

/**
 * Each measure as it is shown: what it is, and its table, as headings and lines. Rows come from results/peers.json;
 * nothing is measured here.
 */
export const SHOWN = {
  edit: {
    title: 'Edit to live',
    unit: 'ms',
    about:
      'From the return of the write until the plugin answers with the new value, ms: median (least to greatest) of the edits of all processes. Who restarts the process is live when all plugins are.',
    table: (rows) => bySize(rows, 'edit', true),
  },
  cold: {
    title: 'Cold start',
    unit: 'ms',
    about:
      'From the start of the process until all plugins are live, ms, at the default setting: median (least to greatest). It contains the start of Node.js and of the package itself; nothing is in a cache of theirs yet.',
    table: (rows) => bySize(rows, 'cold', false),
  },
  kept: {
    title: 'Kept per reload',
    unit: 'KB',
    about:
      'A plugin with 512 KB of state and 30 KB of source, another source each time, at the smallest setting: what one reload adds to the heap after everything collectable is collected, KB. Below about 3 KB it is noise.',
    table: (rows) => ({
      head: ['', 'setting', 'KB per reload', 'reloads'],
      lines: rows.map((row) => [
        whoOf(row).title,
        says(row),
        wordOf(row) ?? spreadText(spreadOf(row, NUMBERS.kept)),
        row.samples.map(({ reloads }) => reloads).join(', '),
      ]),
    }),
  },
  heap: {
    title: 'Reloads in a heap of 64 MB',
    about:
      'The same plugin, `--max-old-space-size=64`: how many reloads of 3,000 it survives, in at most four minutes. One run each.',
    table: (rows) => ({
      head: ['', 'setting', 'reloads', ''],
      lines: rows.map((row) => {
        const [sample] = row.samples
        return [
          whoOf(row).title,
          says(row),
          sample ? count(sample.reloads) : '',
          wordOf(row) ?? heapWord(sample),
        ]
      }),
    }),
  },
  shared: {
    title: 'What starts again when a shared dependency changes',
    about:
      'Ten plugins: one changes, four depend on it in the way that their host offers, five have nothing to do with it.',
    table: (rows) => ({
      head: ['', 'changed, of 1', 'dependents, of 4', 'bystanders, of 5', 'dependents with the new value'],
      lines: rows.map((row) => [
        whoOf(row).title,
        ...['changed', 'dependents', 'bystanders'].map((of) => sayingOf(row, (sample) => String(sample[of]))),
        sayingOf(row, ({ follow }) => `${follow} of 4`),
      ]),
    }),
  },
  broken: {
    title: 'A save that is broken',
    about:
      'What the plugin answers 1.3 seconds after a save that does not compile, or whose start throws, and whether the next good save is live, in ms. `answers, though disposed`: the old code still answers, but was told to clean up, and would be without its timers and connections.',
    table: (rows) => {
      const of = (id, how) => rows.find((row) => row.contender === id && row.how === how)
      const ids = [...new Set(rows.map(({ contender }) => contender))]
      return {
        head: [
          '',
          'syntax error: the old',
          'other plugins',
          'mended',
          'throwing start: the old',
          'other plugins',
          'mended',
        ],
        lines: ids.map((id) => [
          whoOf({ contender: id }).title,
          ...['syntax', 'start'].flatMap((how) => [
            sayingOf(of(id, how), ({ old }) => old),
            sayingOf(of(id, how), ({ others }) => others),
            mended(of(id, how)),
          ]),
        ]),
      }
    },
  },
  dropin: {
    title: 'A folder dropped in slowly',
    unit: 'ms after the last file',
    about:
      'A new plugin is copied in: its code first, then 40 data files that it reads at its start, one every 20 ms (the longest pause is in the last column: the machine makes it longer). Whether it is picked up, when it answers with all of them, and whether it answered with a part of them before.',
    table: (rows) => ({
      head: ['', 'setting', 'whole, ms after the last file', 'half', 'longest pause of the copy, ms'],
      lines: rows.map((row) => [
        whoOf(row).title,
        says(row),
        wordOf(row) ?? dropWord(row),
        wordOf(row) === undefined
          ? sayingOf(row, ({ half }) => (half.length > 0 ? `started with ${half[0]} of 40` : 'no'))
          : '',
        wordOf(row) === undefined ? round(spreadOf(row, ({ longestGapMs }) => [longestGapMs]).max) : '',
      ]),
    }),
  },
  load: {
    title: 'Requests during reloads',
    about:
      'Eight connections ask ten plugins again and again while one of them is edited 200 times, at the default setting.',
    table: (rows) => ({
      head: ['', 'edits live', 'requests', 'failed', 'slowest answer, ms'],
      lines: rows.map((row) => {
        const word = wordOf(row)
        if (word !== undefined) return [whoOf(row).title, word, '', '', '']
        const sum = (of) => row.samples.reduce((all, sample) => all + of(sample), 0)
        const reloads = sum((one) => one.reloads)
        return [
          whoOf(row).title,
          `${reloads} of ${reloads + sum((one) => one.unseen)}`,
          count(sum((one) => one.requests)),
          count(sum((one) => one.failed)),
          round(Math.max(...row.samples.map((one) => one.longestMs))),
        ]
      }),
    }),
  },
}

/** Numbers of a contender at a setting side by side, one column for each number of plugins. */
function bySize(rows, id, settings) {
  const sizes = [...new Set(rows.map(({ n }) => n))].sort((a, b) => a - b)
  const groups = [...new Map(rows.map((row) => [`${row.contender} ${row.setting}`, row])).values()]
  const at = (group, n) =>
    rows.find((row) => row.contender === group.contender && row.setting === group.setting && row.n === n)
  const missed = (group) =>
    sizes.flatMap((n) => at(group, n)?.samples ?? []).reduce((sum, sample) => sum + (sample.missed ?? 0), 0)
  return {
    head: [
      '',
      ...(settings ? ['setting'] : []),
      ...sizes.map((n) => `N = ${n.toLocaleString('en')}`),
      ...(settings ? ['not seen'] : []),
    ],
    lines: groups.map((group) => [
      whoOf(group).title,
      ...(settings ? [says(group)] : []),
      ...sizes.map((n) => {
        const row = at(group, n)
        return wordOf(row) ?? textOr(spreadOf(row, NUMBERS[id]), 'not seen')
      }),
      ...(settings ? [group.lacks ? '' : String(missed(group))] : []),
    ]),
  }
}

function textOr(spread, word) {
  return spread ? spreadText(spread) : word
}

function says(row) {
  return whoOf(row).settings[row.setting].says
}

function heapWord({ reloads, end }) {
  return end === 'survives'
    ? 'survives'
    : end === 'time is up'
      ? `alive when the time was up`
      : `${end} after ${reloads}`
}

function mended(row) {
  if (wordOf(row) !== undefined) return ''
  const spread = spreadOf(row, ({ recovers }) => [recovers])
  if (!spread) return 'no'
  return spread.count === row.samples.length
    ? spreadText(spread)
    : `${spread.count} of ${row.samples.length} times`
}

function dropWord(row) {
  const spread = spreadOf(row, NUMBERS.dropin)
  if (spread && spread.count === row.samples.length) return spreadText(spread)
  const times = spread ? `${spread.count} of ${row.samples.length} times` : 'not whole'
  return row.samples.some(({ half }) => half.length > 0) ? times : spread ? times : 'not picked up'
}
