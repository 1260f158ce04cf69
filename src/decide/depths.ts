/**
 * How long the longest chain below each name is: 1 for one without dependencies. The graph must be free of circles.
 * Iterative: depth costs no stack.
 */
export function depths(edges: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const found = new Map<string, number>()
  for (const start of edges.keys()) {
    if (found.has(start)) continue
    const path = [{ name: start, to: edges.get(start) ?? [], next: 0, below: 0 }]
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.to[top.next]
      if (next === undefined) {
        found.set(top.name, top.below + 1)
        path.pop()
        continue
      }
      const depth = found.get(next)
      if (depth === undefined) {
        path.push({ name: next, to: edges.get(next) ?? [], next: 0, below: 0 })
      } else {
        if (depth > top.below) top.below = depth
        top.next++
      }
    }
  }
  return found
}
