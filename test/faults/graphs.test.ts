import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { endingOf, freshEnding, managerFor, snapshot } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { Files, PluginsFolder } from '../plugin-folder.ts'

/** A plugin that says when it comes and goes. */
const life = (name: string, fails = false): string =>
  pluginCode('cjs', {
    activate: fails
      ? `throw new Error('no connection')`
      : `ctx.host.seen.push('+${name}'); return { value: '${name}' }`,
    deactivate: `ctx.host.seen.push('-${name}')`,
  })

const plugins = (graph: Readonly<Record<string, readonly string[]>>): Files =>
  Object.fromEntries(
    Object.entries(graph).flatMap(([name, dependencies]) => [
      [`${name}/metadata.json`, { dependencies }],
      [`${name}/plugin.cjs`, life(name)],
    ]),
  )

const diamond = { base: [], left: ['base'], right: ['base'], top: ['left', 'right'], aside: [] }

interface Scene {
  readonly folder: PluginsFolder
  readonly manager: TestManager
  /** Who came and went since the last call. */
  seen(): string[]
  /** Looks until all is at rest, and checks that it is as a fresh start would have it. */
  settles(): Promise<void>
}

async function scene(t: TestContext, files: Files): Promise<Scene> {
  const host = { seen: [] as string[] }
  const folder = pluginsFolder(t, files)
  const manager = managerFor(t, folder, { context: host })
  await manager.start()
  return {
    folder,
    manager,
    seen: () => host.seen.splice(0),
    settles: async () => {
      await manager.settled()
      const fresh = await freshEnding(t, folder, { context: { seen: [] } })
      assert.deepEqual(endingOf(manager), fresh)
    },
  }
}

describe('dependencies', { concurrency: 4 }, () => {
  test('G1 a dependency that is missing and comes later: what needs it is blocked until then, the others run', async (t) => {
    const { folder, manager, seen, settles } = await scene(
      t,
      plugins({ a: ['b'], b: ['datbase'], database: [], c: [] }),
    )
    assert.deepEqual(seen(), ['+c', '+database'])
    const { state, problem } = snapshot(manager, 'a')
    assert.deepEqual([state, problem?.code], ['blocked', 'ERR_PLUGIN_DEPENDENCY_MISSING'])
    assert.match(problem!.message, /datbase.*nearest name is database; path a -> b -> datbase/)
    folder.write(plugins({ datbase: [] }))
    await settles()
    assert.deepEqual(seen(), ['+datbase', '+b', '+a'])
  })

  test('G6 a diamond whose base is edited: each restarts once, dependents stop first and start last, and nobody else moves', async (t) => {
    const { folder, seen, settles } = await scene(t, plugins(diamond))
    assert.deepEqual(seen(), ['+aside', '+base', '+left', '+right', '+top'])
    folder.write({ 'base/plugin.cjs': `${life('base')}// edited\n` })
    await settles()
    assert.deepEqual(seen(), ['-top', '-right', '-left', '-base', '+base', '+left', '+right', '+top'])
  })

  test('G8 a dependency that is turned off and on: what needs it stops and says how to turn it on, and is back with it', async (t) => {
    const { manager, seen, settles } = await scene(t, plugins({ a: ['b'], b: [], c: [] }))
    seen()
    await manager.disable('b')
    assert.deepEqual(seen(), ['-a', '-b'])
    const { state, problem } = snapshot(manager, 'a')
    assert.deepEqual([state, problem?.code], ['blocked', 'ERR_PLUGIN_DEPENDENCY_OFF'])
    assert.match(problem!.hint, /^Turn b on \(it is off because: manager\.disable\(\)\)/)
    await manager.enable('b')
    assert.deepEqual(seen(), ['+b', '+a'])
    await settles()
  })

  test('G9 a dependency that fails to start, and is mended: what needs it is blocked and told why, and starts with it', async (t) => {
    const { folder, manager, seen, settles } = await scene(t, {
      ...plugins({ a: ['b'], b: ['db'], c: [] }),
      'db/metadata.json': {},
      'db/plugin.cjs': life('db', true),
    })
    assert.deepEqual(seen(), ['+c'])
    const { state, problem } = snapshot(manager, 'a')
    assert.deepEqual([state, problem?.code], ['blocked', 'ERR_PLUGIN_DEPENDENCY_FAILED'])
    assert.match(problem!.message, /db, which failed: .*no connection.*path a -> b -> db/)
    folder.write({ 'db/plugin.cjs': life('db') })
    await settles()
    assert.deepEqual(seen(), ['+db', '+b', '+a'])
  })

  test('G11 a dependency whose folder is removed while dependents run: they are stopped before it, each once, and wait for it', async (t) => {
    const { folder, manager, seen, settles } = await scene(t, plugins(diamond))
    seen()
    folder.remove('base')
    await settles()
    assert.deepEqual(seen(), ['-top', '-right', '-left', '-base'])
    assert.deepEqual(
      manager.plugins.map(({ name, state }) => `${name} ${state}`),
      ['aside active', 'left blocked', 'right blocked', 'top blocked'],
    )
    folder.write(plugins({ base: [] }))
    await settles()
    assert.deepEqual(seen(), ['+base', '+left', '+right', '+top'])
  })

  test('G12 a circle that an edit closes and another opens again: the edited plugin keeps what runs and nobody moves, then it is reloaded', async (t) => {
    const { folder, manager, seen, settles } = await scene(t, plugins({ a: ['b'], b: ['c'], c: [], d: [] }))
    seen()
    folder.write(plugins({ c: ['a'] }))
    await manager.settled()
    assert.deepEqual(seen(), [])
    const { state, problem } = snapshot(manager, 'c')
    assert.deepEqual([state, problem?.code], ['active', 'ERR_PLUGIN_DEPENDENCY_CYCLE'])
    assert.match(problem!.message, /a -> b -> c -> a/)
    folder.write(plugins({ c: ['d'] }))
    await settles()
    assert.deepEqual(seen(), ['-a', '-b', '-c', '+c', '+b', '+a'])
  })

  test('G13 dependencies that are named twice, and more than 256 of them: each counts once, and more are refused at their place', async (t) => {
    const names = Array.from({ length: 128 }, (_, at) => `p${at}`)
    const plugin = { activate: (): void => undefined }
    const folder = pluginsFolder(t, {
      'a/metadata.json': { dependencies: [...names, ...names] },
      'a/plugin.cjs': valueCode('cjs', 'a'),
      'b/metadata.json': { dependencies: [...names, ...names, 'a'] },
      'b/plugin.cjs': valueCode('cjs', 'b'),
    })
    const manager = managerFor(t, folder, { plugins: names.map((name) => ({ name, plugin })) })
    const { order, invalid } = await manager.start()
    assert.deepEqual([order.length, order.at(-1), invalid], [129, 'a', ['b']])
    assert.deepEqual(snapshot(manager, 'a').dependencies, names.toSorted())
    const { line, column, message } = snapshot(manager, 'b').problem!
    assert.deepEqual([line, column], [4, 19])
    assert.match(message, /at most 256/)
  })
})
