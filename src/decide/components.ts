import type { Wanted } from '../model/decision.ts'
import type { Plan, RunningFact } from '../model/plan.ts'

/**
 * Splits a plan into plans that have nothing to do with each other, so that one need not wait for another: no name
 * of one depends on a name of another, neither as it runs nor as it should. Those that only stop come first; the
 * others in the order in which their first name starts. Every list keeps its order.
 */
export function components(plan: Plan, wanted: Wanted, running: ReadonlyMap<string, RunningFact>): Plan[] {
  const leader = new Map<string, string>()
  for (const list of [plan.stop, plan.start, plan.restart]) for (const name of list) leader.set(name, name)
  const find = (name: string): string => {
    let top = name
    for (let up = leader.get(top); up !== undefined && up !== top; up = leader.get(top)) top = up
    for (let at = name; at !== top;) {
      const up = leader.get(at) ?? top
      leader.set(at, top)
      at = up
    }
    return top
  }
  for (const name of leader.keys()) {
    for (const list of [running.get(name)?.dependencies, wanted.verdicts.get(name)?.dependencies]) {
      for (const dependency of list ?? [])
        if (leader.has(dependency)) leader.set(find(dependency), find(name))
    }
  }

  type Part = { stop: string[]; start: string[]; restart: string[]; changed: string[]; first: number }
  const parts = new Map<string, Part>()
  const partOf = (name: string): Part => {
    const top = find(name)
    let part = parts.get(top)
    if (part === undefined)
      parts.set(top, (part = { stop: [], start: [], restart: [], changed: [], first: Infinity }))
    return part
  }
  for (const name of plan.stop) partOf(name).stop.push(name)
  for (const kind of ['start', 'restart'] as const) {
    for (const name of plan[kind]) {
      const part = partOf(name)
      part[kind].push(name)
      part.first = Math.min(part.first, wanted.position.get(name) ?? 0)
    }
  }
  for (const name of plan.changed) partOf(name).changed.push(name)
  const key = (part: Part): number => (part.first === Infinity ? -1 : part.first)
  return [...parts.values()]
    .sort((a, b) => key(a) - key(b))
    .map(({ stop, start, restart, changed }) => ({ stop, start, restart, changed }))
}
