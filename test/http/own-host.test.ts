import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bracketed, isLoopback, isOwnHost } from '#src/http/own-host.js'

const bound = { address: '127.0.0.1', port: 3000, host: '127.0.0.1' }

test('H2 a Host header of a stranger: a loopback server answers to its own names and port only', () => {
  for (const header of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST:3000'])
    assert.equal(isOwnHost(header, bound), true, header)
  for (const header of [
    undefined,
    '',
    'localhost',
    'localhost:3001',
    'evil.test:3000',
    'localhost.evil.test:3000',
    'evil.test',
    '127.0.0.1.evil.test:3000',
    '127.0.0.2:3000',
    'user@localhost:3000',
    'localhost:3000:3000',
    '[::1]evil:3000',
    '[::2]:3000',
  ])
    assert.equal(isOwnHost(header, bound), false, header)
})

test('the default port may be left out, the name that was asked for is a name', () => {
  assert.equal(isOwnHost('localhost', { ...bound, port: 80 }), true)
  assert.equal(isOwnHost('127.0.0.9:3000', { address: '127.0.0.9', port: 3000, host: '127.0.0.9' }), true)
  assert.equal(isOwnHost('mybox:3000', { address: '127.0.1.1', port: 3000, host: 'MyBox' }), true)
  assert.equal(isOwnHost('[::1]:3000', { address: '::1', port: 3000, host: 'localhost' }), true)
})

test('a server that is open to the network has names that nobody here knows', () => {
  assert.equal(isOwnHost('box.example:3000', { address: '0.0.0.0', port: 3000, host: '0.0.0.0' }), true)
})

test('loopback addresses are known', () => {
  assert.deepEqual(
    ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '0.0.0.0', '::', '10.0.0.1', '1127.0.0.1'].map(
      isLoopback,
    ),
    [true, true, true, true, false, false, false, false],
  )
  assert.deepEqual(['127.0.0.1', '::1', 'localhost'].map(bracketed), ['127.0.0.1', '[::1]', 'localhost'])
})
