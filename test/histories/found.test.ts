import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Behaviour } from './program.ts'
import { begin } from './steps.ts'
import { CONFIG, ROOT, World } from './world.ts'

/** A world with the plugins a, b that needs a, c that needs b, and d, which run. */
async function scene(): Promise<World> {
  const world = new World({ seed: 0 })
  begin(world)
  await world.settle('call')
  return world
}

const describing = (name: string, more: object): string => JSON.stringify({ name, version: '1.0.0', ...more })

const program = (does: Behaviour): string => JSON.stringify({ v: 100, does })

function states(world: World): Record<string, string> {
  return Object.fromEntries(world.manager.plugins.map(({ name, state }) => [name, state]))
}

test('an edit that closes a circle is refused also when the other plugin of the circle cannot be read', async () => {
  const world = await scene()
  world.disk.write(`${ROOT}/a/metadata.json`, describing('a', { dependencies: ['b'] }))
  await world.settle('call')
  world.disk.write(`${ROOT}/b/metadata.json`, '{')
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'active', b: 'active', c: 'active', d: 'active' })
  await world.end()
})

test('a config file that is broken when it first appears stops nothing', async () => {
  const world = await scene()
  world.disk.write(CONFIG, '{ "plugins": [')
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'active', b: 'active', c: 'active', d: 'active' })
  world.unsettle()
  world.disk.write(CONFIG, '{ "plugins": [{ "name": "d", "enabled": false }] }')
  await world.settle('call')
  assert.equal(states(world)['d'], 'off')
  await world.end()
})

test('a plugin whose code does not load is turned off by its own metadata.json all the same', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.write(`${ROOT}/b/plugin.js`, '{')
  world.disk.write(`${ROOT}/b/metadata.json`, describing('b', { enabled: false }))
  // Its dependent cannot be read meanwhile, and pulls it in with what it was.
  world.disk.write(`${ROOT}/c/metadata.json`, '{')
  await world.settle('call')
  assert.equal(states(world)['b'], 'active')
  world.unsettle()
  world.disk.write(`${ROOT}/c/metadata.json`, describing('c', {}))
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'active', b: 'off', c: 'active', d: 'active' })
  await world.end()
})

test('an old code that comes back takes no optional dependency that needs the plugin by now', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.write(`${ROOT}/d/metadata.json`, describing('d', { optionalDependencies: ['a'] }))
  await world.settle('call')
  assert.deepEqual(world.manager.get('d')?.dependencies, ['a'])
  world.unsettle()
  world.disk.write(`${ROOT}/a/metadata.json`, describing('a', { dependencies: ['d'] }))
  world.disk.write(`${ROOT}/d/plugin.js`, program('throws'))
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'active', b: 'active', c: 'active', d: 'active' })
  assert.deepEqual(world.manager.get('a')?.dependencies, ['d'], 'the newest files of a run')
  assert.deepEqual(world.manager.get('d')?.dependencies, [])
  await world.end()
})

test('the same when the old code comes back as the new one does not start', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.write(`${ROOT}/d/metadata.json`, describing('d', { optionalDependencies: ['a'] }))
  await world.settle('call')
  world.unsettle()
  world.disk.write(`${ROOT}/a/metadata.json`, describing('a', { dependencies: ['d'] }))
  world.disk.write(`${ROOT}/d/plugin.js`, program('activate throws'))
  await world.settle('call')
  assert.deepEqual(world.manager.get('a')?.dependencies, ['d'], 'the newest files of a run')
  await world.end()
})

test('an old code that comes back as its optional dependency stops does not list it', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.write(`${ROOT}/d/metadata.json`, describing('d', { optionalDependencies: ['a'] }))
  await world.settle('call')
  world.unsettle()
  world.disk.write(`${ROOT}/d/plugin.js`, program('throws'))
  world.disk.write(`${ROOT}/a/metadata.json`, describing('a', { dependencies: ['nobody'] }))
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'blocked', b: 'blocked', c: 'blocked', d: 'active' })
  assert.deepEqual(world.manager.get('d')?.dependencies, [])
  await world.end()
})

test('a plugin that could not be read for a moment as it was loaded is loaded by the next look', async () => {
  const world = new World({ seed: 0 })
  begin(world)
  world.disk.fail(`read ${ROOT}/c/plugin.js`, 'EIO', false)
  const { clock, manager } = world
  await clock.until(manager.settled(), 10_000, 'settled()')
  assert.equal(states(world)['c'], 'failed')
  const { failures } = manager.get('c')!
  await clock.until(manager.settled(), 10_000, 'settled()')
  assert.equal(manager.get('c')!.failures, failures, 'the same failure')
  world.disk.mend()
  await clock.advance(5000)
  assert.equal(states(world)['c'], 'active')
  await world.end()
})

test('what is said of a plugin while its state is being written into the config counts after that', async () => {
  let write: () => void = () => undefined
  let writing = false
  const pause = (): Promise<void> =>
    writing ? new Promise((done) => (write = () => done())) : Promise.resolve()
  const world = new World({ seed: 0, pause })
  begin(world)
  await world.settle('call')
  world.unsettle()
  writing = true
  world.persisting.push('d')
  world.track('enable(d, persist)', world.manager.enable('d', { persist: true }))
  writing = false
  world.say('d', false)
  world.track('disable(d)', world.manager.disable('d'))
  await world.clock.turn()
  write()
  await world.settle('call')
  assert.equal(states(world)['d'], 'off')
  await world.end()
})

test('a plugin that restarts for an optional dependency that fails then does not list it', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.write(`${ROOT}/a/plugin.js`, program('activate throws'))
  world.disk.write(`${ROOT}/a/metadata.json`, describing('a', { dependencies: ['b'] }))
  world.disk.write(`${ROOT}/b/metadata.json`, describing('b', { enabled: false }))
  world.disk.write(`${ROOT}/d/metadata.json`, describing('d', { optionalDependencies: ['c'] }))
  await world.settle('call')
  world.unsettle()
  world.disk.write(`${ROOT}/d/plugin.js`, program('throws'))
  world.disk.write(`${ROOT}/c/plugin.js`, program('activate throws'))
  world.disk.write(`${ROOT}/c/metadata.json`, describing('c', {}))
  await world.settle('call')
  assert.equal(states(world)['c'], 'failed')
  assert.deepEqual(world.manager.get('d')?.dependencies, [])
  await world.end()
})

test('what a metadata.json said of being on before it was broken counts, also when its code never ran', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.write(`${ROOT}/d/plugin.js`, '{')
  world.disk.write(`${ROOT}/d/metadata.json`, describing('d', { enabled: true }))
  world.disk.write(CONFIG, '{ "unlisted": "off" }')
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'off', b: 'off', c: 'off', d: 'active' })
  world.disk.write(`${ROOT}/d/metadata.json`, '{')
  await world.settle('call')
  assert.equal(states(world)['d'], 'active')
  await world.end()
})

test('the same the other way round: what was turned off so and is needed goes when nobody needs it', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.write(`${ROOT}/b/plugin.js`, '{')
  world.disk.write(`${ROOT}/b/metadata.json`, describing('b', { enabled: false }))
  await world.settle('call')
  assert.equal(world.manager.get('b')?.decision?.source, 'dependency')
  world.disk.write(`${ROOT}/b/metadata.json`, '{')
  await world.settle('call')
  assert.equal(world.manager.get('b')?.decision?.source, 'dependency')
  world.unsettle()
  world.disk.write(`${ROOT}/c/metadata.json`, describing('c', {}))
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'active', b: 'invalid', c: 'active', d: 'active' })
  await world.end()
})

test('what failed is not tried again because somebody who needs it is edited, or could not be read', async () => {
  const world = new World({ seed: 0 })
  begin(world)
  world.disk.write(`${ROOT}/b/plugin.js`, program('throws'))
  world.disk.fail(`read ${ROOT}/c/plugin.js`, 'EIO', false)
  const { clock, manager, ledger } = world
  const tries = (): number => ledger.instances.filter(({ name }) => name === 'b').length
  await clock.until(manager.settled(), 10_000, 'settled()')
  assert.deepEqual(states(world), { a: 'active', b: 'failed', c: 'blocked', d: 'active' })
  assert.equal(tries(), 1)
  await clock.until(manager.rescan(), 10_000, 'rescan()')
  assert.equal(tries(), 1, 'looked at again, as c could not be read')
  world.disk.mend()
  world.disk.write(`${ROOT}/c/plugin.js`, program('ok'))
  await world.settle('call')
  assert.equal(tries(), 1, 'an edit of c')
  await world.end()
})

test('a plugin whose name is that of another folder by now, which cannot run, is judged by what it runs with', async () => {
  const world = new World({ seed: 0 })
  begin(world)
  world.disk.write(`${ROOT}/c/plugin.js`, program('no export'))
  await world.settle('call')
  world.unsettle()
  world.disk.write(`${ROOT}/b/metadata.json`, describing('c', {}))
  await world.settle('call')
  assert.equal(world.manager.get('c')?.directory, `${ROOT}/b`)
  world.unsettle()
  world.disk.write(`${ROOT}/b/metadata.json`, describing('b', { enabled: false }))
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'active', b: 'off', c: 'active', d: 'active' })
  await world.end()
})

test('settled() sees all that was on disk when it was called, however long the transition takes that it waits for', async () => {
  const world = await scene()
  world.disk.write(`${ROOT}/d/plugin.js`, program('dispose hangs'))
  await world.settle('call')
  world.request(['d'], true)
  for (const name of ['a', 'd']) world.disk.write(`${ROOT}/${name}/plugin.js`, program('activate hangs'))
  await world.clock.advance(100)
  const began = world.clock.elapsed()
  world.unsettle()
  world.disk.remove(`${ROOT}/c`)
  await world.clock.until(world.manager.settled(), 60_000, 'settled()')
  assert.ok(world.clock.elapsed() - began > 30_000, `${world.clock.elapsed() - began} ms`)
  assert.deepEqual(states(world), { a: 'active', b: 'active', d: 'active' })
  await world.end()
})

test('what cannot be read is not restarted for an optional dependency that it goes without', async () => {
  const world = await scene()
  const { manager, disk } = world
  disk.write(`${ROOT}/d/plugin.js`, program('throws'))
  disk.write(`${ROOT}/e/metadata.json`, describing('e', {}))
  disk.write(`${ROOT}/e/plugin.js`, program('ok'))
  await world.settle('call')
  assert.equal(manager.get('e')?.state, 'active')
  assert.deepEqual(manager.get('d')?.dependencies, [])
  const runs = manager.api('d')
  disk.fail(ROOT, 'EIO', false)
  await world.clock.until(manager.settled(), 10_000, 'settled()')
  assert.equal(manager.api('d'), runs, 'the very same')
  await world.settle('call')
  assert.equal(manager.api('d'), runs)
  await world.end()
})

for (const does of ['syntax', 'throws', 'activate throws'] as const) {
  for (const path of [ROOT, `${ROOT}/d`, `${ROOT}/d/metadata.json`, `${ROOT}/d/plugin.js`]) {
    test(`what was tried in vain (${does}) is so after ${path} could not be read for a while: what runs goes on`, async () => {
      const world = await scene()
      const { clock, disk, manager } = world
      world.unsettle()
      disk.write(`${ROOT}/d/metadata.json`, describing('d', { dependencies: ['c'] }))
      disk.write(`${ROOT}/d/plugin.js`, does === 'syntax' ? '{' : program(does))
      await world.settle('call')
      world.unsettle()
      disk.remove(`${ROOT}/c`)
      await world.settle('call')
      const runs = manager.api('d')
      assert.deepEqual(states(world), { a: 'active', b: 'active', d: 'active' })
      disk.fail(path, 'EIO', false)
      await clock.until(manager.settled(), 10_000, 'settled()')
      await world.settle('call')
      assert.equal(manager.api('d'), runs, 'the very same')
      world.unsettle()
      disk.write(`${ROOT}/d/plugin.js`, program('ok'))
      await world.settle('call')
      assert.equal(states(world)['d'], 'blocked', 'the newest files of a run')
      await world.end()
    })
  }
}

test('files of which one could not be read as they were loaded run once they can be read, seen or not', async () => {
  const world = await scene()
  const { clock, disk, manager, watch } = world
  disk.write(`${ROOT}/d/metadata.json`, describing('d', { version: '2.0.0' }))
  disk.write(`${ROOT}/d/plugin.js`, program('ok'))
  disk.fail(`read ${ROOT}/d/plugin.js`, 'EIO', false)
  await clock.until(manager.settled(), 10_000, 'settled()')
  assert.equal(manager.get('d')?.problem?.code, 'ERR_PLUGIN_FILE_UNREADABLE')
  disk.fail(`${ROOT}/d`, 'EIO', false)
  await clock.until(manager.settled(), 10_000, 'settled()')
  disk.mend()
  watch.heard(`${ROOT}/d/plugin.js`)
  await clock.advance(200)
  assert.equal(manager.get('d')?.version, '2.0.0')
  await world.end()
})

for (const renamed of [true, false]) {
  test(`a name that goes to another folder as the one that runs on old files ${renamed ? 'takes another' : 'is removed'} runs from there`, async () => {
    const world = await scene()
    const { disk, manager } = world
    disk.write(`${ROOT}/c/metadata.json`, describing('c', { version: '2.0.0' }))
    disk.write(`${ROOT}/c/plugin.js`, program('activate throws'))
    await world.settle('call')
    world.unsettle()
    disk.write(`${ROOT}/d/metadata.json`, describing('c', {}))
    await world.settle('call')
    assert.equal(manager.get('c')?.directory, `${ROOT}/c`)
    world.unsettle()
    if (renamed) disk.write(`${ROOT}/c/metadata.json`, describing('e', {}))
    else disk.remove(`${ROOT}/c`)
    await world.settle('call')
    assert.equal(manager.get('c')?.directory, `${ROOT}/d`)
    assert.equal(manager.get('c')?.state, 'active')
    assert.equal(manager.api<{ folder: string }>('c')?.folder, `${ROOT}/d`)
    await world.end()
  })
}

test('of two plugins that run from one folder, the one whose name another folder has does not get what cannot be read there', async () => {
  const world = await scene()
  const { disk } = world
  world.unsettle()
  disk.write(`${ROOT}/c/metadata.json`, describing('e', { dependencies: ['a'] }))
  await world.settle('call')
  world.unsettle()
  disk.write(`${ROOT}/e/metadata.json`, describing('e', {}))
  disk.write(`${ROOT}/e/plugin.js`, program('throws'))
  disk.write(`${ROOT}/c/metadata.json`, describing('c', {}))
  await world.settle('call')
  const all = { a: 'active', b: 'active', c: 'active', d: 'active', e: 'active' }
  assert.deepEqual(states(world), all)
  disk.write(`${ROOT}/a/plugin.js`, program('ok'))
  await world.settle('call')
  disk.write(`${ROOT}/c/metadata.json`, '{')
  await world.settle('call')
  assert.deepEqual(states(world), all)
  await world.end()
})

test('new files that were tried in vain, their metadata.json among them, are tried again with other settings', async () => {
  const world = await scene()
  const { disk, ledger } = world
  disk.write(`${ROOT}/d/metadata.json`, describing('d', { version: '2.0.0' }))
  disk.write(`${ROOT}/d/plugin.js`, program('activate throws'))
  await world.settle('call')
  const tries = (): number => ledger.instances.filter(({ content }) => content.includes('throws')).length
  assert.equal(tries(), 1)
  for (const [settings, count] of [
    [{ key: 1 }, 2],
    [{ key: 2 }, 3],
    [undefined, 4],
  ] as const) {
    disk.write(CONFIG, JSON.stringify({ plugins: [{ name: 'd', settings }, { name: 'a' }] }))
    await world.settle('call')
    assert.equal(tries(), count, `with ${JSON.stringify(settings)}`)
    disk.write(CONFIG, JSON.stringify({ plugins: [{ name: 'd', settings }] }))
    await world.settle('call')
    assert.equal(tries(), count, 'for nothing')
  }
  await world.end()
})

test('a plugin that runs on, as the folder that has its name by now does not start, runs on when that cannot be read', async () => {
  const world = await scene()
  world.unsettle()
  world.disk.remove(`${ROOT}/d`)
  world.disk.write(`${ROOT}/e/metadata.json`, describing('d', {}))
  world.disk.write(`${ROOT}/e/plugin.js`, program('activate throws'))
  await world.settle('call')
  assert.deepEqual(states(world), { a: 'active', b: 'active', c: 'active', d: 'active' })
  world.disk.write(`${ROOT}/e/metadata.json`, '{')
  await world.settle('call')
  assert.equal(states(world)['d'], 'active')
  await world.end()
})

test('old code that is started again does without an optional dependency that came to depend on it, at once and not at the next look', async () => {
  const world = await scene()
  const { disk, ledger, manager } = world
  disk.write(`${ROOT}/a/metadata.json`, describing('a', { optionalDependencies: ['c'] }))
  disk.write(`${ROOT}/a/plugin.js`, program('ok'))
  disk.write(`${ROOT}/c/plugin.js`, program('activate throws'))
  await world.settle('call')
  assert.deepEqual(manager.get('c')?.dependencies, ['b'])
  const count = ledger.instances.length
  await manager.rescan()
  assert.equal(ledger.instances.length, count)
  await world.end()
})

test('what was tried in vain is not tried again because a dependency came back to what it is without it', async () => {
  const world = await scene()
  const { disk, ledger } = world
  disk.write(`${ROOT}/a/metadata.json`, describing('a', { dependencies: ['c'] }))
  disk.write(`${ROOT}/a/plugin.js`, program('activate throws'))
  disk.write(`${ROOT}/c/metadata.json`, describing('c', { optionalDependencies: ['a'] }))
  await world.settle('call')
  const tries = (): number => ledger.instances.filter(({ content }) => content.includes('throws')).length
  assert.equal(tries(), 1)
  disk.write(`${ROOT}/a/plugin.js`, program('activate throws'))
  await world.settle('call')
  assert.equal(tries(), 1)
  await world.end()
})
