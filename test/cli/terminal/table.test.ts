import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { milliseconds, table } from '#src/cli/terminal/table.js'
import { terminal } from '#src/cli/terminal/terminal.js'
import { snapshot } from '../snapshot.js'

const wide = terminal({ write: () => true }, {})
const narrow = (columns: number): ReturnType<typeof terminal> =>
  terminal({ write: () => true, isTTY: true, columns }, {})

const plugins = [
  snapshot('a'),
  snapshot('rather-long-name-of-a-plugin-that-goes-on-and-on-until-sixty-chars', { ms: 1234.5 }),
  snapshot('b', {
    state: 'failed',
    version: undefined,
    because: `b threw in activate: \u001b[2Jcannot connect to https://somewhere.example/${'x'.repeat(80)} at all, and more`,
  }),
]

test('the table has one line for each plugin where there is room', () => {
  assert.equal(
    table([snapshot('hello'), snapshot('off-one', { state: 'off', because: 'the config says so' })], wide),
    [
      'NAME     VERSION  STATE    MS  WHY',
      'hello    1.0.0    active  2.3  unlisted is "on"',
      'off-one  1.0.0    off       -  the config says so',
    ].join('\n'),
  )
})

test('the table fits any terminal from 60 columns up, and 40 as well', () => {
  for (const columns of [40, 60, 61, 72, 80, 100]) {
    const text = table(plugins, narrow(columns))
    assert.notEqual(text, stripVTControlCharacters(text), 'coloured')
    assert.doesNotMatch(text, /\[2J/)
    for (const line of stripVTControlCharacters(text).split('\n'))
      assert.ok(line.length <= columns, `${line.length} > ${columns}: ${line}`)
  }
})

test('durations are short', () => {
  assert.deepEqual([0, 0.04, 9.94, 12.3, 1234.5].map(milliseconds), ['0.0', '0.0', '9.9', '12', '1235'])
})
