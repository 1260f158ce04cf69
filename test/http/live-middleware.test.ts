import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveMiddleware } from '#src/http/live-middleware.js'
import { life } from './life.js'

test('middleware is there from the publish on, until the next generation’s is, and gone when none follows', async () => {
  let all: readonly string[] = []
  const live = new LiveMiddleware<string>((now) => {
    all = now
  })
  const first = life('a', 1)
  live.open(first.scope)('a1')
  assert.deepEqual(all, [])
  first.publish()
  const other = life('b', 1)
  const add = live.open(other.scope)
  other.publish()
  add('b1')
  assert.deepEqual(all, ['a1', 'b1'])

  const second = life('a', 2)
  await first.dispose()
  assert.deepEqual(all, ['a1', 'b1'])
  live.open(second.scope)('a2')
  second.publish()
  first.settle()
  assert.deepEqual(all, ['a2', 'b1'])

  await second.dispose()
  second.settle()
  assert.deepEqual(all, ['b1'])
})
