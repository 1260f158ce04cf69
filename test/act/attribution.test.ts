import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { attribute, attribution, awaitPlugin, keepAttribution } from '#src/act/attribution.js'

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
