import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain, shown } from '#src/decide/shown.js'

test('a foreign string is quoted, escaped and cut after 60 characters', () => {
  const letters = 'a'.repeat(60)
  assert.equal(shown(letters), `"${letters}"`)
  assert.equal(shown(`${letters}b`), `"${letters}…"`)
  assert.equal(shown('a\u007f\u001b\u202e"'), String.raw`"a\u007f\u001b\u202e\""`)
})

test('free text loses its control characters, and becomes one line', () => {
  assert.equal(plain('a\r\n\tb\u001b[1m\u202ec'), 'a b[1mc')
})
