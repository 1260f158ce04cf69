import assert from 'node:assert/strict'
import { test } from 'node:test'
import { depths } from '#src/decide/depths.js'

test('a plugin is as deep as the longest chain below it, whatever order they come in', () => {
  const edges = Object.entries({
    top: ['short', 'long', 'short'],
    long: ['middle', 'gone'],
    middle: ['base'],
    short: ['base'],
    base: [],
    alone: [],
    last: ['long', 'alone'],
  })
  const expected = { top: 4, long: 3, middle: 2, short: 2, base: 1, alone: 1, last: 4, gone: 1 }
  for (const order of [edges, edges.toReversed()]) {
    assert.deepEqual(Object.fromEntries(depths(new Map(order))), expected)
  }
})
