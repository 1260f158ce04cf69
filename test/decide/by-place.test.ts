import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byPlace } from '#src/decide/by-place.js'
import { problem } from './build.js'

test('problems come in the order of the text, and what has no place comes last', () => {
  const places = [{}, { line: 2, column: 1 }, { line: 1, column: 9 }, { line: 1, column: 3 }, { line: 1 }]
  const problems = places.map((place) => ({ ...problem('ERR_PLUGIN_JSON_SYNTAX', ''), ...place }))
  const sorted = [...problems].sort(byPlace).map(({ line, column }) => [line, column])
  const expected = [
    [1, undefined],
    [1, 3],
    [1, 9],
    [2, 1],
    [undefined, undefined],
  ]
  assert.deepEqual(sorted, expected)
  assert.deepEqual(
    [...problems]
      .toReversed()
      .sort(byPlace)
      .map(({ line, column }) => [line, column]),
    expected,
  )
})
