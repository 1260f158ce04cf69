/** What this run measured, and of the run before what this one did not; each row keeps its date. */
export function merged(before, now) {
  const measures = {}
  for (const id of Object.keys({ ...before.measures, ...now.measures })) {
    const rows = new Map()
    for (const results of [before, now])
      for (const row of results.measures[id] ?? [])
        rows.set(keyOf(row), { date: results.machine.date, ...row })
    measures[id] = [...rows.values()]
  }
  const { repeat, survive, loadReloads, peers } = before.options
  return {
    ...now,
    versions: { ...before.versions, ...now.versions },
    options: { ...now.options, repeat, survive, loadReloads, peers },
    measures,
  }
}

/** When the rows of one measure were taken, where that was not in the last run. */
export function whenOf(rows, { date }) {
  const dates = new Map()
  for (const row of rows) dates.set(row.date ?? date, [...(dates.get(row.date ?? date) ?? []), row])
  if (dates.size === 1 && dates.has(date)) return undefined
  const told = [...dates].map(
    ([when, some]) => `${when} UTC${dates.size === 1 ? '' : ` (${which(some, rows)})`}`,
  )
  return `Measured ${told.join(', ')}.`
}

/** What tells some rows from the others: their sizes, or whose they are. */
function which(some, all) {
  const sizes = (rows) => [...new Set(rows.map(({ n }) => n))]
  if (sizes(some).length < sizes(all).length)
    return `N = ${sizes(some)
      .map((n) => n.toLocaleString('en'))
      .join(', ')}`
  return some.every(({ contender }) => contender.startsWith('plugbay')) ? 'plugbay' : 'the others'
}

function keyOf({ contender, setting, how, n }) {
  return [contender, setting, how, n].join()
}
