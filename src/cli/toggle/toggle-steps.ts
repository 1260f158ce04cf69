import type { Config, Wanted } from '../../model/decision.ts'

/** One plugin that `enable` or `disable` is about. */
export interface ToggleStep {
  readonly name: string
  /** It was not named: this plugin needs it (`enable`), or is what it needs (`disable`). */
  readonly via?: string
  /** What it should be is to be written down. Not for a plugin that was not named and is so already. */
  readonly write: boolean
}

interface ToggleWish {
  readonly names: readonly string[]
  readonly enabled: boolean
  readonly withDependencies: boolean
}

/**
 * What to write: the named plugins, and with dependencies those that they cannot do without (`enable`) or that cannot do
 * without them (`disable`), each after the one that brought it in. Optional dependencies are left as they are.
 */
export function toggleSteps(
  { names, enabled, withDependencies }: ToggleWish,
  { verdicts, dependents }: Wanted,
  config: Config,
): ToggleStep[] {
  const steps = new Map<string, ToggleStep>()
  for (const name of names) steps.set(name, { name, write: true })
  if (!withDependencies) return [...steps.values()]
  const needs = (name: string): string[] =>
    Object.keys(verdicts.get(name)?.candidate.metadata?.dependencies ?? {}).sort()
  const neededBy = (name: string): string[] =>
    (dependents.get(name) ?? []).filter((other) => needs(other).includes(name))
  const next = enabled ? needs : neededBy
  // A map is walked through to what is added on the way.
  for (const via of steps.keys()) {
    for (const name of next(via)) {
      const verdict = verdicts.get(name)
      if (steps.has(name) || verdict === undefined) continue
      const isOn = verdict.decision?.enabled === true
      const written = config.entries.get(name)?.enabled
      steps.set(name, { name, via, write: isOn !== enabled || written === !enabled })
    }
  }
  return [...steps.values()]
}
