import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { show } from './ledger.ts'
import { seed } from './seed.ts'
import { begin, program } from './steps.ts'
import { CONFIG, ROOT, World } from './world.ts'

const RUNS = Math.ceil(Number(process.env['PLUGBAY_HISTORIES'] ?? 2000) / 20)

type Act = (world: World) => unknown

const save =
  (name: string, does: Parameters<typeof program>[1] = 'ok'): Act =>
  (world) =>
    world.disk.write(`${ROOT}/${name}/plugin.js`, program((world.version += 1), does))

const hint = (world: World): Promise<void> => world.clock.advance(120)

/**
 * Lets the scheduler decide when the acts take place, and when the loader comes to an end with each plugin: everything
 * in between may come in any order.
 */
async function race(
  acts: readonly (readonly [string, Act])[],
  after?: (world: World) => unknown,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(), async (scheduler, dice) => {
      let racing = false
      const world = new World({
        seed: dice,
        pause: () => (racing ? scheduler.schedule(Promise.resolve(), 'the loader') : Promise.resolve()),
      })
      begin(world)
      await world.settle('call')
      world.unsettle()
      racing = true
      for (const [name, act] of acts) {
        void scheduler.schedule(Promise.resolve(), name).then(() => {
          world.ledger.tell(`> ${name}`)
          return act(world)
        })
      }
      const go = async (): Promise<void> => {
        await world.clock.turn()
        while (scheduler.count() > 0) {
          await scheduler.waitOne()
          await world.clock.turn()
          // The loader is asked again once somebody has looked.
          if (scheduler.count() === 0) await hint(world)
        }
      }
      await go()
      racing = false
      if (after) await after(world)
      else {
        await world.settle('call')
        await world.end()
      }
    }),
    { ...seed, numRuns: RUNS, includeErrorInReport: true },
  )
}

const reload =
  (name: string): Act =>
  (world) =>
    world.track(`reload(${name})`, world.manager.reload(name))

const config =
  (text: string): Act =>
  ({ disk }) =>
    disk.write(CONFIG, text)

describe('whatever comes first', () => {
  test('C1: a plugin is edited while it is reloaded: the newest runs, once', () =>
    race([
      ['save a', save('a')],
      ['a look', hint],
      ['save a again', save('a')],
      ['another look', hint],
      ['break a', save('a', 'activate rejects')],
      ['save a at last', save('a')],
    ]))

  test('C2: a dependency is edited while its dependent is reloaded', () =>
    race([
      ['save c', save('c')],
      ['a look', hint],
      ['save b', save('b', 'slow')],
      ['save a', save('a')],
      ['another look', hint],
    ]))

  test('C3: the config turns a plugin off, and on, while it is reloaded', () =>
    race([
      ['save b', save('b', 'slow')],
      ['a look', hint],
      ['b off', config('{ "plugins": [{ "name": "b", "enabled": false }] }')],
      ['another look', hint],
      ['b on', config('{ "plugins": [{ "name": "b", "enabled": true }] }')],
    ]))

  test('C5: two reloads overlap, and an edit: both come back when that is live', () =>
    race([
      ['reload a', reload('a')],
      ['reload b', reload('b')],
      ['save a', save('a')],
      ['reload a again', reload('a')],
      ['a look', hint],
    ]))

  test('C7: the manager is closed while plugins are loaded, started and stopped: nothing is left', () =>
    race(
      [
        ['save a', save('a', 'slow')],
        ['a look', hint],
        ['close', (world) => world.track('close()', world.manager.close())],
        ['save b', save('b', 'activate hangs')],
        ['another look', hint],
        ['reload c', reload('c')],
      ],
      (world) => world.end(),
    ))

  test('C9 and C10: requests that are in flight, and such as ask two plugins, while both are reloaded', () =>
    race([
      ['a slow request', (world) => world.request(['a', 'b'], true)],
      ['save a', save('a')],
      ['a look', hint],
      ['another', (world) => world.request(['b', 'c', 'd'], true)],
      ['the first ends', (world) => world.releaseGate()],
      ['save b', save('b', 'activate throws')],
      ['another look', hint],
      ['a quick one', (world) => world.request(['a', 'c'], false)],
      ['the second ends', (world) => world.releaseGate()],
    ]))
})

test('C4: a thousand edits in a second are ten reloads at most, and the last one wins', async () => {
  const world = new World({ seed: 1 })
  begin(world)
  await world.settle('call')
  const before = world.ledger.instances.filter(({ name }) => name === 'd').length
  for (let edit = 0; edit < 1000; edit += 1) {
    save('d')(world)
    await world.clock.advance(1)
  }
  await world.settle('wait')
  const made = world.ledger.instances.filter(({ name }) => name === 'd').slice(before)
  assert.ok(made.length >= 1 && made.length <= 10, made.map(show).join())
  await world.end()
})

test('C6: a thousand calls of reload() are two reloads', async () => {
  const world = new World({ seed: 1 })
  begin(world)
  await world.settle('call')
  const before = world.ledger.instances.length
  for (let call = 0; call < 1000; call += 1) reload('d')(world)
  await world.settle('call')
  assert.ok(world.ledger.instances.length - before <= 2)
  await world.end()
})

test('C8: start() during close(), twice and after close() are misuse; close() during start() leaves nothing', async () => {
  const world = new World({ seed: 1 })
  begin(world)
  await assert.rejects(world.manager.start(), { code: 'ERR_PLUGIN_STARTED' })
  const closed = world.manager.close()
  assert.equal(world.manager.close(), closed, 'the very same promise')
  await assert.rejects(world.manager.start(), { code: 'ERR_PLUGIN_CLOSED' })
  await assert.rejects(world.manager.reload('a'), { code: 'ERR_PLUGIN_CLOSED' })
  await world.end()
  assert.deepEqual(
    world.ledger.lines.filter((line) => line.includes('publish')),
    [],
  )
})
