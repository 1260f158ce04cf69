import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codePosition } from '#src/model/code-position.js'

const folders = ['/srv/plugins/a', '/data/real a']
const withStack = (stack: string): Error => Object.assign(new Error('x'), { stack })

test('the first frame that lies in one of the folders counts', () => {
  const cause = withStack(`Error: x
    at Object.<anonymous> (/srv/node_modules/db/index.js:1:1)
    at helper (/srv/plugins/a/lib/helper.ts:12:34)
    at activate (/srv/plugins/a/plugin.ts:2:3)`)
  assert.deepEqual(codePosition(cause, folders), {
    file: '/srv/plugins/a/lib/helper.ts',
    line: 12,
    column: 34,
  })
})

test('file URLs, blanks in names, async frames and frames without a function are understood', () => {
  const inURL = withStack('Error: x\n    at async activate (file:///data/real%20a/plugin.mjs:3:4)')
  assert.deepEqual(codePosition(inURL, folders), { file: '/data/real a/plugin.mjs', line: 3, column: 4 })
  const bare = withStack('Error: x\n    at /srv/plugins/a/plugin.cjs:5:6')
  assert.deepEqual(codePosition(bare, folders), { file: '/srv/plugins/a/plugin.cjs', line: 5, column: 6 })
  const blank = withStack('Error: x\n    at /data/real a/plugin.cjs:5:6')
  assert.deepEqual(codePosition(blank, folders), { file: '/data/real a/plugin.cjs', line: 5, column: 6 })
  const asyncBare = withStack('Error: x\n    at async /srv/plugins/a/plugin.cjs:7:8')
  assert.deepEqual(codePosition(asyncBare, folders), {
    file: '/srv/plugins/a/plugin.cjs',
    line: 7,
    column: 8,
  })
  const named = withStack('Error: x\n    at Foo.bar [as baz] (/srv/plugins/a/(b)/plugin.cjs:9:1)')
  assert.deepEqual(codePosition(named, folders), {
    file: '/srv/plugins/a/(b)/plugin.cjs',
    line: 9,
    column: 1,
  })
})

test('a SyntaxError names its place in the first line', () => {
  const cause = withStack('/srv/plugins/a/plugin.cjs:4\nconst = 1\n      ^\n\nSyntaxError: Unexpected token')
  assert.deepEqual(codePosition(cause, folders), { file: '/srv/plugins/a/plugin.cjs', line: 4 })
})

test('a folder whose name begins alike is another folder', () => {
  const cause = withStack('Error: x\n    at f (/srv/plugins/a_evil/plugin.cjs:5:6)')
  assert.equal(codePosition(cause, folders), undefined)
})

test('what is no error, or has no stack, has no place', () => {
  const { proxy: untouchable, revoke } = Proxy.revocable({}, {})
  revoke()
  for (const cause of [undefined, null, 'text', 7, {}, { stack: 7 }, withStack(''), untouchable]) {
    assert.equal(codePosition(cause, folders), undefined)
  }
})
