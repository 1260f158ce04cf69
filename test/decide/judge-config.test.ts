import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Config } from '#src/model/decision.js'
import { createConfigJudge, unusableConfig } from '#src/decide/judge-config.js'
import { placesOf } from '#src/decide/remembered-places.js'
import { readSchemas } from '#src/read/schemas.js'
import { lines } from './judged.js'

const judge = createConfigJudge(readSchemas())
const path = '/app/plugins.config.json'

function config(text: string): Config {
  const judged = judge({ kind: 'text', path, text })
  assert.ok('config' in judged, JSON.stringify(judged))
  return judged.config
}

test('entries are read with their places; what an entry does not say is not made up', () => {
  const text = `{
  // what runs
  "$schema": "x",
  "plugins": [
    { "name": "a", "enabled": true, "settings": { "n": 1 }, },
    { "name": "b", "enabled": false, "x-why": "broken" },
    { "name": "c", "settings": {} }, /* only settings */
  ],
  "unlisted": "off",
}`
  const { entries, unlisted, problems, path: from } = config(text)
  assert.deepEqual({ unlisted, problems, from }, { unlisted: 'off', problems: [], from: path })
  assert.deepEqual(
    [...entries],
    [
      ['a', { name: 'a', enabled: true, settings: { n: 1 }, line: 5, column: 5 }],
      ['b', { name: 'b', enabled: false, line: 6, column: 5 }],
      ['c', { name: 'c', settings: {}, line: 7, column: 5 }],
    ],
  )
  assert.deepEqual(placesOf(entries.get('a')!.settings!)!(['n']), { file: path, line: 5, column: 56 })
})

test('a plain JSON config is read the same way', () => {
  const { entries } = config('{"plugins": [{"name": "a"},\n {"name": "b", "enabled": true}]}')
  assert.deepEqual(
    [...entries.values()],
    [
      { name: 'a', line: 1, column: 14 },
      { name: 'b', enabled: true, line: 2, column: 2 },
    ],
  )
})

for (const text of ['{}', '{"plugins": []}', '{ /* nothing */ }']) {
  test(`K3 a config file that is empty, or has no list (${text}): what is not named runs`, () => {
    const { entries, unlisted, problems } = config(text)
    assert.deepEqual([entries.size, unlisted, problems.length], [0, 'on', 0])
  })
}

test('a missing file is an empty config without a path', () => {
  assert.deepEqual(judge({ kind: 'missing', path }), {
    config: { path: '', entries: new Map(), unlisted: 'on', problems: [] },
  })
})

test('of a config file that cannot be used nothing that is not named runs', () => {
  assert.deepEqual(unusableConfig(path), {
    path,
    entries: new Map(),
    unlisted: 'off',
    unusable: true,
    problems: [],
  })
})

test('a file that could not be read is its problem', () => {
  const problem = { code: 'ERR_PLUGIN_FILE_ENCODING', severity: 'error', message: 'm', hint: 'h' } as const
  assert.deepEqual(judge({ kind: 'refused', path, problem }), { problems: [problem] })
})

test('two entries of one name are a warning at the second, which counts', () => {
  const { entries, problems } = config(
    '{"plugins": [\n{"name": "a", "enabled": true},\n{"name": "a", "enabled": false}]}',
  )
  assert.equal(entries.get('a')!.enabled, false)
  assert.deepEqual(lines(problems), [
    'warning 3:1 ERR_PLUGIN_CONFIG_INVALID: The plugin "a" has another entry in line 2; this one counts.',
  ])
  assert.equal(problems[0]!.hint, 'Merge the two entries.')
})

test('a name that no plugin can have is a warning, and the other entries count', () => {
  const { entries, problems } = config(
    '{"plugins": [{"name": "My Plugin"}, {"name": "constructor"}, {"name": "a"}]}',
  )
  assert.deepEqual([...entries.keys()], ['a'])
  assert.deepEqual(
    problems.map(({ severity, column, code }) => `${severity} ${column} ${code}`),
    ['warning 23 ERR_PLUGIN_CONFIG_INVALID', 'warning 46 ERR_PLUGIN_CONFIG_INVALID'],
  )
  assert.match(problems[0]!.message, /^No plugin can be named "My Plugin": the name does not match /)
  assert.match(problems[0]!.hint, /"my-plugin" would do/)
})

test('unknown keys are warnings with the key that was meant', () => {
  const { entries, problems } = config('{"plugin": [], "plugins": [{"name": "a", "enable": true}]}')
  assert.equal(entries.size, 1)
  assert.deepEqual(
    problems.map(({ severity, code, column, hint }) => `${severity} ${code} ${column} ${hint}`),
    [
      'warning ERR_PLUGIN_KEY_UNKNOWN 2 Did you mean "plugins"?',
      'warning ERR_PLUGIN_KEY_UNKNOWN 42 Did you mean "enabled"?',
    ],
  )
})

test('warnings of all sorts are in the order of the file, and so are mistakes', () => {
  const keys = '"n": 1, "n": 2, "name": "A b", "odd": 1'
  const { problems } = config(`{"plugins": [{${keys}},\n{"name": "c"}, {"name": "c"}],\n "zzz": 1}`)
  assert.deepEqual(
    problems.map(({ line, column, code }) => `${line}:${column} ${code}`),
    [
      '1:23 ERR_PLUGIN_KEY_DUPLICATE',
      '1:23 ERR_PLUGIN_KEY_UNKNOWN',
      '1:39 ERR_PLUGIN_CONFIG_INVALID',
      '1:46 ERR_PLUGIN_KEY_UNKNOWN',
      '2:16 ERR_PLUGIN_CONFIG_INVALID',
      '3:2 ERR_PLUGIN_KEY_UNKNOWN',
    ],
  )
  const judged = judge({ kind: 'text', path, text: '{"unlisted": 1,\n"plugins": 2,\n "zzz": 3}' })
  assert.ok('problems' in judged)
  assert.deepEqual(
    judged.problems.map(({ line }) => line),
    [1, 2, 3],
  )
})

for (const file of ['/app/my.json', 'C:\\app\\my.json', 'my.json']) {
  test(`what is to be done is said with the name of ${file}`, () => {
    const judged = judge({ kind: 'text', path: file, text: '{"plugins": 1}' })
    assert.ok('problems' in judged)
    assert.match(judged.problems[0]!.hint, /^Correct it in my\.json\. /)
  })
}

for (const [what, text, ...expected] of [
  ['no text', '', 'error 1:1 ERR_PLUGIN_JSON_SYNTAX: The file is empty.'],
  [
    'half a text',
    '{"plugins": [{"name": "a"',
    'error 1:26 ERR_PLUGIN_JSON_SYNTAX: The file ends in the middle.',
  ],
  ['a list', '[]', 'error 1:1 ERR_PLUGIN_CONFIG_INVALID: The file should be an object, but is a list.'],
  [
    'plugins by name',
    '{"plugins": {"a": true}}',
    'error 1:13 ERR_PLUGIN_CONFIG_INVALID: `plugins` should be a list, but is an object.',
  ],
  [
    'an entry without a name',
    '{"plugins": [{"enabled": true}]}',
    'error 1:14 ERR_PLUGIN_CONFIG_INVALID: `plugins[0].name` is missing: a string is expected.',
  ],
  [
    'an entry that is a name',
    '{"plugins": ["a"]}',
    'error 1:14 ERR_PLUGIN_CONFIG_INVALID: `plugins[0]` should be an object, but is the string "a".',
  ],
  [
    'a wrong unlisted',
    '{"unlisted": true}',
    'error 1:14 ERR_PLUGIN_CONFIG_INVALID: `unlisted` should be "on" or "off", but is true.',
  ],
  [
    'a forbidden key',
    '{"plugins": [{"name": "a", "settings": {"__proto__": {"x": 1}}}]}',
    'error 1:41 ERR_PLUGIN_KEY_FORBIDDEN: The key "__proto__" is refused: it can change what every object in the process is.',
  ],
  [
    'several mistakes',
    '{"plugins": [{"name": "a", "enabled": "no"},\n{"name": "b", "enabled": 1}]}',
    'error 1:39 ERR_PLUGIN_CONFIG_INVALID: `plugins[0].enabled` should be true or false, but is the string "no".',
    'error 2:26 ERR_PLUGIN_CONFIG_INVALID: `plugins[1].enabled` should be true or false, but is the number 1.',
  ],
  [
    'settings that are a secret',
    '{"plugins": [{"name": "a", "settings": "hunter2"}]}',
    'error 1:40 ERR_PLUGIN_CONFIG_INVALID: `plugins[0].settings` should be an object, but is a string.',
  ],
] as const) {
  test(`a config of ${what} is not used, and says why`, () => {
    const judged = judge({ kind: 'text', path, text })
    assert.ok('problems' in judged)
    assert.deepEqual(lines(judged.problems), expected)
    assert.ok(judged.problems.every(({ file, hint }) => file === path && hint !== ''))
  })
}

test('settings of the config are frozen, and the memory of their place does not change them', () => {
  const { settings } = config('{"plugins": [{"name": "a", "settings": {"b": {"c": 1}}}]}').entries.get('a')!
  assert.ok(Object.isFrozen(settings) && Object.isFrozen(settings!['b']))
  assert.deepEqual(settings, { b: { c: 1 } })
})

test('anything as a config is judged without a throw', () => {
  const entry = fc.record(
    { name: fc.anything(), enabled: fc.anything(), settings: fc.anything() },
    { requiredKeys: [] },
  )
  const file = fc.record(
    { plugins: fc.oneof(fc.array(entry), fc.anything()), unlisted: fc.anything() },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(file, fc.anything(), fc.string()), (value) => {
      const text = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? 1 : each)) ?? ''
      const judged = judge({ kind: 'text', path, text })
      if ('problems' in judged) assert.ok(judged.problems.some(({ severity }) => severity === 'error'))
      else assert.ok(judged.config.problems.every(({ severity }) => severity === 'warning'))
      assert.equal(({} as Record<string, unknown>)['x'], undefined)
    }),
    { numRuns: 1000 },
  )
})
