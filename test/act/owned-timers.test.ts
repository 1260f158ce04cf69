import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Effects } from '#src/act/effects.js'
import { ownedTimers } from '#src/act/owned-timers.js'
import { realClock } from '#src/read/real-clock.js'

function make(): { effects: Effects; timers: ReturnType<typeof ownedTimers>; late: () => number } {
  let count = 0
  const effects = new Effects({
    timeout: 1000,
    clock: realClock,
    onTrouble: (trouble) => assert.fail(JSON.stringify(trouble)),
    onLate: () => {
      count += 1
    },
  })
  return { effects, timers: ownedTimers(effects), late: () => count }
}

const active = (): string =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /Timeout|Immediate/.test(name))
    .join()

test('all timers that are still set are gone with their generation', async () => {
  const before = active()
  const { effects, timers } = make()
  const fired: string[] = []
  timers.setTimeout(() => fired.push('timeout'), 5)
  timers.setInterval(() => fired.push('interval'), 5)
  timers.setImmediate(() => fired.push('immediate'))
  await effects.end()
  assert.equal(active(), before)
  await delay(20)
  assert.deepEqual(fired, [])
})

test('they fire with their values, like the global ones', async () => {
  const { effects, timers } = make()
  const fired: unknown[] = []
  await new Promise<void>((resolve) => {
    timers.setTimeout(
      (a: number, b: number) => {
        fired.push(a + b)
        resolve()
      },
      1,
      1,
      2,
    )
  })
  await new Promise<void>((resolve) => {
    timers.setImmediate((text: string) => {
      fired.push(text)
      resolve()
    }, 'now')
  })
  await new Promise<void>((resolve) => {
    const timer = timers.setInterval(
      (text: string) => {
        fired.push(text)
        if (fired.length === 4) {
          timers.clearInterval(timer)
          resolve()
        }
      },
      1,
      'again',
    )
  })
  assert.deepEqual(fired, [3, 'now', 'again', 'again'])
  await effects.end()
})

test('a timer can be cleared, by the owned function, by the global one and by its number', async () => {
  const { effects, timers } = make()
  const fired: string[] = []
  timers.clearTimeout(timers.setTimeout(() => fired.push('owned'), 1))
  clearTimeout(timers.setTimeout(() => fired.push('global'), 1))
  timers.clearTimeout(Number(timers.setTimeout(() => fired.push('number'), 1)))
  timers.clearTimeout(undefined)
  timers.clearTimeout(setTimeout(() => fired.push('foreign'), 1))
  timers.clearImmediate(timers.setImmediate(() => fired.push('immediate')))
  await delay(15)
  assert.deepEqual(fired, [])
  await effects.end()
})

test('util.promisify knows them', async () => {
  const { effects, timers } = make()
  assert.equal(await promisify(timers.setTimeout)(1, 'later'), 'later')
  assert.equal(await promisify(timers.setImmediate)('soon'), 'soon')
  await effects.end()
})

test('refresh() gives a timer that has fired another life, which ends with the generation', async () => {
  const { effects, timers } = make()
  let count = 0
  const timer = timers.setTimeout(() => {
    count += 1
  }, 2)
  await delay(15)
  assert.equal(count, 1)
  assert.equal(timer.refresh(), timer)
  await delay(15)
  assert.equal(count, 2)
  timer.refresh()
  await effects.end()
  await delay(15)
  assert.equal(count, 2)
})

test('a timer that is set after the end never fires, and is told', async () => {
  const { effects, timers, late } = make()
  await effects.end()
  let fired = 0
  timers.setTimeout(() => (fired += 1), 1)
  timers.setInterval(() => (fired += 1), 1)
  timers.setImmediate(() => (fired += 1))
  await delay(15)
  assert.equal(fired, 0)
  assert.equal(late(), 3)
})

test('timers that have fired or were cleared are forgotten', async () => {
  const { effects, timers, late } = make()
  const held: WeakRef<object>[] = []
  for (let count = 0; count < 50; count += 1) {
    await new Promise<void>((resolve) => {
      const value = { big: 'x'.repeat(1000) }
      held.push(new WeakRef(value))
      timers.setTimeout(() => {
        void value.big
        resolve()
      }, 0)
      timers.clearTimeout(timers.setTimeout(() => void value.big, 1000))
    })
  }
  const { gc } = globalThis
  if (gc) {
    await delay(1)
    gc()
    assert.ok(held.filter((ref) => ref.deref()).length < 5)
  }
  await effects.end()
  assert.equal(late(), 0)
})

test('what is no function is refused as Node refuses it, and the callback has its timer for `this`', async () => {
  const { effects, timers } = make()
  for (const set of [timers.setTimeout, timers.setInterval, timers.setImmediate]) {
    assert.throws(() => set(undefined as never), { code: 'ERR_INVALID_ARG_TYPE' })
  }
  const timer = await new Promise<unknown>((resolve) => {
    const own: unknown = timers.setTimeout(function (this: unknown) {
      resolve(this === own)
    }, 1)
  })
  assert.equal(timer, true)
  await effects.end()
})
