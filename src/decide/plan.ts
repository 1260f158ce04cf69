import type { Verdict, Wanted } from '../model/decision.ts'
import type { Plan, RunningFact } from '../model/plan.ts'
import { takedown } from './takedown.ts'

export interface PlanOptions {
  /**
   * Names that may have changed: their files, settings, decisions or verdicts. Only these are compared, and what they
   * move with them; the cost does not depend on the number of plugins. Default: every name.
   */
  readonly touched?: Iterable<string>
  /** Names to restart, or to try again, even if nothing about them changed. Stronger than `kept`. */
  readonly forced?: ReadonlySet<string>
  /**
   * Names whose newest files were tried in vain: neither started nor restarted for their own sake. They still move
   * with what they depend on. Also asked of names that are not touched.
   */
  readonly kept?: Pick<ReadonlySet<string>, 'has'>
}

const NOTHING: ReadonlySet<string> = new Set()

/**
 * The difference between what runs and what should. Stops what is not wanted any more, starts what is missing,
 * restarts what changed, and with it every running plugin that depends on something that stops, starts or restarts.
 * Nobody else is in the plan.
 * @param identity of a wanted plugin; asked once at most, and only for names that run and are on.
 */
export function plan(
  running: ReadonlyMap<string, RunningFact>,
  wanted: Wanted,
  identity: (name: string) => string,
  options: PlanOptions = {},
): Plan {
  const { verdicts, position } = wanted
  const { touched, forced = NOTHING, kept = NOTHING } = options
  const stop = new Set<string>()
  const start = new Set<string>()
  const restart = new Set<string>()
  const changed: string[] = []
  const queue: string[] = []
  const isMoved = (name: string): boolean => stop.has(name) || start.has(name) || restart.has(name)
  const move = (name: string, list: Set<string>): void => {
    if (list.has(name)) return
    list.add(name)
    queue.push(name)
  }

  const names = new Set([...(touched ?? [...running.keys(), ...verdicts.keys()]), ...forced])
  /** Compares one name, without asking for its identity unless it is touched itself. */
  const compare = (name: string): void => {
    const fact = running.get(name)
    const verdict = verdicts.get(name)
    if (fact === undefined) {
      if (verdict?.state === 'on' && (forced.has(name) || !kept.has(name))) move(name, start)
    } else if (verdict === undefined || !stands(verdict)) {
      move(name, stop)
    } else {
      const own = !kept.has(name)
      const differs =
        forced.has(name) ||
        (own && hasOthers(fact.dependencies, verdict)) ||
        (own && names.has(name) && verdict.state === 'on' && identity(name) !== fact.identity)
      if (!differs) return
      changed.push(name)
      move(name, restart)
    }
  }

  for (const name of names) {
    compare(name)
    compareNeeds(name)
  }

  const walked = new Set<string>()
  // Grows while it is walked.
  for (const name of queue) {
    if (!names.has(name)) compareNeeds(name)
    for (const dependent of wanted.dependents.get(name) ?? []) {
      if (isMoved(dependent)) continue
      if (!names.has(dependent)) compare(dependent)
      const verdict = verdicts.get(dependent)
      const fact = running.get(dependent)
      if (verdict === undefined || !stands(verdict)) continue
      const runsWith = fact?.dependencies.includes(name) === true
      if (isMoved(name) && (runsWith || (!stop.has(name) && verdict.dependencies.includes(name)))) {
        if (fact !== undefined) move(dependent, restart)
        else if (verdict.state === 'on') move(dependent, start)
      } else if (!walked.has(dependent)) {
        // An optional dependency that is not used ends no chain: what moves may close or open a circle through it.
        walked.add(dependent)
        queue.push(dependent)
      }
    }
  }

  /** What a touched plugin pulls in, or no longer does, changes its state without being touched. */
  function compareNeeds(name: string): void {
    for (const list of [running.get(name)?.dependencies, verdicts.get(name)?.dependencies]) {
      for (const need of list ?? []) compareState(need)
    }
  }
  function compareState(name: string): void {
    const fact = running.get(name)
    const verdict = verdicts.get(name)
    if ((fact !== undefined) !== (verdict !== undefined && stands(verdict))) compare(name)
  }

  const byPosition = (a: string, b: string): number => (position.get(a) ?? 0) - (position.get(b) ?? 0)
  return {
    stop: takedown(stop, running),
    start: [...start].sort(byPosition),
    restart: [...restart].sort(byPosition),
    changed: changed.sort(),
  }
}

/** On, or left as it runs. */
function stands(verdict: Verdict): boolean {
  return verdict.state === 'on' || verdict.kept
}

/** What stays as it runs is not restarted for a dependency more: all that it cannot do without is there. */
function hasOthers(runsWith: readonly string[], { state, dependencies }: Verdict): boolean {
  if (state === 'on') return !sameNames(runsWith, dependencies)
  return runsWith.some((name) => !dependencies.includes(name))
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  return one.every((name, at) => name === other[at])
}
