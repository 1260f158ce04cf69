import { circles } from './circles.ts'
import { cycle } from './cycle.ts'
import type { Blocked, Subject } from './subject.ts'
import { suggestions } from './suggestions.ts'
import { versionFits } from './version-fits.ts'

/** What is wrong with a plugin's own dependencies, from where it spreads to its dependents. */
interface Cause extends Blocked {
  /** What a dependent says of it, if that differs from what the plugin says of itself. */
  readonly abroad: string
  /** The end of the path, where that is another plugin. */
  readonly target?: string
}

interface Reach {
  readonly root: string
  readonly cause: Cause
  /** The next plugin on the way to the root; steps to it. */
  readonly via: string | undefined
  readonly steps: number
  /** The plugin on the way that is `TAIL - 1` steps from the root. */
  readonly anchor: string
}

const HEAD = 6
const TAIL = 5

/**
 * Finds the plugins whose dependencies cannot be had, and their transitive dependents: missing, off, invalid, failed,
 * out of range, or going round in a circle. Every plugin says the root cause and the shortest path to it, and nobody
 * else is touched.
 */
export function block(subjects: ReadonlyMap<string, Subject>): Map<string, Blocked> {
  const needs = new Map<string, readonly string[]>()
  for (const name of [...subjects.keys()].sort()) {
    const subject = subjects.get(name)
    if (subject?.absent === undefined) needs.set(name, Object.keys(subject?.dependencies ?? {}).sort())
  }
  const causes = new Map<string, Cause>()
  for (const circle of circles(needs)) explainCircle(circle, needs, causes)
  const judge = judgeWith(subjects)
  for (const [name, dependencies] of needs) {
    if (causes.has(name)) continue
    for (const dependency of dependencies) {
      const cause = judge(name, dependency)
      if (cause === undefined) continue
      causes.set(name, cause)
      break
    }
  }
  return causes.size === 0 ? new Map() : spread(causes, needs)
}

function explainCircle(
  circle: readonly string[],
  needs: ReadonlyMap<string, readonly string[]>,
  causes: Map<string, Cause>,
): void {
  const inside = new Map(circle.map((name) => [name, new Set(needs.get(name))]))
  for (const name of circle) {
    if (causes.has(name)) continue
    const way = cycle(name, inside) ?? [name]
    const text = way.join(' -> ')
    for (const member of way) {
      if (causes.has(member)) continue
      causes.set(member, {
        code: 'ERR_PLUGIN_DEPENDENCY_CYCLE',
        path: round(way, member),
        because: `depends on itself: ${text}`,
        abroad: `needs ${member}, which depends on itself: ${text}`,
        circle: true,
        hint: 'Take one of these out of the "dependencies" of the one before it, or make it optional.',
      })
    }
  }
}

function judgeWith(
  subjects: ReadonlyMap<string, Subject>,
): (name: string, dependency: string) => Cause | undefined {
  const suggest = suggestions(subjects.keys())
  const contented = new Map<string, string>()
  /** Who asks for another range, and gets it: without that, a conflict looks like a mistake of one side. */
  const others = (dependency: string, version: string): string => {
    let text = contented.get(dependency)
    if (text === undefined) {
      const name = [...subjects.keys()].sort().find((other) => {
        const range = subjects.get(other)?.dependencies[dependency]
        return range !== undefined && range !== '*' && versionFits(version, range)
      })
      text = name === undefined ? '' : `; ${name} asks for ${subjects.get(name)?.dependencies[dependency]}`
      contented.set(dependency, text)
    }
    return text
  }
  const cause = (code: Cause['code'], target: string, because: string, hint: string): Cause => ({
    code,
    target,
    because,
    abroad: because,
    hint,
  })
  return (name, dependency) => {
    const range = subjects.get(name)?.dependencies[dependency] ?? '*'
    const asked = range === '*' ? dependency : `${dependency} ${range}`
    const subject = subjects.get(dependency)
    if (subject === undefined) {
      return cause(
        'ERR_PLUGIN_DEPENDENCY_MISSING',
        dependency,
        `needs ${asked}, which is not there${suggest(dependency)}`,
        `Put a plugin named ${dependency} into the plugins folder, or correct "dependencies" in the metadata.json of ${name}.`,
      )
    }
    if (subject.absent !== undefined) {
      const { code, because, hint } = subject.absent
      return cause(code, dependency, `needs ${dependency}, which ${because}`, hint)
    }
    if (!versionFits(subject.version, range)) {
      return cause(
        'ERR_PLUGIN_DEPENDENCY_VERSION',
        dependency,
        `needs ${asked}, and ${dependency} is ${subject.version}${others(dependency, subject.version)}`,
        `Install a version of ${dependency} that is in the range, or widen the range in the metadata.json of ${name}.`,
      )
    }
    if (subject.failed !== undefined) {
      return cause(
        'ERR_PLUGIN_DEPENDENCY_FAILED',
        dependency,
        `needs ${dependency}, which failed: ${subject.failed}`,
        `Mend ${dependency}; its dependents start with it.`,
      )
    }
    return undefined
  }
}

/** From every cause to all dependents, nearest first, each level by name. */
function spread(
  causes: ReadonlyMap<string, Cause>,
  needs: ReadonlyMap<string, readonly string[]>,
): Map<string, Blocked> {
  const dependents = new Map<string, string[]>()
  for (const [name, dependencies] of needs) {
    for (const dependency of dependencies) {
      const list = dependents.get(dependency)
      if (list === undefined) dependents.set(dependency, [name])
      else list.push(name)
    }
  }
  const reached = new Map<string, Reach>()
  let level = [...causes.keys()].sort()
  for (const root of level) {
    const cause = causes.get(root)
    if (cause !== undefined) reached.set(root, { root, cause, via: undefined, steps: 0, anchor: root })
  }
  while (level.length > 0) {
    const next: string[] = []
    for (const via of level) {
      const behind = reached.get(via)
      if (behind === undefined) continue
      const steps = behind.steps + 1
      for (const name of dependents.get(via) ?? []) {
        if (reached.has(name)) continue
        const anchor = steps < TAIL ? name : behind.anchor
        reached.set(name, { root: behind.root, cause: behind.cause, via, steps, anchor })
        next.push(name)
      }
    }
    level = next.sort()
  }
  const blocked = new Map<string, Blocked>()
  for (const [name, { cause, steps }] of reached) {
    const way = steps === 0 && cause.path ? cause.path : path(name, reached)
    const because = steps === 0 ? cause.because : `${cause.abroad}; path ${way.join(' -> ')}`
    const circle = steps === 0 && cause.circle
    blocked.set(name, {
      code: cause.code,
      because,
      hint: cause.hint,
      path: way,
      ...(circle ? { circle } : {}),
    })
  }
  return blocked
}

/** A circle, begun at one of its members. */
function round(way: readonly string[], member: string): string[] {
  const open = way.slice(1)
  const at = open.indexOf(member) + 1
  return [member, ...open.slice(at), ...open.slice(0, at)]
}

/** From a plugin to what blocks it; the middle of a very long way is left out. */
function path(from: string, reached: ReadonlyMap<string, Reach>): string[] {
  const start = reached.get(from)
  const long = start !== undefined && start.steps >= HEAD + TAIL
  const walk = (name: string | undefined, count: number): string[] => {
    const names: string[] = []
    for (let at = name; at !== undefined && names.length < count; at = reached.get(at)?.via) names.push(at)
    return names
  }
  const names = long ? [...walk(from, HEAD), '…', ...walk(start.anchor, TAIL)] : walk(from, HEAD + TAIL)
  if (start?.cause.target !== undefined) names.push(start.cause.target)
  return names
}
