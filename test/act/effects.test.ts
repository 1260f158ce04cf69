import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Effects } from '#src/act/effects.js'
import type { EffectTrouble } from '#src/act/effects.js'
import { realClock } from '#src/read/real-clock.js'

function make(timeout = 1000): { effects: Effects; troubles: EffectTrouble[]; late: () => number } {
  const troubles: EffectTrouble[] = []
  let count = 0
  const effects = new Effects({
    timeout,
    clock: realClock,
    onTrouble: (trouble) => void troubles.push(trouble),
    onLate: () => {
      count += 1
    },
  })
  return { effects, troubles, late: () => count }
}

test('the last one in is undone first, and the next only after it', async () => {
  const { effects, troubles } = make()
  const seen: string[] = []
  for (const name of ['a', 'b', 'c']) {
    effects.add(async () => {
      seen.push(`${name} begins`)
      await delay(2)
      seen.push(`${name} ends`)
    })
  }
  await effects.end()
  assert.deepEqual(seen, ['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends'])
  assert.deepEqual(troubles, [])
})

test('one that throws, one that rejects and one that never settles keep nobody else from being undone', async () => {
  const { effects, troubles } = make(10)
  const seen: string[] = []
  effects.add(() => seen.push('first'))
  effects.add(() => {
    throw new Error('threw')
  })
  effects.add(() => Promise.reject(new Error('rejected')))
  effects.add(() => new Promise(() => undefined))
  effects.add(() => seen.push('last'))
  await effects.end()
  assert.deepEqual(seen, ['last', 'first'])
  assert.deepEqual(
    troubles.map((trouble) => (trouble.kind === 'threw' ? (trouble.cause as Error).message : trouble.kind)),
    ['timeout', 'rejected', 'threw'],
  )
})

test('P11 effects that are ended more than once: each is undone once', async () => {
  const { effects } = make()
  let count = 0
  effects.add(() => {
    count += 1
  })
  await Promise.all([effects.end(), effects.end()])
  await effects.end()
  assert.equal(count, 1)
})

test('whoever calls for the end again waits for the end too', async () => {
  const { effects } = make()
  let undone = false
  effects.add(async () => {
    await delay(5)
    undone = true
  })
  assert.equal(effects.ended, false)
  void effects.end()
  assert.equal(effects.ended, true)
  await effects.end()
  assert.equal(undone, true)
})

test('what is disowned is not undone, also when a disposer disowns it', async () => {
  const { effects } = make()
  const seen: string[] = []
  effects.add(() => seen.push('a'))()
  const disown = effects.add(() => seen.push('b'))
  effects.add(() => {
    disown()
    seen.push('c')
  })
  await effects.end()
  assert.deepEqual(seen, ['c'])
})

test('one and the same function added twice is undone twice', async () => {
  const { effects } = make()
  let count = 0
  const dispose = (): void => {
    count += 1
  }
  effects.add(dispose)
  effects.add(dispose)()
  effects.add(dispose)
  await effects.end()
  assert.equal(count, 2)
})

test('what comes after the end is undone at once, and told', async () => {
  const { effects, late, troubles } = make()
  await effects.end()
  let undone = 0
  effects.add(() => {
    undone += 1
  })
  effects.add(() => {
    throw new Error('late and bad')
  })
  assert.equal(undone, 1)
  assert.equal(late(), 2)
  await new Promise(setImmediate)
  assert.equal(troubles.length, 1)
})
