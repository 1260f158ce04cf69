import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin } from './steps.ts'
import { CONFIG, ROOT, World } from './world.ts'

/** A world with the plugins a, b that needs a, c that needs b, and d, which run. */
async function scene(): Promise<World> {
  const world = new World({ seed: 0 })
  begin(world)
  await world.settle('call')
  return world
}

const needing = (name: string, ...dependencies: string[]): string =>
  JSON.stringify({ name, version: '1.0.0', dependencies })

function states(world: World): Record<string, string> {
  return Object.fromEntries(world.manager.plugins.map(({ name, state }) => [name, state]))
}

test('an edit that closes a circle is refused also when the other plugin of the circle cannot be read', async () => {
  const world = await scene()
  world.disk.write(`${ROOT}/a/metadata.json`, needing('a', 'b'))
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
