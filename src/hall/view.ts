import type { Verdict } from '../model/decision.ts'
import type { Problem } from '../model/problem.ts'
import type { PluginSnapshot, Report } from '../model/snapshot.ts'
import type { Engine } from './engine.ts'
import { problemOf } from './slot.ts'
import type { Slot } from './slot.ts'

/** One plugin as the public sees it. */
export function snapshotOf(engine: Engine, slot: Slot): PluginSnapshot {
  const verdict = engine.wanted.verdicts.get(slot.name)
  const candidate = verdict?.candidate
  const metadata = slot.live?.parts.candidate.metadata ?? candidate?.metadata
  return {
    name: slot.name,
    version: metadata?.version,
    state: slot.state,
    generation: slot.number,
    because: slot.because,
    problem: newestProblem(slot, verdict),
    ms: rounded(slot.took.load + slot.took.activate),
    dependencies: slot.live?.parts.dependencies ?? verdict?.dependencies ?? [],
    dependents: engine.wanted.dependents.get(slot.name) ?? [],
    description: metadata?.description,
    directory: candidate?.directory ?? '',
    decision: verdict?.decision,
    timings: {
      load: rounded(slot.took.load),
      activate: rounded(slot.took.activate),
      reload: rounded(slot.took.reload),
    },
    reloads: slot.reloads,
    failures: slot.failures,
    ...slot.live?.additions(),
  }
}

/** All plugins, sorted by name; folders that lost their name to another come last. */
export function snapshotsOf(engine: Engine): PluginSnapshot[] {
  const slots = [...engine.slots.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return [
    ...slots.map((slot) => snapshotOf(engine, slot)),
    ...engine.wanted.rejected.map((verdict) => rejectedSnapshot(verdict)),
  ]
}

/** What became of every plugin. */
export function reportOf(engine: Engine, problems: readonly Problem[], ms: number): Report {
  const names = { active: [], off: [], blocked: [], failed: [], invalid: [] } as Record<string, string[]>
  for (const slot of engine.slots.values()) names[slot.state]?.push(slot.name)
  for (const verdict of engine.wanted.rejected) names['invalid']!.push(verdict.name)
  for (const list of Object.values(names)) list.sort()
  const { active, off, blocked, failed, invalid } = names as Record<keyof typeof names, string[]> & Report
  const order = [...engine.slots.values()]
    .filter((slot) => slot.live)
    .sort((a, b) => a.live!.sequence - b.live!.sequence)
    .map((slot) => slot.name)
  return { active, off, blocked, failed, invalid, order, problems, ms: rounded(ms) }
}

/** Everything that is wrong now, each once. */
export function problemsOf(engine: Engine, others: readonly Problem[]): Problem[] {
  const found = new Map<string, Problem>()
  const add = (problem: Problem | undefined): void => {
    if (problem) found.set(problemKey(problem), problem)
  }
  for (const problem of others) add(problem)
  for (const problem of engine.config.problems) add(problem)
  for (const problem of engine.wanted.problems) add(problem)
  for (const verdict of engine.wanted.rejected) add(verdict.problem)
  for (const name of [...engine.roster.troubles.keys()].sort())
    for (const problem of engine.roster.troubles.get(name) ?? []) add(problem)
  return [...found.values()]
}

/** Equal for problems that say the same. */
export function problemKey({ code, plugin, file, line, column, message }: Problem): string {
  return [code, plugin, file, line, column, message].join('\0')
}

function newestProblem(slot: Slot, verdict: Verdict | undefined): Problem | undefined {
  if (verdict?.state === 'off' || verdict?.state === 'incomplete') return undefined
  if (verdict?.state === 'on') return problemOf(slot) ?? slot.held
  return verdict?.problem ?? verdict?.candidate.problems.find(({ severity }) => severity === 'error')
}

function rejectedSnapshot(verdict: Verdict): PluginSnapshot {
  const { metadata, directory } = verdict.candidate
  return {
    name: verdict.name,
    version: metadata?.version,
    state: 'invalid',
    generation: 0,
    because: verdict.because,
    problem: verdict.problem,
    ms: 0,
    dependencies: [],
    dependents: [],
    description: metadata?.description,
    directory,
    decision: undefined,
    timings: { load: 0, activate: 0, reload: 0 },
    reloads: 0,
    failures: 0,
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
