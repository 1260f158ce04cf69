import assert from 'node:assert/strict'
import { test } from 'node:test'
import { circles } from '#src/decide/circles.js'

test('who goes round together is one sorted group, and the groups are sorted too, whatever order they come in', () => {
  const edges = Object.entries({
    z: ['z'],
    free: ['y', 'z', 'gone'],
    y: ['x', 'b'],
    x: ['y'],
    d: ['c'],
    c: ['b'],
    b: ['d', 'free2'],
    free2: [],
    a: ['a', 'd'],
  })
  const expected = [['a'], ['b', 'c', 'd'], ['x', 'y'], ['z']]
  for (const order of [edges, edges.toReversed()]) {
    assert.deepEqual(circles(new Map(order)), expected)
  }
})
