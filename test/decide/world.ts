import fc from 'fast-check'
import { enabledPlugins } from '#src/decide/enabled-plugins.js'
import { decideWanted, type WantedInput } from '#src/decide/wanted.js'
import type { Candidate, ProgramEntry, Wanted } from '#src/model/decision.js'
import type { Plan, RunningFact } from '#src/model/plan.js'
import type { Problem } from '#src/model/problem.js'
import { broken, candidate, config, input, problem } from './build.js'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const

/** One plugin folder, in few enough values that two worlds often agree on it. */
interface Folder {
  readonly name: string
  readonly files: 'whole' | 'unparsable' | 'no entry' | 'wrong settings'
  readonly version: string
  readonly enabled: boolean | undefined
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  /** Stands for the code. */
  readonly edit: number
}

export interface World {
  readonly folders: readonly Folder[]
  readonly entries: Readonly<Record<string, boolean | undefined>>
  readonly unlisted: 'on' | 'off'
  readonly variable: string | undefined
  readonly program: Readonly<Record<string, boolean>>
  /** Names whose start would fail. */
  readonly failing: readonly string[]
}

const someName = fc.constantFrom(...NAMES)
const ranges = (most: number): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(
    fc.oneof({ weight: 12, arbitrary: someName }, { weight: 1, arbitrary: fc.constant('gone') }),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant('*') },
      { weight: 1, arbitrary: fc.constantFrom('^1', '^2') },
    ),
    { maxKeys: most, noNullPrototype: true },
  )
const folder = (name: string): fc.Arbitrary<Folder> =>
  fc.record({
    name: fc.constant(name),
    files: fc.oneof(
      { weight: 9, arbitrary: fc.constant('whole' as const) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('unparsable' as const, 'no entry' as const, 'wrong settings' as const),
      },
    ),
    version: fc.oneof(
      { weight: 4, arbitrary: fc.constant('1.0.0') },
      { weight: 1, arbitrary: fc.constant('2.0.0') },
    ),
    enabled: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(true, false) },
    ),
    dependencies: ranges(2),
    optionalDependencies: ranges(1),
    edit: fc.constantFrom(1, 2),
  })
const rarely = <T>(value: fc.Arbitrary<T>, otherwise: T, weight = 5): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: value })

export const world: fc.Arbitrary<World> = fc.record({
  folders: fc
    .tuple(...NAMES.map((name) => fc.option(folder(name), { freq: 6, nil: undefined })))
    .map(present),
  entries: rarely(
    fc.dictionary(someName, fc.option(fc.boolean(), { nil: undefined }), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    {},
    1,
  ),
  unlisted: rarely(fc.constant('off' as const), 'on' as const),
  variable: rarely<string | undefined>(fc.constantFrom('', '*', 'a,b', '*,!c', 'd,!a'), undefined),
  program: rarely(fc.dictionary(someName, fc.boolean(), { maxKeys: 2, noNullPrototype: true }), {}),
  failing: rarely(fc.subarray([...NAMES], { maxLength: 2 }), []),
})

function present(folders: readonly (Folder | undefined)[]): Folder[] {
  return folders.filter((one) => one !== undefined)
}

/** A world, and the same with a few folders changed and, now and then, something else. */
export const change: fc.Arbitrary<readonly [before: World, after: World]> = world.chain((before) =>
  fc
    .record({
      folders: fc.tuple(
        ...NAMES.map((name) => {
          const old = before.folders.find((one) => one.name === name)
          return rarely<Folder | undefined>(fc.option(folder(name), { freq: 4, nil: undefined }), old, 4)
        }),
      ),
      rest: rarely<World>(world, before, 4),
    })
    .map(({ folders, rest }) => [before, { ...rest, folders: present(folders) }] as const),
)

function candidateOf(folder: Folder): Candidate {
  const { name, files, edit: _edit, enabled, ...rest } = folder
  if (files === 'unparsable') return broken(name)
  const sketch = { ...rest, ...(enabled !== undefined && { enabled }) }
  return candidate(name, sketch, files === 'no entry' ? { incomplete: true } : {})
}

export function inputOf(
  { folders, entries, unlisted, variable, program }: World,
  running: ReadonlyMap<string, RunningFact> = new Map(),
  failed: ReadonlyMap<string, Problem> = new Map(),
): WantedInput {
  const programEntry = (enabled: boolean): ProgramEntry => ({ enabled, because: 'the plugins option' })
  return input(folders.map(candidateOf), {
    running,
    failed,
    config: config(
      Object.entries(entries).map(([name, enabled]) => ({ name, ...(enabled !== undefined && { enabled }) })),
      unlisted,
    ),
    enabledPlugins: enabledPlugins(variable),
    program: new Map(Object.entries(program).map(([name, enabled]) => [name, programEntry(enabled)])),
    settings: ({ name }) =>
      folders.find((one) => one.name === name)?.files === 'wrong settings'
        ? { problems: [problem('ERR_PLUGIN_SETTINGS_INVALID', 'wrong')] }
        : { settings: {} },
  })
}

/** What tells one state of a plugin's files from another. */
export const identityIn =
  (world: World) =>
  (name: string): string =>
    JSON.stringify(world.folders.find((one) => one.name === name))

/**
 * Does to the model what a plan says to do to plugins, and checks each step: nothing stops while something runs that
 * depends on it, and nothing starts before what it depends on.
 */
export function apply(
  plan: Plan,
  running: ReadonlyMap<string, RunningFact>,
  wanted: Wanted,
  identity: (name: string) => string,
  takedown: (names: Iterable<string>, running: ReadonlyMap<string, RunningFact>) => readonly string[],
): Map<string, RunningFact> {
  const now = new Map(running)
  for (const name of takedown([...plan.stop, ...plan.restart], running)) {
    if (!now.delete(name)) throw new Error(`${name} stops and does not run`)
    for (const other of now.values()) {
      if (other.dependencies.includes(name)) throw new Error(`${name} stops while ${other.name} needs it`)
    }
  }
  const place = (name: string): number => wanted.position.get(name) ?? Number.NaN
  for (const name of [...plan.start, ...plan.restart].sort((a, b) => place(a) - place(b))) {
    const verdict = wanted.verdicts.get(name)
    if (verdict === undefined) throw new Error(`${name} starts and is not there`)
    const old = running.get(name)
    const { dependencies, candidate, state, kept } = verdict
    for (const dependency of dependencies) {
      if (!now.has(dependency)) throw new Error(`${name} starts before ${dependency}`)
    }
    if (state !== 'on' && !kept) throw new Error(`${name} starts and is ${state}`)
    if (kept && old !== undefined) now.set(name, { ...old, dependencies })
    else if (candidate.metadata !== undefined) {
      const { directory, metadata } = candidate
      now.set(name, { name, directory, metadata, dependencies, identity: identity(name) })
    }
  }
  return now
}

/** What runs after a start in this world, with the starts that fail there left out. */
export function started(
  world: World,
  plan: (
    running: ReadonlyMap<string, RunningFact>,
    wanted: Wanted,
    identity: (name: string) => string,
  ) => Plan,
): { readonly running: Map<string, RunningFact>; readonly failed: Map<string, Problem> } {
  const failed = new Map(
    world.failing.map((name) => [name, problem('ERR_PLUGIN_ACTIVATE', `${name} threw.`)] as const),
  )
  const wanted = decideWanted(inputOf(world, new Map(), failed))
  const whole = plan(new Map(), wanted, identityIn(world))
  const without = { ...whole, start: whole.start.filter((name) => !failed.has(name)) }
  return { running: apply(without, new Map(), wanted, identityIn(world), () => []), failed }
}
