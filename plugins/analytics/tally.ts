/** Requests of one kind. */
export interface Row {
  readonly path: string
  readonly method: string
  readonly status: number
  count: number
  /** Spent on all of them. */
  seconds: number
}

/**
 * What was counted. Plain data, as it outlives the generation that began it: an instance of a class would go on with
 * the old code, and keep it in memory.
 */
export interface Tally {
  readonly since: Date
  readonly rows: Map<string, Row>
  readonly paths: Set<string>
  inFlight: number
}

/** So many first parts of paths are told apart: a stranger who asks for a million does not fill the memory. */
const PATHS = 100

export function newTally(): Tally {
  return { since: new Date(), rows: new Map(), paths: new Set(), inFlight: 0 }
}

/** Counts an answer. */
export function count(
  tally: Tally,
  request: { path: string; method: string },
  status: number,
  seconds: number,
): void {
  const path = firstPart(tally, request.path)
  const { method } = request
  const key = `${method} ${path} ${status}`
  let row = tally.rows.get(key)
  if (!row) tally.rows.set(key, (row = { path, method, status, count: 0, seconds: 0 }))
  row.count += 1
  row.seconds += seconds
}

/** The plugin, mostly. */
function firstPart({ paths }: Tally, url: string): string {
  const path = /^\/[^/]*/.exec(url)?.[0] ?? '/'
  if (!paths.has(path) && paths.size >= PATHS) return 'other'
  paths.add(path)
  return path
}
