import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '#src/decide/nearest.js'

const keys = ['name', 'version', 'dependencies', 'optionalDependencies', 'main', 'watch', 'enabled']

for (const [word, expected] of [
  ['dependancies', 'dependencies'],
  ['dependency', 'dependencies'],
  ['nmae', 'name'],
  ['nam', 'name'],
  ['Version', 'version'],
  ['optionaldependencies', 'optionalDependencies'],
  ['enable', 'enabled'],
  ['mian', 'main'],
  ['mxyn', undefined],
  ['mxan', undefined],
  ['mixn', undefined],
  ['nmax', undefined],
  ['x', undefined],
  ['', undefined],
  ['permissions', undefined],
  ['a'.repeat(100_000), undefined],
] as const) {
  test(`the nearest key to ${JSON.stringify(word.slice(0, 30))} is ${expected}`, () => {
    assert.equal(nearest(word, keys), expected)
  })
}

test('of two that are as near the first is taken', () => {
  assert.equal(nearest('cat', ['bat', 'hat']), 'bat')
})

test('a word of 64 letters is compared, and a longer one is not', () => {
  const word = 'a'.repeat(64)
  assert.equal(nearest(word, [word]), word)
  assert.equal(nearest(`${word}a`, [word]), undefined)
})
