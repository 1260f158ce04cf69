import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestions } from '#src/decide/suggestions.js'

test('the nearest name is suggested, of two as near the first by name', () => {
  const suggest = suggestions(['hat', 'bat', 'database'])
  assert.equal(suggest('cat'), '; the nearest name is bat')
  assert.equal(suggest('datbase'), '; the nearest name is database')
  assert.equal(suggest('nothing'), '')
})

test('the first twenty words get a suggestion, also when they are asked about again', () => {
  const suggest = suggestions(['database'])
  const words = Array.from(
    { length: 21 },
    (_, at) => `databas${String.fromCodePoint(97 + at + (at > 3 ? 1 : 0))}`,
  )
  assert.equal(suggest('datbase'), '; the nearest name is database')
  const texts = words.map((word) => suggest(word))
  assert.equal(texts.filter((text) => text !== '').length, 19)
  assert.deepEqual([texts[18], texts[19]], ['; the nearest name is database', ''])
  assert.equal(suggest(words[0]!), '; the nearest name is database')
})
