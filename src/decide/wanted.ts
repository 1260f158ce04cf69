import type { Candidate, Decision, Verdict, Wanted } from '../model/decision.ts'
import type { Metadata } from '../model/metadata.ts'
import type { RunningFact } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { claims } from './claims.ts'
import { clause } from './clause.ts'
import type { EnabledPlugins } from './enabled-plugins.ts'
import { firstError, healthWith, type Health, type HealthInput } from './health.ts'
import { order, type Ordered } from './order.ts'
import { select } from './select.ts'
import { strangers } from './strangers.ts'
import type { Blocked, Subject } from './subject.ts'

export interface WantedInput extends HealthInput {
  readonly candidates: Iterable<Candidate>
  readonly running: ReadonlyMap<string, RunningFact>
  /** `undefined` while `ENABLED_PLUGINS` is not set. */
  readonly enabledPlugins: EnabledPlugins | undefined
  /** Plugins whose last start failed and of which no older generation runs, with why. */
  readonly failed: ReadonlyMap<string, Problem>
}

const EMPTY: Readonly<Record<string, unknown>> = Object.freeze({})

/**
 * Decides what should run, from what is there, what was decided about it, and what runs. Depends on `running` for
 * three things only: the folder that runs keeps its name; a plugin whose newest files are not usable stays as it
 * runs, and counts for its dependents; and so does one whose new dependencies would close a circle.
 */
export function decideWanted(input: WantedInput): Wanted {
  const { running, config, program, enabledPlugins } = input
  const { held, rejected } = claims(input.candidates, running)
  const healthOf = healthWith(input, held)
  /** By which metadata a plugin is judged: the newest, or what it runs with while that is not usable. */
  const metadataOf = (name: string): Metadata | undefined => {
    const health = healthOf(name)
    return health.state === 'whole'
      ? health.metadata
      : (running.get(name)?.metadata ?? held.get(name)?.metadata)
  }
  const decisions = select({
    names: [...held.keys()],
    program,
    enabledPlugins,
    config,
    enabled: (name) => {
      const candidate = held.get(name)
      const usable = candidate !== undefined && !candidate.incomplete && firstError(candidate) === undefined
      return (usable ? candidate.metadata : (running.get(name)?.metadata ?? candidate?.metadata))?.enabled
    },
    needs: (name) => Object.keys(metadataOf(name)?.dependencies ?? {}),
  })

  const subjects = new Map<string, Subject>()
  for (const name of held.keys()) {
    const decision = decisions.get(name)
    if (decision?.enabled !== true) subjects.set(name, off(name, decision))
    else subjects.set(name, subjectOf(name, healthOf(name), running.get(name), input.failed.get(name)))
  }
  const { ordered, refused } = orderAround(subjects, running)

  const verdicts = new Map<string, Verdict>()
  for (const [name, candidate] of held) {
    const decision = decisions.get(name)
    const standing = ordered.dependencies.get(name)
    const declared = (metadata: Metadata | undefined): string[] =>
      Object.keys(metadata?.dependencies ?? {}).sort()
    const base = { name, candidate, ...(decision && { decision }), kept: false, settings: EMPTY }
    if (decision?.enabled !== true) {
      const dependencies = declared(candidate.metadata)
      verdicts.set(name, { ...base, state: 'off', because: decision?.because ?? '', dependencies })
      continue
    }
    const health = healthOf(name)
    const dependencies = standing ?? declared(metadataOf(name))
    if (health.state !== 'whole') {
      verdicts.set(name, { ...base, ...health, dependencies, kept: standing !== undefined })
      continue
    }
    const blocked = refused.get(name) ?? ordered.blocked.get(name)
    if (blocked !== undefined) {
      const problem = problemOf(name, blocked, 'error', candidate)
      const kept = standing !== undefined
      verdicts.set(name, { ...base, state: 'blocked', because: blocked.because, problem, dependencies, kept })
      continue
    }
    verdicts.set(name, {
      ...base,
      state: 'on',
      because: decision.because,
      dependencies,
      settings: health.settings,
    })
  }
  const warnings = ordered.warnings.map((one) => problemOf(one.plugin, one, 'warning', held.get(one.plugin)))
  return {
    verdicts,
    order: ordered.order,
    position: new Map(ordered.order.map((name, at) => [name, at])),
    dependents: dependentsOf(held, running),
    rejected,
    problems: [...strangers(held, program, enabledPlugins, config), ...warnings],
  }
}

function off(name: string, decision: Decision | undefined): Subject {
  const because = decision?.because ?? ''
  return {
    name,
    version: '',
    dependencies: {},
    optionalDependencies: {},
    absent: {
      code: 'ERR_PLUGIN_DEPENDENCY_OFF',
      because: `is off (${because})`,
      hint: `Turn ${name} on (it is off because: ${because}), or make it an optional dependency.`,
    },
  }
}

function subjectOf(
  name: string,
  health: Health,
  fact: RunningFact | undefined,
  failed: Problem | undefined,
): Subject {
  if (health.state === 'whole') {
    const { version, dependencies, optionalDependencies } = health.metadata
    const subject = { name, version, dependencies, optionalDependencies }
    return failed === undefined || fact !== undefined
      ? subject
      : { ...subject, failed: clause(failed.message) }
  }
  if (fact !== undefined) return asItRuns(fact)
  const why =
    health.state === 'incomplete' ? `is not whole yet (${health.because})` : `is invalid: ${health.because}`
  const hint = `Mend ${name}; its dependents start with it.`
  const absent = { code: 'ERR_PLUGIN_DEPENDENCY_INVALID' as const, because: why, hint }
  return { name, version: '', dependencies: {}, optionalDependencies: {}, absent }
}

function asItRuns(fact: RunningFact): Subject {
  const { version, dependencies, optionalDependencies } = fact.metadata
  return { name: fact.name, version, dependencies, optionalDependencies }
}

/**
 * Orders, and takes back the edits that close a circle among plugins that run: those plugins count as they run, so
 * that an edit of one does not take down the ring.
 */
function orderAround(
  subjects: Map<string, Subject>,
  running: ReadonlyMap<string, RunningFact>,
): { readonly ordered: Ordered; readonly refused: ReadonlyMap<string, Blocked> } {
  const refused = new Map<string, Blocked>()
  for (;;) {
    const ordered = order(subjects)
    let again = false
    for (const [name, blocked] of ordered.blocked) {
      const fact = running.get(name)
      if (blocked.circle !== true || fact === undefined || refused.has(name)) continue
      const closes = Object.keys(subjects.get(name)?.dependencies ?? {}).some(
        (to) => !Object.hasOwn(fact.metadata.dependencies, to) && ordered.blocked.get(to)?.circle === true,
      )
      if (!closes) continue
      refused.set(name, blocked)
      subjects.set(name, asItRuns(fact))
      again = true
    }
    if (!again) return { ordered, refused }
  }
}

function problemOf(
  name: string,
  blocked: Blocked,
  severity: Problem['severity'],
  candidate: Candidate | undefined,
): Problem {
  const directory = candidate?.directory ?? ''
  return {
    code: blocked.code,
    severity,
    plugin: name,
    ...(directory === '' ? {} : { file: `${directory}/metadata.json` }),
    message: `${name} ${blocked.because}.`,
    hint: blocked.hint,
  }
}

function dependentsOf(
  held: ReadonlyMap<string, Candidate>,
  running: ReadonlyMap<string, RunningFact>,
): Map<string, string[]> {
  const dependents = new Map<string, string[]>()
  for (const [name, { metadata }] of held) {
    const fact = running.get(name)
    const known = new Set(fact?.dependencies)
    for (const source of [metadata, fact?.metadata]) {
      for (const dependency in source?.dependencies) known.add(dependency)
      for (const dependency in source?.optionalDependencies) known.add(dependency)
    }
    for (const dependency of known) {
      const list = dependents.get(dependency)
      if (list === undefined) dependents.set(dependency, [name])
      else list.push(name)
    }
  }
  return dependents
}
