import type { Candidate, Config, ConfigEntry } from '#src/model/decision.js'
import type { Metadata } from '#src/model/metadata.js'
import type { RunningFact } from '#src/model/plan.js'
import type { Problem } from '#src/model/problem.js'
import type { Subject } from '#src/decide/subject.js'
import type { WantedInput } from '#src/decide/wanted.js'
import type { Wanted } from '#src/model/decision.js'

type Ranges = readonly string[] | Readonly<Record<string, string>>

const ranges = (given: Ranges): Readonly<Record<string, string>> =>
  Array.isArray(given)
    ? Object.fromEntries((given as readonly string[]).map((name) => [name, '*']))
    : (given as Readonly<Record<string, string>>)

export interface Sketch extends Partial<Omit<Metadata, 'dependencies' | 'optionalDependencies'>> {
  readonly dependencies?: Ranges
  readonly optionalDependencies?: Ranges
}

export function metadata(name: string, sketch: Sketch = {}): Metadata {
  const { dependencies = [], optionalDependencies = [], ...rest } = sketch
  return {
    name,
    version: '1.0.0',
    engines: {},
    watch: [],
    routes: {},
    reload: 'restart',
    ...rest,
    dependencies: ranges(dependencies),
    optionalDependencies: ranges(optionalDependencies),
  }
}

export function candidate(name: string, sketch: Sketch = {}, changes: Partial<Candidate> = {}): Candidate {
  const directory = `/plugins/${name}`
  return {
    name,
    directory,
    real: directory,
    metadata: metadata(name, sketch),
    entry: 'plugin.js',
    incomplete: false,
    problems: [],
    ...changes,
  }
}

/** A folder whose metadata.json cannot be used. */
export function broken(name: string, changes: Partial<Candidate> = {}): Candidate {
  const directory = `/plugins/${name}`
  const problems = [problem('ERR_PLUGIN_JSON_SYNTAX', 'metadata.json does not parse.')]
  return { name, directory, real: directory, incomplete: false, problems, ...changes }
}

export function problem(code: Problem['code'], message: string): Problem {
  return { code, severity: 'error', message, hint: 'Mend it.' }
}

/** `{ a: ['b'], b: [] }`; `{ a: { dependencies: …, … } }` where more is to be said. */
export function subjects(
  graph: Readonly<Record<string, readonly string[] | (Sketch & Pick<Partial<Subject>, 'absent' | 'failed'>)>>,
): Map<string, Subject> {
  const made = new Map<string, Subject>()
  for (const [name, given] of Object.entries(graph)) {
    const sketch = Array.isArray(given) ? { dependencies: given as readonly string[] } : (given as Sketch)
    const { version, dependencies, optionalDependencies } = metadata(name, sketch)
    const { absent, failed } = given as Partial<Subject>
    made.set(name, {
      name,
      version,
      dependencies,
      optionalDependencies,
      ...(absent && { absent }),
      ...(failed !== undefined && { failed }),
    })
  }
  return made
}

export function config(
  entries: readonly (Partial<ConfigEntry> & { readonly name: string })[] = [],
  unlisted: Config['unlisted'] = 'on',
): Config {
  return {
    path: '/app/plugins.config.json',
    entries: new Map(entries.map((entry, at) => [entry.name, { line: at + 3, column: 5, ...entry }])),
    unlisted,
    problems: [],
  }
}

export function input(candidates: readonly Candidate[], changes: Partial<WantedInput> = {}): WantedInput {
  return {
    candidates,
    running: new Map(),
    config: config(),
    enabledPlugins: undefined,
    program: new Map(),
    failed: new Map(),
    settings: (_candidate, ...sources) => ({
      settings: Object.assign({}, ...sources) as Record<string, unknown>,
    }),
    incompleteIsInvalid: () => false,
    ...changes,
  }
}

export function fact(name: string, sketch: Sketch = {}, changes: Partial<RunningFact> = {}): RunningFact {
  const made = metadata(name, sketch)
  const dependencies = Object.keys(made.dependencies).sort()
  return { name, directory: `/plugins/${name}`, metadata: made, identity: name, dependencies, ...changes }
}

export function facts(...made: readonly RunningFact[]): Map<string, RunningFact> {
  return new Map(made.map((one) => [one.name, one]))
}

/** What runs once everything that is wanted was started. */
export function allRunning(
  wanted: Wanted,
  identity: (name: string) => string = (name) => name,
): Map<string, RunningFact> {
  const running = new Map<string, RunningFact>()
  for (const name of wanted.order) {
    const verdict = wanted.verdicts.get(name)
    if (verdict?.candidate.metadata === undefined) continue
    const { candidate, dependencies } = verdict
    running.set(name, {
      name,
      directory: candidate.directory,
      metadata: candidate.metadata as Metadata,
      identity: identity(name),
      dependencies,
    })
  }
  return running
}

/** The least processor time that one of a few rounds takes, in ms: other work on the machine does not count. */
export function processorTime(work: () => void, rounds = 3): number {
  let best = Infinity
  for (let round = 0; round < rounds; round++) {
    const begin = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(begin)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}
