import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remembering } from '#src/decide/remembering.js'

test('a question is asked once, until more is known than is worth remembering', () => {
  const asked: string[] = []
  const ask = remembering((text) => {
    asked.push(text)
    return `${text}!`
  })
  for (let at = 0; at < 4096; at++) assert.equal(ask(`${at}`), `${at}!`)
  assert.equal(ask('0'), '0!')
  assert.equal(ask('4095'), '4095!')
  assert.equal(asked.length, 4096)
  assert.equal(ask('more'), 'more!')
  assert.equal(ask('0'), '0!')
  assert.deepEqual(asked.slice(4096), ['more', '0'])
})
