import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enabledPlugins } from '#src/decide/enabled-plugins.js'

const rows: readonly (readonly [
  value: string,
  on: readonly string[],
  off: readonly string[],
  all: boolean,
])[] = [
  ['', [], [], false],
  [' , ,', [], [], false],
  ['a', ['a'], [], false],
  [' a, b ,,a ', ['a', 'b'], [], false],
  ['*', [], [], true],
  ['*,!a', [], ['a'], true],
  ['! a ,b', ['b'], ['a'], false],
  ['a,!a', [], ['a'], false],
  ['!a,a', [], ['a'], false],
  ['Hello', ['Hello'], [], false],
  ['!*', [], [], false],
  ['*,!*', [], [], false],
  ['!', [], [], false],
  ['__proto__,constructor', ['__proto__', 'constructor'], [], false],
  ['a\n,\tb', ['a', 'b'], [], false],
]

for (const [value, on, off, all] of rows) {
  test(`ENABLED_PLUGINS=${JSON.stringify(value)} is read`, () => {
    assert.deepEqual(enabledPlugins(value), { on: new Set(on), off: new Set(off), all })
  })
}

test('a variable that is not set says nothing', () => {
  assert.equal(enabledPlugins(undefined), undefined)
})
