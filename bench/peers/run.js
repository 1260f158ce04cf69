import { within, Word } from './application.js'

/** No measurement takes longer than this, in ms. */
const LIMIT = 300_000
/** Side by side, where it is not time that is measured. */
const LANES = 2

/**
 * Measures one thing with everybody, round after round, in another order each time, each in processes of its own.
 * Returns rows: who, with which setting and size, and the samples, or the word for what is not there.
 */
export async function run(measure, options, say) {
  const rows = measure.cells(options).map(({ contender, ...cell }) => ({
    ...cell,
    contender: contender.id,
    samples: [],
    words: [],
    cell: { contender, ...cell },
  }))
  for (const row of rows) {
    const { contender } = row.cell
    row.lacks = contender.lacks?.[measure.id] ?? measure.lacks?.(contender)
  }
  const rounds = measure.once ? 1 : options.repeat
  for (let round = 1; round <= rounds; round += 1) {
    const waiting = shuffled(rows.filter((row) => row.lacks === undefined && !row.hopeless)).values()
    const lane = async () => {
      for (const row of waiting) await one(measure, row, options, say, `${round}/${rounds}`)
    }
    await Promise.all(Array.from({ length: measure.alone ? 1 : LANES }, lane))
  }
  return rows.map(({ cell: _cell, hopeless: _hopeless, ...row }) => row)
}

async function one(measure, row, options, say, round) {
  const begun = Date.now()
  const { contender, setting, n, how } = row
  const name = [measure.id, round, contender, setting, how, n].filter(Boolean).join(' ')
  try {
    row.samples.push(await within(LIMIT, measure.run(row.cell, options), `not done in ${LIMIT / 1000} s`))
    say(`${name}: ${Date.now() - begun} ms`)
  } catch (error) {
    const word = error instanceof Word ? error.message : `fails (${error.message})`
    row.words.push(word)
    say(`${name}: ${word}, ${Date.now() - begun} ms`)
    // What took too long takes too long the next time.
    row.hopeless = Date.now() - begun > 45_000
  }
}

function shuffled(list) {
  return list
    .map((one) => [Math.random(), one])
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)
}
