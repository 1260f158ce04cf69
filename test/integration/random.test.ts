import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isPluginError } from 'plugbay'
import type { WatchOptions } from 'plugbay'
import { dice } from '../dice.ts'
import { endingOf, freshEnding, managerFor } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { pluginCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const STEPS = 25

/** Its API tells of which dependencies, in which lives, it was made: what is stale shows. */
const good = (version: number): string =>
  pluginCode('cjs', {
    activate: [
      `const { dependencies, optionalDependencies } = ctx.metadata`,
      `const below = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]`,
      `return { value: '${version}', made: Object.fromEntries(below.map((name) => [name, ctx.plugin(name)])) }`,
    ].join('; '),
  })

const bad: readonly string[] = [
  'exports.activate = (',
  'throw new Error("while loading")',
  'exports.start = 1',
  pluginCode('cjs', { activate: 'throw new Error("in activate")' }),
]

/** What must hold at any time when nothing moves. */
function assertSound(manager: TestManager, story: () => string): void {
  assert.deepEqual(manager.plan(), { stop: [], start: [], restart: [], changed: [] }, story())
  for (const { name, state, because, dependencies, problem, generation } of manager.plugins) {
    if (state === 'found' && because.startsWith('settling')) continue
    const api = manager.api<{ made: Record<string, unknown> }>(name)
    assert.equal(api !== undefined, state === 'active', `${name} is ${state}\n${story()}`)
    assert.ok(!['loading', 'stopping', 'found'].includes(state), `${name} is ${state}\n${story()}`)
    if (state === 'failed' || state === 'blocked' || state === 'invalid')
      assert.ok(problem, `${name}\n${story()}`)
    if (!api) continue
    assert.ok(generation > 0)
    for (const [dependency, given] of Object.entries(api.made)) {
      // Of a circle closed by an optional dependency, that one is left out.
      const expected = dependencies.includes(dependency) ? manager.api(dependency) : undefined
      assert.equal(given, expected, `${name} has another ${dependency} than runs\n${story()}`)
    }
    for (const dependency of dependencies)
      assert.ok(dependency in api.made, `${name} and ${dependency}\n${story()}`)
  }
}

/** Removed, and that was not yet known. */
function gone(cause: unknown): void {
  if (!isPluginError(cause) || cause.code !== 'ERR_PLUGIN_NAME_UNKNOWN') throw cause
}

async function run(t: TestContext, seed: number, watch: boolean | WatchOptions): Promise<void> {
  const roll = dice(seed)
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!
  const folder = pluginsFolder(t)
  const told: string[] = []
  const story = (): string =>
    `seed ${seed}\n${told.join('\n')}\n${JSON.stringify(manager.plugins.map(({ name, state, because }) => [name, state, because]))}`
  let version = 0
  const metadata = (name: string): object => {
    const others = NAMES.filter((other) => other < name || roll(12) === 0)
    const some = (): string[] => others.filter(() => roll(4) === 0)
    return {
      dependencies: some(),
      optionalDependencies: some(),
      ...(roll(10) === 0 && { enabled: false }),
      ...(roll(14) === 0 && { main: 'nothing.cjs' }),
    }
  }
  const save = (name: string): void => {
    version += 1
    const text = roll(4) === 0 ? pick(bad) : good(version)
    told.push(`save ${name} ${text.split('\n').join(' ').slice(0, 60)}`)
    folder.write({ [`${name}/plugin.cjs`]: text })
  }
  const describe = (name: string): void => {
    const given = metadata(name)
    told.push(`describe ${name} ${JSON.stringify(given)}`)
    folder.write({ [`${name}/metadata.json`]: roll(12) === 0 ? '{ "name": ' : given })
  }
  const actions: readonly (() => unknown)[] = [
    () => save(pick(NAMES)),
    () => save(pick(NAMES)),
    () => save(pick(NAMES)),
    () => describe(pick(NAMES)),
    () => {
      const name = pick(NAMES)
      told.push(`remove ${name}`)
      folder.remove(name)
    },
    () => {
      const name = pick(NAMES)
      describe(name)
      save(name)
    },
    () => {
      const plugins = NAMES.filter(() => roll(4) === 0).map((name) => ({ name, enabled: roll(2) === 0 }))
      told.push(`config ${JSON.stringify(plugins)}`)
      folder.config(roll(8) === 0 ? '{ broken' : { plugins })
    },
    async () => {
      const name = pick(NAMES)
      told.push(`reload ${name}`)
      if (manager.get(name)) await manager.reload(name).catch(gone)
    },
    async () => {
      const name = pick(NAMES)
      told.push(`toggle ${name}`)
      if (manager.get(name)) await manager.disable(name).catch(gone)
      if (manager.get(name)) await manager.enable(name).catch(gone)
    },
  ]
  for (const name of NAMES.slice(0, 4))
    folder.write({ [`${name}/metadata.json`]: metadata(name), [`${name}/plugin.cjs`]: good(0) })
  folder.config({ plugins: [] })
  const manager = managerFor(t, folder, { watch })
  await manager.start()
  for (let step = 0; step < STEPS; step += 1) {
    for (let count = roll(3); count >= 0; count -= 1) await pick(actions)()
    await manager.settled()
    told.push('settled')
    assertSound(manager, story)
  }
  // Where everything is good, what runs is what a fresh start would run, apart from what the program said meanwhile.
  folder.config({ plugins: [] })
  for (const name of NAMES) {
    if (!manager.get(name)) continue
    folder.write({
      [`${name}/plugin.cjs`]: good(1000),
      [`${name}/metadata.json`]: {
        dependencies: NAMES.filter((other) => other < name && manager.get(other) && roll(3) === 0),
      },
    })
  }
  await manager.settled()
  assertSound(manager, story)
  assert.deepEqual(endingOf(manager), await freshEnding(t, folder), story())
  await manager.close()
}

const seeds = process.env['PLUGBAY_SEEDS']?.split(',').map(Number) ?? [1, 2, 3, 4, 5, 6]

for (const seed of seeds) {
  test(`whatever is done to a folder, what runs is what should run (seed ${seed})`, (t) =>
    run(t, seed, { settle: 0, rescan: 0 }))
}

test('the same with the default settings', (t) => run(t, 7, true))
