import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import {
  attribute,
  attributeCall,
  attribution,
  awaitPlugin,
  holdAttribution,
  keepAttribution,
} from '#src/act/attribution.js'

const one = { name: 'a', generation: 1, inTransition: false }

const seen = (): Promise<(string | undefined)[]> =>
  attribute(one, async () => {
    const at = [attribution()?.name]
    await turn()
    return [...at, attribution()?.name]
  })

test('whose code runs is known while a transition waits for it, and forgotten when it is over', async () => {
  assert.deepEqual(await seen(), [undefined, undefined])
  const over = awaitPlugin(one)
  assert.equal(one.inTransition, true)
  assert.deepEqual(await seen(), ['a', 'a'])
  over()
  over()
  assert.equal(one.inTransition, false)
  assert.deepEqual(await seen(), [undefined, undefined])
})

test('of two that are waited for, the end of one leaves the other known', async () => {
  const other = { name: 'b', generation: 1, inTransition: false }
  const ends = [awaitPlugin(one), awaitPlugin(other)]
  ends[0]!()
  assert.deepEqual(await seen(), ['a', 'a'])
  ends[1]!()
  assert.deepEqual(await seen(), [undefined, undefined])
})

test('somebody who wants to know it always does', async () => {
  const forget = keepAttribution()
  assert.deepEqual(await seen(), ['a', 'a'])
  awaitPlugin(one)()
  assert.deepEqual(await seen(), ['a', 'a'])
  forget()
  assert.deepEqual(await seen(), [undefined, undefined])
})

const inner = { name: 'c', generation: 1, inTransition: false }

test('what a transition calls is known until it returns, and after that to who keeps it', async () => {
  const call = (): Promise<unknown[]> =>
    attributeCall(one, async () => {
      const during = [attribution()?.name, one.inTransition]
      await turn()
      return [...during, attribution()?.name, one.inTransition]
    })
  assert.deepEqual(await call(), ['a', true, undefined, false])
  assert.equal(attribution(), undefined)
  const forget = keepAttribution()
  assert.deepEqual(await call(), ['a', true, 'a', false])
  forget()
})

test('of calls within calls the innermost is known, and the outer one again when that throws', () => {
  const boom = new Error('boom')
  const told = attributeCall(one, () => {
    const calls = [attributeCall, attribute].map((enter) => {
      assert.throws(
        () =>
          enter(inner, () => {
            assert.equal(attribution()?.name, 'c')
            throw boom
          }),
        boom,
      )
      return attribution()?.name
    })
    return [...calls, one.inTransition, inner.inTransition]
  })
  assert.deepEqual(told, ['a', 'a', true, false])
  assert.equal(attribution(), undefined)
})

test('what is held is not forgotten before the end, and nothing is known for that', async () => {
  const over = holdAttribution()
  assert.deepEqual(await seen(), [undefined, undefined])
  const done = awaitPlugin(one)
  const going = seen()
  done()
  assert.deepEqual(await going, ['a', 'a'])
  over()
  assert.deepEqual(await seen(), [undefined, undefined])
})
