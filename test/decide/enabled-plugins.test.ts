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
  test(`K10 ENABLED_PLUGINS with blanks, doubles, *, ! or nothing in it (${JSON.stringify(value)}): it is read as documented`, () => {
    assert.deepEqual(enabledPlugins(value), { on: new Set(on), off: new Set(off), all })
  })
}

test('K10 ENABLED_PLUGINS that is not set: it says nothing, unlike an empty one', () => {
  assert.equal(enabledPlugins(undefined), undefined)
})
