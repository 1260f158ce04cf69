import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TIMED_OUT, within } from '#src/act/within.js'

const never = (): Promise<never> => new Promise(() => undefined)
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

test('what settles in time is handed through', async () => {
  assert.equal(await within(Promise.resolve(7), 1000), 7)
  await assert.rejects(within(Promise.reject(new Error('no')), 1000), /no/)
})

test('what does not settle in time is given up', async () => {
  assert.equal(await within(never(), 5), TIMED_OUT)
})

test('an abort ends the wait at once, also one that came before it', async () => {
  const abort = new AbortController()
  const waiting = within(never(), 60_000, abort.signal)
  abort.abort()
  assert.equal(await waiting, TIMED_OUT)
  assert.equal(await within(never(), 60_000, abort.signal), TIMED_OUT)
})

test('a late rejection is nobody else’s concern', async (t) => {
  const unhandled: unknown[] = []
  const listener = (cause: unknown): unknown => unhandled.push(cause)
  process.on('unhandledRejection', listener)
  t.after(() => process.off('unhandledRejection', listener))
  let reject = (_cause: Error): void => undefined
  const late = new Promise((_resolve, no) => {
    reject = no
  })
  assert.equal(await within(late, 1), TIMED_OUT)
  reject(new Error('late'))
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  assert.deepEqual(unhandled, [])
})

test('no timer and no listener stays behind', async () => {
  const before = timers()
  const abort = new AbortController()
  let listening = 0
  const { signal } = abort
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...values: Parameters<typeof add>) => {
    listening += 1
    add(...values)
  }
  signal.removeEventListener = (...values: Parameters<typeof remove>) => {
    listening -= 1
    remove(...values)
  }
  await within(Promise.resolve(), 60_000, signal)
  await assert.rejects(within(Promise.reject(new Error('no')), 60_000, signal))
  assert.equal(listening, 0)
  const waiting = within(new Promise((resolve) => setTimeout(resolve, 200)), 60_000, signal)
  await new Promise(setImmediate)
  assert.deepEqual([timers() - before, listening], [2, 1])
  await waiting
  assert.deepEqual([timers() - before, listening], [0, 0])
})
