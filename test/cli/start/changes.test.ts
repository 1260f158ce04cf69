import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changes } from '#src/cli/start/changes.js'
import type { Problem } from '#src/model/problem.js'
import type { PluginSnapshot } from '#src/model/snapshot.js'
import { snapshot } from '../snapshot.js'

const problem: Problem = {
  code: 'ERR_PLUGIN_LOAD',
  severity: 'error',
  plugin: 'a',
  message: 'a threw',
  hint: 'Mend it.',
}

const said = (before: PluginSnapshot | undefined, after: PluginSnapshot | undefined): string[] =>
  changes(before ? [before] : [], after ? [after] : []).map(({ name, what }) => `${name} ${what}`)

test('what became of a plugin is said in one line', () => {
  const a = snapshot('a')
  const table: [PluginSnapshot | undefined, PluginSnapshot | undefined, string[]][] = [
    [a, a, []],
    [undefined, a, ['a started, generation 1, 2.3 ms']],
    [a, undefined, ['a stopped: it was removed']],
    [a, { ...a, directory: '/app/plugins/b', generation: 2 }, ['a moved to b, generation 2, 2.3 ms']],
    [snapshot('a', { state: 'off' }), undefined, ['a removed']],
    [a, snapshot('a', { generation: 2 }), ['a reloaded, generation 2, 12 ms']],
    [
      a,
      snapshot('a', { generation: 2, version: '1.1.0' }),
      ['a reloaded, 1.0.0 -> 1.1.0, generation 2, 12 ms'],
    ],
    [a, snapshot('a', { problem }), ['a its new files do not run; generation 1 goes on']],
    [
      a,
      snapshot('a', { generation: 2, problem }),
      ['a could not start its new files; went back, generation 2'],
    ],
    [snapshot('a', { problem }), a, ['a all is well again']],
    [snapshot('a', { problem }), snapshot('a', { problem: { ...problem } }), []],
    [snapshot('a', { problem }), snapshot('a', { generation: 2 }), ['a reloaded, generation 2, 12 ms']],
    [a, snapshot('a', { state: 'off', because: 'the config says so' }), ['a stopped: the config says so']],
    [snapshot('a', { state: 'off' }), snapshot('a', { generation: 2 }), ['a started, generation 2, 2.3 ms']],
    [
      a,
      snapshot('a', { state: 'blocked', because: 'needs b, which is off', problem }),
      ['a blocked: needs b, which is off'],
    ],
    [
      snapshot('a', { state: 'failed', problem }),
      snapshot('a', { state: 'failed', problem: { ...problem, message: 'a threw otherwise' } }),
      ['a still failed'],
    ],
    [undefined, snapshot('a', { state: 'invalid', because: 'no version' }), ['a invalid: no version']],
    [a, snapshot('a', { problem: { ...problem, severity: 'warning' } }), []],
    [a, snapshot('a', { problem: { ...problem, code: 'ERR_PLUGIN_UNHANDLED' } }), []],
    [a, snapshot('a', { because: 'said otherwise' }), []],
  ]
  for (const [before, after, lines] of table) assert.deepEqual(said(before, after), lines)
})

test('two folders of one name are kept apart', () => {
  const other = snapshot('a', {
    directory: '/app/plugins/copy',
    state: 'invalid',
    because: 'the name is taken',
  })
  assert.deepEqual(
    changes([snapshot('a')], [snapshot('a'), other]).map(({ what }) => what),
    ['invalid: the name is taken'],
  )
})
