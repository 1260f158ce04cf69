import { within, Word } from './application.js'

/** No measurement takes longer than this, in ms. */
const LIMIT = 300_000
/**
 * What is measured side by side, and how many at a time. Times are taken alone; what a process keeps or answers is the
 * same whoever else is there, and most of them wait most of the time.
 */
export const GROUPS = [
  { id: 'time', lanes: 1 },
  { id: 'state', lanes: 6 },
  { id: 'traffic', lanes: 3 },
]

/**
 * Measures several things with everybody, round after round, in another order each time, each in processes of its own.
 * Returns rows by measure: who, with which setting and size, and the samples, or the word for what is not there.
 */
export async function run(measures, lanes, options, say) {
  const rows = measures.flatMap((measure) =>
    measure.cells(options).map(({ contender, ...cell }) => ({
      row: {
        ...cell,
        contender: contender.id,
        samples: [],
        words: [],
        lacks: contender.lacks?.[measure.id] ?? measure.lacks?.(contender),
      },
      measure,
      cell: { contender, ...cell },
    })),
  )
  for (let round = 1; round <= options.repeat; round += 1) {
    const due = rows.filter(
      ({ row, measure, hopeless }) => row.lacks === undefined && !hopeless && (round === 1 || !measure.once),
    )
    // What takes long comes first, so that nobody waits for it at the end.
    const waiting = shuffled(due)
      .sort((a, b) => Number(b.measure.once ?? false) - Number(a.measure.once ?? false))
      .values()
    const lane = async () => {
      for (const task of waiting) await one(task, options, say, `${round}/${options.repeat}`)
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  }
  return Object.fromEntries(
    measures.map(({ id }) => [id, rows.filter(({ measure }) => measure.id === id).map(({ row }) => row)]),
  )
}

async function one(task, options, say, round) {
  const { measure, row, cell } = task
  const begun = Date.now()
  const { contender, setting, n, how } = row
  const name = [measure.id, round, contender, setting, how, n].filter(Boolean).join(' ')
  try {
    row.samples.push(await within(LIMIT, measure.run(cell, options), `not done in ${LIMIT / 1000} s`))
    say(`${name}: ${Date.now() - begun} ms`)
  } catch (error) {
    const word = error instanceof Word ? error.message : `fails (${error.message})`
    row.words.push(word)
    say(`${name}: ${word}, ${Date.now() - begun} ms`)
    // What took too long takes too long the next time.
    task.hopeless = Date.now() - begun > 35_000
  }
}

function shuffled(list) {
  return list
    .map((one) => [Math.random(), one])
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)
}
