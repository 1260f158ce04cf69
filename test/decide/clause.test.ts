import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clause } from '#src/decide/clause.js'

for (const [message, expected] of [
  ['It is wrong.', 'it is wrong'],
  ['  v1.2 is wrong.  \n', 'v1.2 is wrong'],
  ['first line.  \r\n\nsecond\nthird', 'first line'],
  ['one\ntwo.', 'one'],
  ['no stop', 'no stop'],
  ['two words  apart', 'two words  apart'],
] as const) {
  test(`${JSON.stringify(message)} is a clause of a sentence`, () => {
    assert.equal(clause(message).toLowerCase(), expected)
  })
}
