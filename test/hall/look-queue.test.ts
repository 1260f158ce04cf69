import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LookQueue } from '#src/hall/look-queue.js'
import type { QueuedLook } from '#src/hall/look-queue.js'

/** A queue whose looks end when they are told to. */
function rig(): { queue: LookQueue; looks: unknown[]; end(again?: number): Promise<void> } {
  const looks: unknown[] = []
  const ends: ((again: number | undefined) => void)[] = []
  const queue = new LookQueue(({ folders, forced, unannounced }: QueuedLook) => {
    looks.push([folders && [...folders].sort(), [...forced], unannounced])
    return new Promise((resolve) => ends.push(resolve))
  })
  const end = async (again?: number): Promise<void> => {
    ends.shift()!(again)
    await new Promise(setImmediate)
  }
  return { queue, looks, end }
}

test('one look at a time: what is asked for meanwhile becomes one look after it', async () => {
  const { queue, looks, end } = rig()
  const first = queue.request(new Set(['a']), { unannounced: true })
  await new Promise(setImmediate)
  assert.deepEqual(looks, [[['a'], [], true]])
  const second = queue.request(new Set(['c']), { unannounced: true })
  assert.equal(queue.request(new Set(['b']), { forced: 'x' }), second)
  await end(7)
  assert.equal(await first, 7)
  assert.deepEqual(looks.slice(1), [[['b', 'c'], ['x'], false]])
  await end()
  assert.equal(await second, undefined)
})

test('a request for everything makes it a look at everything', async () => {
  const { queue, looks, end } = rig()
  void queue.request(new Set(['a']))
  const joined = queue.request(undefined)
  void queue.request(new Set(['b']))
  await new Promise(setImmediate)
  await end()
  await joined
  assert.deepEqual(looks, [[undefined, [], false]])
})

test('a look that fails is told to those who asked for it, and to nobody else', async () => {
  let count = 0
  const queue = new LookQueue(async () => {
    count += 1
    if (count === 1) throw new Error('no')
    return count
  })
  const first = queue.request(undefined)
  await assert.rejects(first, /no/)
  assert.equal(await queue.request(undefined), 2)
})

test('after close no look begins, and the one under way is waited for', async () => {
  const { queue, looks, end } = rig()
  void queue.request(new Set(['a']))
  await new Promise(setImmediate)
  const waiting = queue.request(new Set(['b']))
  let closed = false
  const closing = queue.close().then(() => (closed = true))
  await new Promise(setImmediate)
  assert.equal(closed, false)
  await end()
  await closing
  assert.equal(await waiting, undefined)
  assert.equal(await queue.request(undefined), undefined)
  assert.deepEqual(looks, [[['a'], [], false]])
})
