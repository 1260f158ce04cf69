import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cycle } from '#src/decide/cycle.js'

const edges = (graph: Readonly<Record<string, readonly string[]>>): Map<string, Set<string>> =>
  new Map(Object.entries(graph).map(([name, nexts]) => [name, new Set(nexts)]))

for (const [what, graph, expected] of [
  ['to itself', { a: ['a'] }, ['a', 'a']],
  ['there and back', { a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
  ['the shorter one', { a: ['b', 'd'], b: ['c'], c: ['a'], d: ['a'] }, ['a', 'd', 'a']],
  ['the first of two', { a: ['c', 'b'], b: ['a'], c: ['a'] }, ['a', 'c', 'a']],
  ['the first of two that meet', { a: ['b', 'c'], b: ['d'], c: ['d'], d: ['a'] }, ['a', 'b', 'd', 'a']],
  ['past who is unknown', { a: ['x', 'b'], b: ['y', 'a'] }, ['a', 'b', 'a']],
  ['none, but a circle beside it', { a: ['b'], b: ['c'], c: ['b'] }, undefined],
  ['none to an end', { a: ['b'], b: [] }, undefined],
  ['none from who is unknown', { b: ['a'] }, undefined],
] as const) {
  test(`the way from a back to a: ${what}`, () => assert.deepEqual(cycle('a', edges(graph)), expected))
}
