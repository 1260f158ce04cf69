import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { NAME_PATTERN, nameFlaw, nameHint, nameLike } from '#src/decide/plugin-name.js'
import { readSchemas } from '#src/read/schemas.js'

for (const name of ['a', 'hello', '0', 'a.b-c_d', 'console', 'com', 'com10', 'auxiliary', 'a'.repeat(63)]) {
  test(`${name} is a plugin name`, () => {
    assert.equal(nameFlaw(name), undefined)
  })
}

for (const name of [
  '',
  'a'.repeat(64),
  'a'.repeat(300),
  'Hello',
  '.a',
  '-a',
  '_a',
  '../a',
  'a/b',
  'a\\b',
  'a\0',
  'a\n',
  'a b',
  '%2e%2e',
  'раypal',
  'caf\u00e9',
  'cafe\u0301',
  'a\u200b',
  '\u202ea',
  'a.',
  'a ',
  'constructor',
  'prototype',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'node_modules',
  'con',
  'prn',
  'aux',
  'nul',
  'com0',
  'com9',
  'lpt0',
  'lpt9',
  'CON',
  'nul.txt',
]) {
  test(`${JSON.stringify(name.slice(0, 80))} is no plugin name`, () => {
    assert.notEqual(nameFlaw(name), undefined)
    assert.notEqual(nameHint(name), '')
  })
}

test('no property that every object has is a plugin name', () => {
  for (const name of Object.getOwnPropertyNames(Object.prototype))
    assert.notEqual(nameFlaw(name), undefined, name)
})

test('a name that nearly is one leads to one that is', () => {
  assert.equal(nameLike('Hello World'), 'hello-world')
  assert.equal(nameLike('myPlugin'), 'my-plugin')
  assert.equal(nameLike('Café!'), 'cafe')
  assert.equal(nameLike('раypal'), undefined)
  assert.equal(nameLike('///'), undefined)
  assert.equal(nameLike('Hello -- World'), 'hello----world')
  assert.equal(nameLike('Hello  World'), 'hello-world')
  assert.equal(nameLike('--a--'), 'a')
  assert.equal(nameLike('A'.repeat(63)), 'a'.repeat(63))
  assert.equal(nameLike('A'.repeat(64)), undefined)
  assert.equal(nameLike('CON'), undefined)
})

test('what is wrong with a name, and what would do, is said', () => {
  assert.equal(nameFlaw('node_modules'), 'is reserved: npm keeps packages in folders of that name')
  assert.equal(nameFlaw('a.'), 'ends with a dot, which Windows drops')
  const rule = 'Use lower-case letters, digits, dots, dashes and underscores, at most 63'
  assert.equal(nameHint('con'), 'Choose another name, such as "my-con".')
  assert.equal(nameHint('a.'), `${rule}; "a" would do.`)
  assert.equal(nameHint('Hello'), `${rule}; "hello" would do.`)
  assert.equal(nameHint('///'), `${rule}.`)
})

test('a name that is suggested is valid', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const like = nameLike(name)
      assert.ok(like === undefined || nameFlaw(like) === undefined)
    }),
  )
})

test('the published schemas have the same pattern', () => {
  const { metadata, config } = readSchemas() as { metadata: any; config: any }
  const plugins = metadata.definitions.plugins
  const patterns = [
    metadata.properties.name.pattern,
    plugins.items.pattern,
    plugins.propertyNames.pattern,
    config.properties.plugins.items.properties.name.pattern,
  ]
  assert.deepEqual(new Set(patterns), new Set([NAME_PATTERN.source]))
})
