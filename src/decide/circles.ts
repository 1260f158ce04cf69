/**
 * Names that reach themselves through `edges`, in groups that all reach each other. Groups and their members are
 * sorted. Edges to names that are no key of `edges` are left out. Iterative: depth costs no stack.
 */
export function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = []
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const grouped = new Set<string>()
  const open: string[] = []
  for (const start of edges.keys()) {
    if (index.has(start)) continue
    const path: { readonly name: string; readonly to: readonly string[]; next: number }[] = []
    const enter = (name: string): void => {
      low.set(name, index.size)
      index.set(name, index.size)
      open.push(name)
      path.push({ name, to: edges.get(name) ?? [], next: 0 })
    }
    const lower = (name: string, value: number): void => {
      if (value < (low.get(name) ?? 0)) low.set(name, value)
    }
    enter(start)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const name = top.name
      const next = top.to[top.next++]
      if (next !== undefined) {
        if (!edges.has(next) || grouped.has(next)) continue
        const seen = index.get(next)
        if (seen === undefined) enter(next)
        else lower(name, seen)
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.name, low.get(name) ?? 0)
      if (low.get(name) !== index.get(name)) continue
      const group = open.splice(open.lastIndexOf(name))
      for (const member of group) grouped.add(member)
      if (group.length > 1 || top.to.includes(name)) found.push(group.sort())
    }
  }
  return found.sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
}
