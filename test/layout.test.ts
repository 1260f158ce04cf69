import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { decideWanted } from '#src/decide/wanted.js'
import { createSlot } from '#src/hall/slot.js'
import { candidate, input } from './decide/build.js'

setFlagsFromString('--allow-natives-syntax')
// Objects that V8 gave the same layout share the code that reads them; of others each field is looked up each time.
const sameLayout = runInNewContext('(a, b) => %HaveSameMap(a, b)') as (a: object, b: object) => boolean

test('what is decided about plugins has one layout, whether they are on or off', () => {
  const all = Array.from({ length: 60 }, (_, at) => candidate(`p${at}`, { enabled: at % 2 === 0 }))
  const { verdicts } = decideWanted(input(all))
  const [first] = verdicts.values()
  assert.deepEqual(new Set([...verdicts.values()].map(({ state }) => state)), new Set(['on', 'off']))
  for (const verdict of verdicts.values()) assert.ok(sameLayout(verdict, first!), verdict.name)
})

test('a plugin that was started keeps the layout of those that were not', () => {
  const [one, other] = [createSlot('a'), createSlot('b')]
  one.took = { load: 0.5, activate: 0.25, reload: 1.5 }
  one.number = 1
  assert.ok(sameLayout(one, other))
})
