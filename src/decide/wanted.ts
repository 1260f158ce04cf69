import type { Candidate, Verdict, Wanted } from '../model/decision.ts'
import type { Metadata } from '../model/metadata.ts'
import type { RunningFact } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { claims } from './claims.ts'
import type { EnabledPlugins } from './enabled-plugins.ts'
import { healthWith, type HealthInput } from './health.ts'
import { settle } from './settle.ts'
import { strangers } from './strangers.ts'
import type { Blocked } from './subject.ts'

export interface WantedInput extends HealthInput {
  readonly candidates: Iterable<Candidate>
  readonly running: ReadonlyMap<string, RunningFact>
  /**
   * By folder: `enabled` of the last files in it that were usable. It counts for a running plugin while they are not,
   * as such files need not be those that it runs with: what does not load can be turned on and off. Default: as it runs.
   */
  readonly said?: ReadonlyMap<string, boolean | undefined>
  /** `undefined` while `ENABLED_PLUGINS` is not set. */
  readonly enabledPlugins: EnabledPlugins | undefined
  /** Plugins whose last start failed and of which no older generation runs, with why. */
  readonly failed: ReadonlyMap<string, Problem>
}

const EMPTY: Readonly<Record<string, unknown>> = Object.freeze({})

/**
 * Decides what should run, from what is there, what was decided about it, and what runs. Depends on `running` for
 * three things only: the folder that runs keeps its name; a plugin whose newest files are not usable stays as it
 * runs, and counts for its dependents (whether it is on is for the last usable files to say); and so does one whose
 * new dependencies would close a circle.
 */
export function decideWanted(input: WantedInput): Wanted {
  const { held, rejected } = claims(input.candidates, input.running)
  const healthOf = healthWith(input, held)
  const { decisions, ordered, refused, metadataOf } = settle(input, held, healthOf)

  const verdicts = new Map<string, Verdict>()
  for (const [name, candidate] of held) {
    const decision = decisions.get(name)!
    const standing = ordered.dependencies.get(name)
    const blocked = refused.get(name) ?? ordered.blocked.get(name)
    const health = decision.enabled ? healthOf(name) : undefined
    const runs = health?.state === 'whole' && blocked === undefined
    const metadata = health ? metadataOf(name) : candidate.metadata
    // Nothing is spread into what most plugins get: V8 would give each its own layout, and look up each field of it.
    const verdict: Verdict = {
      name,
      state: runs ? 'on' : 'off',
      candidate,
      decision,
      because: decision.because,
      kept: false,
      dependencies: (health && standing) ?? Object.keys(metadata?.dependencies ?? {}).sort(),
      settings: runs ? health.settings : EMPTY,
    }
    if (!health || runs) {
      verdicts.set(name, verdict)
      continue
    }
    const why = health.state === 'whole' ? blockedVerdict(name, blocked!, candidate) : health
    verdicts.set(name, { ...verdict, ...why, ...(standing && asKept(standing, input.running.get(name))) })
  }
  const warnings = ordered.warnings.map((one) => problemOf(one.plugin, one, 'warning', held.get(one.plugin)))
  return {
    verdicts,
    order: ordered.order,
    position: new Map(ordered.order.map((name, at) => [name, at])),
    dependents: dependentsOf(held, input.running),
    rejected,
    problems: [...strangers(held, input.program, input.enabledPlugins, input.config), ...warnings],
  }
}

/** What is kept is not started anew to gain an optional dependency. */
function asKept(
  standing: readonly string[],
  fact: RunningFact | undefined,
): Pick<Verdict, 'kept' | 'dependencies'> {
  return { kept: true, dependencies: standing.filter((name) => fact?.dependencies.includes(name)) }
}

function blockedVerdict(
  name: string,
  blocked: Blocked,
  candidate: Candidate,
): Pick<Verdict, 'state' | 'because' | 'problem' | 'path'> {
  const { because, path } = blocked
  const problem = problemOf(name, blocked, 'error', candidate)
  return { state: 'blocked', because, problem, ...(path && { path }) }
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
  const add = (name: string, metadata: Metadata): void => {
    for (const declared of [metadata.dependencies, metadata.optionalDependencies]) {
      for (const dependency of Object.keys(declared)) {
        const list = dependents.get(dependency)
        if (list === undefined) dependents.set(dependency, [name])
        else if (list.at(-1) !== name) list.push(name)
      }
    }
  }
  for (const [name, { metadata }] of held) {
    const runsWith = running.get(name)?.metadata
    if (metadata !== undefined) add(name, metadata)
    if (runsWith !== undefined && runsWith !== metadata) add(name, runsWith)
  }
  return dependents
}
