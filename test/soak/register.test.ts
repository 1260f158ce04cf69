import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Register } from './register.ts'

test('an answer is right if the files asked for it between question and answer', () => {
  const register = new Register('a', 1, 0)
  assert.equal(register.judge({ state: 1, generation: 1, asked: 1, answered: 2 }), undefined)
  assert.match(register.judge({ state: 2, generation: 2, asked: 3, answered: 4 }) ?? '', /a says 2/)
  register.expect(2, 5)
  assert.match(register.judge({ state: 2, generation: 2, asked: 3, answered: 4 }) ?? '', /a says 2/)
  assert.equal(register.judge({ state: 1, generation: 1, asked: 6, answered: 7 }), undefined, 'late')
  assert.equal(register.lag, undefined)
  assert.equal(register.judge({ state: 2, generation: 2, asked: 6, answered: 8 }), undefined)
  assert.equal(register.lag, 3)
})

test('what was seen once is not taken back, but for questions that were put before', () => {
  const register = new Register('a', 1, 0)
  register.expect(2, 5)
  assert.equal(register.judge({ state: 2, generation: 2, asked: 6, answered: 8 }), undefined)
  assert.equal(register.judge({ state: 1, generation: 1, asked: 7, answered: 9 }), undefined)
  assert.match(register.judge({ state: 1, generation: 1, asked: 9, answered: 10 }) ?? '', /a says 1/)
  assert.match(
    register.judge({ state: 2, generation: 1, asked: 9, answered: 10 }) ?? '',
    /back from generation 2 to 1/,
  )
})

test('nothing is right while it is off, and never before', () => {
  const register = new Register('a', 1, 0)
  assert.match(register.judge({ state: 'off', asked: 1, answered: 2 }) ?? '', /a says off/)
  register.expect('off', 3)
  assert.equal(register.judge({ state: 'off', asked: 4, answered: 5 }), undefined)
  assert.match(register.judge({ state: 1, generation: 1, asked: 6, answered: 7 }) ?? '', /a says 1/)
  register.expect(1, 8)
  assert.equal(register.judge({ state: 1, generation: 2, asked: 9, answered: 10 }), undefined)
  assert.match(register.judge({ state: 'off', asked: 11, answered: 12 }) ?? '', /a says off/)
})

test('generations are counted anew when the folder was gone', () => {
  const register = new Register('a', 1, 0)
  assert.equal(register.judge({ state: 1, generation: 7, asked: 1, answered: 2 }), undefined)
  register.end(3)
  register.expect(2, 4)
  assert.equal(register.judge({ state: 2, generation: 1, asked: 5, answered: 6 }), undefined)
  assert.match(register.judge({ state: 2, generation: 0, asked: 7, answered: 8 }) ?? '', /back from/)
})

test('what was off for too short a time to be seen is shown by the next answer', () => {
  const register = new Register('a', 1, 0)
  assert.equal(register.judge({ state: 1, generation: 1, asked: 1, answered: 2 }), undefined)
  register.expect('off', 3)
  register.expect(1, 4)
  assert.equal(register.judge({ state: 1, generation: 1, asked: 3, answered: 5 }), undefined)
  assert.equal(register.lag, undefined)
  assert.equal(register.judge({ state: 1, generation: 1, asked: 5, answered: 6 }), undefined)
  assert.equal(register.lag, 2)
})
