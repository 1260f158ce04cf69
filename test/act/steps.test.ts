import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walk } from '#src/act/steps.js'
import type { Steps } from '#src/act/steps.js'

test('what waits for nothing is done at once, and throws at once', () => {
  function* steps(failing: boolean, waiting: boolean = false): Steps<number> {
    if (waiting) yield Promise.resolve()
    if (failing) throw new Error('no')
    return 1
  }
  assert.equal(walk(steps(false)), 1)
  assert.throws(() => walk(steps(true)), /^Error: no$/)
})

test('each promise is waited for in turn, and what it came to is handed back, or thrown where it was asked for', async () => {
  const seen: unknown[] = []
  function* steps(): Steps<string> {
    seen.push(yield Promise.resolve('a'))
    try {
      yield Promise.reject(new Error('b'))
    } catch (cause) {
      seen.push((cause as Error).message)
    }
    seen.push(yield Promise.resolve('c'))
    return seen.join()
  }
  assert.equal(await walk(steps()), 'a,b,c')
})

test('a rejection that nobody catches rejects the whole, and what comes after is not done', async () => {
  let after = false
  function* steps(): Steps<void> {
    yield Promise.reject(new Error('gone'))
    after = true
  }
  await assert.rejects(async () => walk(steps()), /^Error: gone$/)
  assert.equal(after, false)
})
