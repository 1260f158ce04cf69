/** What is to be reached, and whether it was. A target that was not measured in this run is left out. */
export function targets({ edit = [], cold = [], http = [] }) {
  const edits = (count, kind, settle) =>
    edit.find((row) => row.count === count && row.kind === kind && row.settle === settle)
  const starts = (count, start) => cold.find((row) => row.count === count && row.start === start)
  const found = []
  const add = (what, limit, unit, measured, atLeast = false) => {
    if (measured === undefined || Number.isNaN(measured)) return
    const reached = atLeast ? measured >= limit : measured <= limit
    found.push({
      what,
      limit: `${atLeast ? 'at least' : 'at most'} ${limit} ${unit}`,
      unit,
      measured,
      reached,
    })
  }
  const counts = [...new Set(edit.map(({ count }) => count))]
  for (const count of counts) {
    const of = (kind) => edits(count, kind, 'engine')
    add(`engine time, CommonJS, N = ${count}, against the floor`, 3, 'x', of('commonjs')?.against?.ratio)
    add(`engine time, TypeScript, N = ${count}`, 8, 'ms', of('typescript')?.plugbay?.median)
    for (const kind of ['commonjs', 'module', 'typescript']) {
      const above = edits(count, kind, 'default')?.plugbay?.median - of(kind)?.plugbay?.median - SETTLE_MS
      add(`default settle, ${kind}, N = ${count}: above the settle time and the engine`, 25, 'ms', above)
    }
  }
  for (const kind of ['commonjs', 'module', 'typescript']) {
    for (const settle of ['engine', 'default']) {
      const grown = edits(5000, kind, settle)?.plugbay?.median / edits(10, kind, settle)?.plugbay?.median
      add(
        `${settle === 'engine' ? 'engine time' : 'default settle'}, ${kind}: N = 5,000 against N = 10`,
        1.5,
        'x',
        grown,
      )
    }
  }
  add('cold start of 1,000 CommonJS, against require()', 1.5, 'x', starts(1000, 'commonjs')?.against.ratio)
  const typescript = (cache) => starts(1000, `typescript, ${cache} cache`)?.against.ratio
  add('cold start of 1,000 TypeScript, warm cache, against import()', 1.2, 'x', typescript('warm'))
  add('cold start of 1,000 TypeScript, cold cache, against import()', 2.5, 'x', typescript('cold'))
  for (const { framework, against } of http)
    add(`throughput behind plugbay, ${framework}`, 0.9, 'of direct', against.ratio, true)
  return found
}

const SETTLE_MS = 45
