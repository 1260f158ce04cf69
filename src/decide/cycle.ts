/**
 * One shortest way from `name` through `edges` back to it, both ends included: `['a', 'b', 'c', 'a']`. `undefined` if
 * there is none. The same whatever order the map is in, as long as each list keeps its order.
 */
export function cycle(name: string, edges: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const from = new Map<string, string>()
  const queue = [name]
  // Grows while it is walked.
  for (const here of queue) {
    const nexts = edges.get(here)
    if (nexts === undefined) continue
    if (nexts.has(name)) {
      const way = [name]
      for (let step = here; step !== name; step = from.get(step)!) way.push(step)
      return [...way, name].toReversed()
    }
    for (const next of nexts) {
      if (from.has(next)) continue
      from.set(next, here)
      queue.push(next)
    }
  }
  return undefined
}
