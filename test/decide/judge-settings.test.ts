import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import type { Candidate } from '#src/model/decision.js'
import type { Metadata } from '#src/model/metadata.js'
import type { Problem } from '#src/model/problem.js'
import { createConfigJudge } from '#src/decide/judge-config.js'
import { createSettingsJudge } from '#src/decide/judge-settings.js'
import { readSchemas } from '#src/read/schemas.js'
import { judged, lines, metadata } from './judged.js'

const judge = createSettingsJudge()
const judgeConfig = createConfigJudge(readSchemas())

function candidate(settings: Readonly<Record<string, unknown>> | undefined): Candidate {
  const found = judged(metadata(settings && { settings }))
  assert.ok(found.metadata)
  return found
}

/** Settings as the config file's entry of `hello` carries them; the first key is in line 6. */
function configured(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = JSON.stringify({ plugins: [{ name: 'hello', settings }] }, null, 1)
  const answer = judgeConfig({ kind: 'text', path: '/app/plugins.config.json', text })
  assert.ok('config' in answer)
  return answer.config.entries.get('hello')!.settings!
}

function problems(
  schema: Readonly<Record<string, unknown>>,
  ...sources: Parameters<typeof judge>[1][]
): readonly string[] {
  const answer = judge(candidate(schema), ...sources)
  assert.ok('problems' in answer, 'there is no problem')
  assert.ok(answer.problems.every(({ plugin, hint }) => plugin === 'hello' && hint !== ''))
  return lines(answer.problems)
}

function settings(
  schema: Readonly<Record<string, unknown>> | undefined,
  ...sources: Parameters<typeof judge>[1][]
): unknown {
  const answer = judge(candidate(schema), ...sources)
  assert.ok('settings' in answer, 'problems' in answer ? answer.problems[0]!.message : '')
  return answer.settings
}

const server = {
  type: 'object',
  required: ['key'],
  additionalProperties: false,
  properties: {
    key: { type: 'string', default: 'k' },
    port: { type: 'integer', minimum: 1, default: 3000 },
    mail: { type: 'string', format: 'email' },
    tls: { type: 'object', default: {}, properties: { on: { type: 'boolean', default: true } } },
    hosts: { type: 'array', items: { type: 'string' } },
  },
}

test('defaults are filled in, deep inside as well', () => {
  assert.deepEqual(settings(server, configured({ port: 80 })), { key: 'k', port: 80, tls: { on: true } })
  assert.deepEqual(settings(server), { key: 'k', port: 3000, tls: { on: true } })
})

test('what was configured is copied, and the result is frozen all through', () => {
  const given = { hosts: ['a'], tls: { on: false } }
  const result = settings(server, given) as typeof given
  assert.deepEqual(given, { hosts: ['a'], tls: { on: false } })
  assert.ok(!Object.isFrozen(given) && !Object.isFrozen(given.hosts))
  assert.ok(Object.isFrozen(result) && Object.isFrozen(result.hosts) && Object.isFrozen(result.tls))
  given.hosts.push('b')
  assert.deepEqual(result.hosts, ['a'])
})

test('two judgements do not share their defaults', () => {
  assert.notEqual((settings(server) as { tls: object }).tls, (settings(server) as { tls: object }).tls)
})

test('without a schema everything is allowed, of later sources first', () => {
  assert.deepEqual(settings(undefined, { a: 1, b: { c: 1 } }, undefined, { b: { d: 2 } }), {
    a: 1,
    b: { d: 2 },
  })
  assert.deepEqual(settings(undefined), {})
})

test('every mismatch is reported with its place in the config file, and no value is told', () => {
  const given = configured({ prt: 1, port: 0, mail: 'hunter2', tls: { on: 'x' }, hosts: ['a', 5] })
  const answer = judge(candidate({ ...server, required: ['token'] }), given)
  assert.ok('problems' in answer)
  assert.deepEqual(lines(answer.problems), [
    'error 5:16 ERR_PLUGIN_SETTINGS_INVALID: `settings.token` is missing.',
    'error 6:5 ERR_PLUGIN_SETTINGS_INVALID: `settings.prt` is not a known key.',
    'error 7:13 ERR_PLUGIN_SETTINGS_INVALID: `settings.port` should be 1 or more, but is a number.',
    'error 8:13 ERR_PLUGIN_SETTINGS_INVALID: `settings.mail` should be of the format email, but is a string.',
    'error 10:12 ERR_PLUGIN_SETTINGS_INVALID: `settings.tls.on` should be true or false, but is a string.',
    'error 14:6 ERR_PLUGIN_SETTINGS_INVALID: `settings.hosts[1]` should be a string, but is a number.',
  ])
  assert.ok(answer.problems.every(({ file }) => file === '/app/plugins.config.json'))
  assert.equal(answer.problems[1]!.hint, 'Did you mean "port"?')
})

test('mismatches are in the order of the file, and flaws of a schema too', () => {
  const schema = { properties: { a: { type: 'null' }, b: { type: 'null' } }, required: ['c'] }
  assert.deepEqual(
    problems(schema, configured({ b: 1, a: 1 })).map((line) => line.split(' ')[1]),
    ['5:16', '6:10', '7:10'],
  )
  assert.deepEqual(
    problems({ required: 1, $id: 2, description: 3 }, {}).map((line) => line.split(' ')[1]),
    ['5:15', '6:10', '7:18'],
  )
})

test("a mismatch in the program's settings points at the schema, and says whose value it is", () => {
  const answer = judge(candidate(server), configured({ port: 80 }), { port: 'x' })
  assert.ok('problems' in answer)
  const [problem] = answer.problems
  assert.equal(problem!.file, '/plugins/hello/metadata.json')
  assert.equal(problem!.line, 15)
  assert.match(problem!.hint, /in the program's settings/)
  const inList = judge(candidate(server), undefined, { hosts: ['a', 5] })
  assert.ok('problems' in inList)
  assert.equal(inList.problems[0]!.line, 36)
})

test('a choice between forms is one problem that names them', () => {
  const schema = {
    properties: {
      to: { anyOf: [{ type: 'string' }, { properties: { id: { type: 'number' } }, type: 'object' }] },
    },
  }
  assert.deepEqual(problems(schema, configured({ to: 1 })), [
    'error 6:11 ERR_PLUGIN_SETTINGS_INVALID: `settings.to` should be a string, or be an object, but is a number.',
  ])
})

for (const [what, schema, ...expected] of [
  [
    'a wrong type',
    { type: 'objct' },
    'error 5:11 ERR_PLUGIN_SETTINGS_SCHEMA: `settings.type` should be "array" or "boolean" or "integer" or "null" or "number" or "object" or "string", but is the string "objct".',
  ],
  [
    'a wrong bound',
    { properties: { a: { minimum: 'x' } } },
    'error 7:16 ERR_PLUGIN_SETTINGS_SCHEMA: `settings.properties.a.minimum` should be a number, but is the string "x".',
  ],
  [
    'a reference to nothing',
    { $ref: '#/definitions/a' },
    "error 4:14 ERR_PLUGIN_SETTINGS_SCHEMA: `settings` can't be used: can't resolve reference #/definitions/a from id #.",
  ],
  [
    'a pattern that is none',
    { pattern: '(' },
    "error 4:14 ERR_PLUGIN_SETTINGS_SCHEMA: `settings` can't be used: Invalid regular expression: /(/u: Unterminated group.",
  ],
  [
    'values that cannot be compared',
    { enum: [{ valueOf: 1 }, { valueOf: 2 }] },
    "error 4:14 ERR_PLUGIN_SETTINGS_SCHEMA: `settings` can't be used: a.valueOf is not a function.",
  ],
  [
    'a later draft',
    { $schema: 'https://json-schema.org/draft/2020-12/schema' },
    'error 5:14 ERR_PLUGIN_SETTINGS_SCHEMA: `settings.$schema` should be draft-07, but is "https://json-schema.org/draft/2020-12/schema".',
  ],
  [
    'a list in the place of a draft',
    { $schema: ['http://json-schema.org/draft-07/schema#'] },
    'error 5:14 ERR_PLUGIN_SETTINGS_SCHEMA: `settings.$schema` should be draft-07, but is something else.',
  ],
  [
    'an asynchronous one',
    { $async: true },
    'error 5:13 ERR_PLUGIN_SETTINGS_SCHEMA: `settings.$async` is not supported: settings are judged at once.',
  ],
] as const) {
  test(`a settings schema with ${what} is reported with its place in metadata.json`, () => {
    const answer = judge(candidate(schema), {})
    assert.ok('problems' in answer)
    assert.deepEqual(lines(answer.problems), expected)
    assert.equal(answer.problems[0]!.file, '/plugins/hello/metadata.json')
    assert.equal(
      answer.problems[0]!.hint,
      'Correct the schema in metadata.json; it is JSON Schema, draft-07.',
    )
  })
}

test('draft-07 may be named, and keys that a form builder needs are no mistake', () => {
  for (const scheme of ['http', 'https']) {
    const schema = {
      $schema: `${scheme}://json-schema.org/draft-07/schema#`,
      'ui:order': ['a'],
      properties: { a: { widget: 1 } },
    }
    assert.deepEqual(settings(schema, { a: 1 }), { a: 1 })
  }
})

test("two schemas of one $id, and one that changes, do not get in each other's way", () => {
  const schema = (type: string): Record<string, unknown> => ({
    $id: 'https://example.com/s',
    definitions: { a: { $id: '#a', type } },
    properties: { a: { $ref: '#a' } },
  })
  for (const [type, value] of [
    ['string', 'x'],
    ['number', 1],
    ['boolean', true],
  ] as const) {
    assert.deepEqual(settings(schema(type), { a: value }), { a: value })
    assert.equal(problems(schema(type), { a: null }).length, 1)
  }
})

test('a plugin that is an object in the process has no file to point at', () => {
  const object = {
    ...candidate(undefined),
    directory: '',
    metadata: { settings: { required: ['a'] } } as unknown as Metadata,
  }
  const answer = judge(object, {})
  assert.ok('problems' in answer)
  assert.equal(answer.problems[0]!.file, undefined)
})

test('functions, dates and objects that refer to themselves pass through', () => {
  const self: Record<string, unknown> = { log: () => 1, since: new Date(0), map: new Map() }
  self['self'] = self
  const result = settings({ properties: { n: { default: 1 } } }, self) as typeof self & {
    self: any
    n: number
  }
  assert.equal(result['log'], self['log'])
  assert.equal(result['since'], self['since'])
  assert.equal(result.n, 1)
  assert.equal(result.self.self, result.self)
  assert.ok(!Object.isFrozen(self) && Object.isFrozen(result.self))
})

test('a schema that goes round in a circle with its value is a problem, not a crash', () => {
  const self: Record<string, unknown> = {}
  self['self'] = self
  const schema = {
    $ref: '#/definitions/node',
    definitions: { node: { properties: { self: { $ref: '#/definitions/node' } } } },
  }
  const answer = judge(candidate(schema), self)
  assert.ok('problems' in answer)
  const [{ cause, ...problem }] = answer.problems as [Problem]
  assert.ok(cause instanceof RangeError)
  assert.deepEqual(problem, {
    code: 'ERR_PLUGIN_SETTINGS_INVALID',
    severity: 'error',
    plugin: 'hello',
    file: '/plugins/hello/metadata.json',
    message: 'The settings could not be compared with their schema.',
    hint: 'They refer to themselves, or the schema does, without an end.',
  })
})

test('an object without a prototype is copied as any other', () => {
  const bare = Object.assign(Object.create(null) as object, { b: 1 })
  const result = settings(undefined, { bare }) as { bare: object }
  assert.deepEqual(result, { bare: { b: 1 } })
  assert.ok(Object.isFrozen(result.bare) && !Object.isFrozen(bare))
})

test('a plugin without metadata has no schema', () => {
  const { metadata: _metadata, ...rest } = candidate(undefined)
  assert.deepEqual(judge(rest, { a: 1 }), { settings: { a: 1 } })
  assert.deepEqual(judge(rest), { settings: {} })
})

test('a __proto__ key given by the program changes no prototype', () => {
  const given = JSON.parse('{"__proto__": {"x": 1}, "a": {"__proto__": {"x": 1}}}') as Record<string, unknown>
  const result = settings(undefined, given) as { a: object; x?: unknown }
  assert.equal(result.x, undefined)
  assert.equal(Object.getPrototypeOf(result), Object.prototype)
  assert.equal(Object.getPrototypeOf(result.a), Object.prototype)
})

test('what is to be done about settings is said with the place where they are', () => {
  const schema = {
    properties: { port: { type: 'number' }, key: {} },
    required: ['key'],
    additionalProperties: false,
  }
  const hints = (...sources: Parameters<typeof judge>[1][]): readonly string[] => {
    const answer = judge(candidate(schema), ...sources)
    return 'problems' in answer ? answer.problems.map(({ hint }) => hint).sort() : []
  }
  const entry = 'the entry of "hello" in the config file'
  const program = "the program's settings"
  const bad = { port: 'x', zzzzzz: 1 }
  assert.deepEqual(hints(configured(bad)), [
    `Add \`settings.key\` in ${entry}.`,
    `Correct \`settings.port\` in ${entry}.`,
    `Remove it from ${entry}. Known here: port, key.`,
  ])
  assert.deepEqual(hints(undefined, bad), [
    `Add \`settings.key\` in ${program}.`,
    `Correct \`settings.port\` in ${program}.`,
    `Remove it from ${program}. Known here: port, key.`,
  ])
  assert.deepEqual(hints(configured({ port: 'x' }), { key: 1 }), [`Correct \`settings.port\` in ${entry}.`])
  assert.deepEqual(hints(undefined), [`Add \`settings.key\` in ${entry}.`])
  const closed = judge(candidate({ additionalProperties: false }), undefined, { zzzzzz: 1 })
  assert.ok('problems' in closed)
  assert.equal(closed.problems[0]?.hint, `Remove it from ${program}. Known here: nothing.`)
})

test('after 2,000 different schemas none is kept', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const own = createSettingsJudge()
  const kept: WeakRef<object>[] = []
  for (let index = 0; index < 2000; index += 1) {
    const schema = {
      $id: `https://example.com/${index}`,
      properties: { [`p${index}`]: { type: 'string', default: 'x'.repeat(8) } },
    }
    const subject = { ...base, metadata: { settings: schema } as unknown as Metadata }
    assert.ok('settings' in own(subject, {}))
    kept.push(new WeakRef(schema))
    if (index % 500 === 499) await new Promise(setImmediate)
  }
  const deadline = Date.now() + 10_000
  let alive = kept.length
  while (alive > 2 && Date.now() < deadline) {
    await new Promise(setImmediate)
    collect()
    alive = kept.filter((ref) => ref.deref() !== undefined).length
  }
  assert.ok(alive <= 2, `${alive} of 2,000 schemas are still there`)
  assert.ok('settings' in own(base, {}))
})

const base = candidate(undefined)

test('a schema is compiled once for as long as it lives', () => {
  const own = createSettingsJudge()
  let read = 0
  const schema = {
    get properties() {
      return ((read += 1), { a: { type: 'string' } })
    },
  }
  const subject = { ...base, metadata: { settings: schema } as unknown as Metadata }
  own(subject, { a: 'x' })
  const once = read
  own(subject, { a: 'x' })
  assert.equal(read, once)
})

test('any schema and any settings are judged without a throw, and nothing is polluted', () => {
  const part = fc.oneof(
    fc.constantFrom('string', 'number', 'object', 'array', true, 1, {}, []),
    fc.anything({ maxDepth: 2 }),
  )
  const keyword = fc.constantFrom(
    'type',
    'properties',
    'required',
    'items',
    'anyOf',
    'not',
    'if',
    'then',
    'enum',
    'default',
    '$ref',
    '$id',
    'format',
    'pattern',
    'minimum',
    'additionalProperties',
    '__proto__',
    'propertyNames',
    'dependencies',
  )
  const schema = fc.dictionary(keyword, part, { noNullPrototype: true })
  const before = Reflect.ownKeys(Object.prototype)
  fc.assert(
    fc.property(schema, fc.dictionary(fc.string(), fc.anything()), (settings, given) => {
      const subject = { ...base, metadata: { settings } as unknown as Metadata }
      const answer = judge(subject, given)
      if ('problems' in answer) assert.ok(answer.problems.length > 0)
      assert.deepEqual(Reflect.ownKeys(Object.prototype), before)
    }),
    { numRuns: 500 },
  )
})
