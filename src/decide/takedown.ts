import type { RunningFact } from '../model/plan.ts'

/**
 * The order in which to stop `names`: each before everything that it runs with. For any mixture of what is only
 * stopped and what is started again afterwards. The same whatever order the names come in.
 */
export function takedown(names: Iterable<string>, running: ReadonlyMap<string, RunningFact>): string[] {
  const among = new Set(names)
  const done = new Set<string>()
  const order: string[] = []
  for (const start of [...among].sort()) {
    if (done.has(start)) continue
    done.add(start)
    const path = [{ name: start, to: running.get(start)?.dependencies ?? [], next: 0 }]
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.to[top.next++]
      if (next === undefined) {
        order.push(top.name)
        path.pop()
      } else if (among.has(next) && !done.has(next)) {
        done.add(next)
        path.push({ name: next, to: running.get(next)?.dependencies ?? [], next: 0 })
      }
    }
  }
  return order.toReversed()
}
