import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthWith, isUsable } from '#src/decide/health.js'
import type { Health, HealthInput } from '#src/decide/health.js'
import type { Candidate } from '#src/model/decision.js'
import type { Problem } from '#src/model/problem.js'
import { candidate, config, problem } from './build.js'

function health(
  one: Candidate | undefined,
  settings: HealthInput['settings'] = () => ({ settings: {} }),
  overdue = true,
): Health {
  const input = { config: config(), program: new Map(), settings, incompleteIsInvalid: () => overdue }
  return healthWith(input, new Map(one && [[one.name, one]]))('a')
}
const warning: Problem = { ...problem('ERR_PLUGIN_NAME_MISMATCH', 'Odd.'), severity: 'warning' }
const unfinished = (main?: string, changes: Partial<Candidate> = {}): Candidate =>
  candidate('a', main === undefined ? {} : { main }, { incomplete: true, ...changes })

test('a plugin is as healthy as its worst problem: a warning is none', () => {
  const wrong = problem('ERR_PLUGIN_METADATA_INVALID', 'Wrong.')
  const odd = candidate('a', {}, { problems: [warning] })
  const bad = candidate('a', {}, { problems: [warning, wrong] })
  assert.equal(health(odd).state, 'whole')
  assert.equal(isUsable(odd), true)
  assert.deepEqual(health(bad), { state: 'invalid', because: 'Wrong', problem: wrong })
  assert.equal(isUsable(bad), false)
  assert.equal(isUsable(unfinished()), false)
})

test('what has no metadata, or is not there, is invalid', () => {
  const { metadata: _, ...bare } = candidate('a')
  for (const one of [undefined, bare]) {
    assert.deepEqual(health(one), { state: 'invalid', because: 'no metadata.json' })
  }
})

test('of what is wrong with settings an error is said before a warning', () => {
  const wrong = problem('ERR_PLUGIN_SETTINGS_INVALID', '`port` should be a number.')
  const because = '`port` should be a number'
  const one = candidate('a')
  assert.deepEqual(
    health(one, () => ({ problems: [warning, wrong] })),
    { state: 'invalid', because, problem: wrong },
  )
  assert.deepEqual(
    health(one, () => ({ problems: [warning] })),
    {
      state: 'invalid',
      because: 'Odd',
      problem: warning,
    },
  )
  assert.deepEqual(
    health(one, () => ({ problems: [] })),
    {
      state: 'invalid',
      because: 'its settings are invalid',
    },
  )
})

test('an entry that is not there is waited for, and then is a problem of metadata.json', () => {
  const waits = (one: Candidate): Health => health(one, undefined, false)
  assert.deepEqual(waits(unfinished()), {
    state: 'incomplete',
    because: 'settling: no entry yet, no plugin.* and no index.*',
  })
  assert.deepEqual(waits(unfinished('app.js')), {
    state: 'incomplete',
    because: 'settling: no entry yet, no app.js, which "main" names',
  })
  assert.deepEqual(health(unfinished()), {
    state: 'invalid',
    because: 'a has no entry: there is no plugin.* and no index.*',
    problem: {
      code: 'ERR_PLUGIN_ENTRY_MISSING',
      severity: 'error',
      plugin: 'a',
      file: '/plugins/a/metadata.json',
      message: 'a has no entry: there is no plugin.* and no index.*.',
      hint: 'Add plugin.js or plugin.ts to the folder, or name the entry as "main" in metadata.json.',
    },
  })
  const object = health(unfinished('app.js', { directory: '' }))
  assert.ok('problem' in object && !('file' in (object.problem ?? {})))
})

test('what was noted of a missing entry is what is said, as an error', () => {
  const noted: Problem = { ...problem('ERR_PLUGIN_ENTRY_MISSING', 'It is empty.'), severity: 'warning' }
  const said = health(unfinished(undefined, { problems: [warning, noted] }))
  assert.equal(said.state === 'invalid' && said.because, 'It is empty')
  assert.deepEqual('problem' in said && said.problem, {
    ...noted,
    severity: 'error',
    plugin: 'a',
    file: '/plugins/a/metadata.json',
  })
})
