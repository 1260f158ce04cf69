import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaces } from '#src/decide/json-places.js'

const text = ' // c\r\n {"a": [1,\r{"b": 2,},],\n "c": "x", "a": [3, 4] /* d */, "e"}'

for (const [path, part, place] of [
  [[], 'value', '2:2'],
  [['a'], 'key', '4:12'],
  [['a'], 'value', '4:17'],
  [['a', 1], 'value', '4:21'],
  [['a', 1], 'key', '4:21'],
  [['a', 2], 'key', '4:17'],
  [['a', 'b'], 'key', '4:17'],
  [['c'], 'value', '4:7'],
  [['c', 'd'], 'value', '4:7'],
  [['c', 0], 'key', '4:7'],
  [['e'], 'value', '4:33'],
  [['e', 'f'], 'value', '4:33'],
  [['f'], 'key', '2:2'],
] as const) {
  test(`the ${part} at ${JSON.stringify(path)} is at ${place}`, () => {
    const { line, column } = createPlaces(text).of(path, part)
    assert.equal(`${line}:${column}`, place)
  })
}

test('what stands in lists, with comments and trailing commas, is found', () => {
  const places = createPlaces('[[1, // c\n{"a": 5,},],\n 2]')
  assert.deepEqual(places.of([0, 1, 'a']), { line: 2, column: 7 })
  assert.deepEqual(places.of([1]), { line: 3, column: 2 })
})

test('a text without a value has its beginning', () => {
  for (const empty of ['', '// c\n'])
    assert.deepEqual(createPlaces(empty).of(['a'], 'key'), { line: 1, column: 1 })
})

test('any character has its place, whatever ends the lines', () => {
  const { at } = createPlaces('ab\n\r\n\rc')
  assert.deepEqual(
    [0, 2, 3, 4, 5, 6, 7].map((offset) => at(offset)).map(({ line, column }) => `${line}:${column}`),
    ['1:1', '1:3', '2:1', '2:2', '3:1', '4:1', '4:2'],
  )
})
