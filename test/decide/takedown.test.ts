import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takedown } from '#src/decide/takedown.js'
import { fact, facts } from './build.js'

test('each stops before what it runs with, whatever order the names come in', () => {
  const running = facts(
    fact('a'),
    fact('b', { dependencies: ['a'] }),
    fact('c', { dependencies: ['a', 'b'] }),
    fact('d'),
  )
  assert.deepEqual(takedown(['a', 'b', 'c', 'd'], running), ['d', 'c', 'b', 'a'])
  assert.deepEqual(takedown(['c', 'a', 'd', 'b'], running), ['d', 'c', 'b', 'a'])
  assert.deepEqual(takedown(['c', 'a'], running), ['c', 'a'])
})

test('each stops before all of what it runs with, and a name that does not run has a place too', () => {
  const running = facts(
    fact('a', { dependencies: ['x', 'y', 'z', 'gone'] }),
    fact('x'),
    fact('y', { dependencies: ['z'] }),
    fact('z'),
  )
  assert.deepEqual(takedown(['a', 'x', 'y', 'z'], running), ['a', 'y', 'z', 'x'])
  assert.deepEqual(takedown(['a', 'y', 'gone', 'other'], running), ['other', 'a', 'y', 'gone'])
})

test('a chain of 100,000 costs no stack', () => {
  const running = facts(
    ...Array.from({ length: 100_000 }, (_, at) =>
      fact(`p${at}`, at === 0 ? {} : { dependencies: [`p${at - 1}`] }),
    ),
  )
  const order = takedown(running.keys(), running)
  assert.equal(order[0], 'p99999')
  assert.equal(order.at(-1), 'p0')
})
