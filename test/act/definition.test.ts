import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDefinition } from '#src/act/definition.js'

const activate = (): string => 'api'
const deactivate = (): string => 'state'

function read(exports: unknown): unknown {
  const found = readDefinition(exports)
  if ('found' in found) return found.found
  return [found.activate({} as never), found.deactivate?.({} as never)]
}

test('activate and deactivate are found by name, in a default export, and in the default of a default', () => {
  assert.deepEqual(read({ activate, deactivate }), ['api', 'state'])
  assert.deepEqual(read({ default: { activate, deactivate } }), ['api', 'state'])
  assert.deepEqual(read({ default: { default: { activate } } }), ['api', undefined])
})

test('a function by itself is activate, with deactivate beside it', () => {
  assert.deepEqual(read(activate), ['api', undefined])
  assert.deepEqual(read({ default: activate }), ['api', undefined])
  assert.deepEqual(read({ default: activate, deactivate }), ['api', 'state'])
  assert.deepEqual(read(Object.assign(() => 'api', { deactivate })), ['api', 'state'])
})

test('a definition keeps its this', () => {
  class Plugin {
    name = 'mine'
    activate(): string {
      return this.name
    }
  }
  const found = readDefinition({ default: new Plugin() })
  assert.ok('activate' in found)
  assert.equal(found.activate({} as never), 'mine')
})

test('anything else is described', () => {
  assert.equal(read({}), 'nothing')
  assert.equal(read({ start: activate, stop: 1 }), '`start`, `stop`')
  assert.equal(read(class Plugin {}), 'a class')
  assert.equal(read(undefined), 'undefined')
  assert.equal(read(null), 'null')
  assert.equal(read('text'), 'string')
  assert.equal(read({ activate: true }), '`activate` (boolean)')
  assert.equal(read({ default: null }), '`default` (null)')
  assert.equal(read({ default: class Plugin {} }), '`default` (a class)')
  const circle = { activat: activate, default: {} }
  circle.default = circle
  assert.equal(read(circle), '`activat`, `default` (an object with `activat`, `default`)')
})
