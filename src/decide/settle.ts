import type { Candidate, Decision } from '../model/decision.ts'
import type { Metadata } from '../model/metadata.ts'
import type { RunningFact } from '../model/plan.ts'
import type { Problem, ProblemCode } from '../model/problem.ts'
import { clause } from './clause.ts'
import { type Health, isUsable } from './health.ts'
import { order, type Ordered } from './order.ts'
import { select } from './select.ts'
import type { Blocked, Subject } from './subject.ts'
import type { WantedInput } from './wanted.ts'

export interface Settled {
  readonly decisions: ReadonlyMap<string, Decision>
  readonly ordered: Ordered
  /** Running plugins whose edit would close a circle, with that circle: they count as they run. */
  readonly refused: ReadonlyMap<string, Blocked>
  /** By which metadata a plugin was judged: the newest, or what it runs with while that is not usable. */
  readonly metadataOf: (name: string) => Metadata | undefined
}

/**
 * Selects and orders, with the running plugins that cannot take their newest files counted as they run. Some of
 * these cannot stay either, as what they run with is gone: then everything is decided again as if they did not run,
 * so that the next look, when they do not, decides the same.
 */
export function settle(
  input: WantedInput,
  held: ReadonlyMap<string, Candidate>,
  healthOf: (name: string) => Health,
): Settled {
  const { program, config, enabledPlugins, failed } = input
  const names = [...held.keys()]
  const refused = new Map<string, Blocked>()
  const lost = new Set<string>()
  /** Who ever counted as it runs: if it ends off, what was decided with it has to be decided again. */
  const counted = new Set<string>()
  const runs = (name: string): RunningFact | undefined =>
    lost.has(name) ? undefined : input.running.get(name)
  const metadataOf = (name: string): Metadata | undefined => {
    const newest = healthOf(name).state === 'whole' && !refused.has(name)
    return (newest ? undefined : runs(name)?.metadata) ?? held.get(name)?.metadata
  }
  for (;;) {
    const decisions = select({
      names,
      program,
      enabledPlugins,
      config,
      enabled: (name) => {
        const candidate = held.get(name)
        const fact = runs(name)
        if (!candidate || !fact || isUsable(candidate)) return candidate?.metadata?.enabled
        const { directory } = candidate
        return directory === fact.directory && input.said?.has(directory)
          ? input.said.get(directory)
          : fact.metadata.enabled
      },
      needs: (name) => Object.keys(metadataOf(name)?.dependencies ?? {}),
    })
    const subjects = new Map<string, Subject>()
    const asTheyRun: string[] = []
    for (const [name, candidate] of held) {
      const decision = decisions.get(name)
      const fact = runs(name)
      if (decision?.enabled !== true) {
        subjects.set(name, off(name, decision))
        if (fact !== undefined && (counted.has(name) || refused.has(name) || !isUsable(candidate)))
          asTheyRun.push(name)
        continue
      }
      const health = healthOf(name)
      if (health.state === 'whole' && !refused.has(name)) {
        subjects.set(
          name,
          subjectOf(name, health.metadata, fact === undefined ? failed.get(name) : undefined),
        )
      } else if (fact === undefined) {
        subjects.set(name, unusable(name, health))
      } else {
        subjects.set(name, subjectOf(name, fact.metadata, undefined))
        counted.add(name)
        asTheyRun.push(name)
      }
    }
    const ordered = order(subjects)
    const before = refused.size
    for (const [name, blocked] of ordered.blocked) {
      if (blocked.circle === true && closes(name, runs(name), subjects, ordered)) refused.set(name, blocked)
    }
    // Who is in that circle as it runs is in none once the edit is refused.
    if (refused.size > before) continue
    const falling = asTheyRun.filter((name) => !ordered.dependencies.has(name))
    if (falling.length === 0) return { decisions, ordered, refused, metadataOf }
    for (const name of falling) lost.add(name)
    // What was in a circle with one of these may be in none without.
    refused.clear()
  }
}

/** Whether a plugin that runs got a new dependency that is in a circle as it is. */
function closes(
  name: string,
  fact: RunningFact | undefined,
  subjects: ReadonlyMap<string, Subject>,
  ordered: Ordered,
): boolean {
  if (fact === undefined) return false
  return Object.keys(subjects.get(name)?.dependencies ?? {}).some(
    (to) => !Object.hasOwn(fact.metadata.dependencies, to) && ordered.blocked.get(to)?.circle === true,
  )
}

function off(name: string, decision: Decision | undefined): Subject {
  const because = decision?.because ?? ''
  const hint = `Turn ${name} on (it is off because: ${because}), or make it an optional dependency.`
  return absent(name, 'ERR_PLUGIN_DEPENDENCY_OFF', `is off (${because})`, hint)
}

function absent(name: string, code: ProblemCode, because: string, hint: string): Subject {
  const absent = { code, because, hint }
  return { name, version: '', dependencies: {}, optionalDependencies: {}, absent }
}

function subjectOf(name: string, metadata: Metadata, failed: Problem | undefined): Subject {
  const { version, dependencies, optionalDependencies } = metadata
  const subject = { name, version, dependencies, optionalDependencies }
  return failed === undefined ? subject : { ...subject, failed: clause(failed.message) }
}

function unusable(name: string, health: Health): Subject {
  const because =
    health.state === 'whole'
      ? 'does not run'
      : health.state === 'incomplete'
        ? `is not whole yet (${health.because})`
        : `is invalid: ${health.because}`
  return absent(name, 'ERR_PLUGIN_DEPENDENCY_INVALID', because, `Mend ${name}; its dependents start with it.`)
}
