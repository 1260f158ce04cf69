import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import * as fc from 'fast-check'
import { createMetadataJudge } from '#src/decide/judge-metadata.js'
import { readSchemas } from '#src/read/schemas.js'
import { facts, judged, lines, metadata, versions } from './judged.js'

const objectKeys = Reflect.ownKeys(Object.prototype)
afterEach(() => assert.deepEqual(Reflect.ownKeys(Object.prototype), objectKeys))

/** The problems with these keys, without the `ERR_PLUGIN_`. */
function problems(keys: Readonly<Record<string, unknown>>): readonly string[] {
  return lines(judged(metadata(keys)).problems).map((line) => line.replace('ERR_PLUGIN_', ''))
}

test('the least that is valid is completed with its defaults', () => {
  const candidate = judged('{"name": "hello", "version": "1.0.0"}')
  assert.deepEqual(candidate, {
    name: 'hello',
    directory: '/plugins/hello',
    real: '/plugins/hello',
    metadata: {
      name: 'hello',
      version: '1.0.0',
      dependencies: {},
      optionalDependencies: {},
      engines: {},
      watch: [],
      routes: {},
      reload: 'restart',
    },
    entry: 'plugin.js',
    incomplete: false,
    problems: [],
  })
})

test('everything that there is to say is taken over', () => {
  const keys = {
    $schema: './metadata.schema.json',
    description: 'd',
    author: 'a',
    identifier: 'i',
    license: 'MIT',
    homepage: 'https://example.com',
    dependencies: { db: '^1.2', log: '' },
    optionalDependencies: ['cache', 'cache', 'mail'],
    engines: { plugbay: '>=0.1', host: '^2', node: '>=20', 'x-bun': 1 },
    main: './src/start.ts',
    settings: { type: 'object', 'x-form': {} },
    watch: ['views/**'],
    routes: { prefix: '/hi' },
    reload: 'never',
    enabled: false,
    'x-own': [1],
  }
  const candidate = judged(metadata(keys), { files: { 'src/start.ts': 1 } })
  const { $schema: _schema, 'x-own': _own, ...kept } = keys
  assert.deepEqual(candidate.problems, [])
  assert.equal(candidate.entry, 'src/start.ts')
  assert.deepEqual(candidate.metadata, {
    ...kept,
    name: 'hello',
    version: '1.0.0',
    optionalDependencies: { cache: '*', mail: '*' },
    engines: { plugbay: '>=0.1', host: '^2', node: '>=20' },
  })
})

test('metadata is frozen all through', () => {
  const { metadata: data } = judged(metadata({ settings: { properties: { a: {} } }, dependencies: ['db'] }))
  assert.ok(
    [data, data!.dependencies, data!.settings, data!.settings!['properties'], data!.watch].every(
      Object.isFrozen,
    ),
  )
})

test('control characters are taken out of free text, as it is shown in terminals', () => {
  const description = 'a\u001b[31mb\u0007\u009b2J\u202ec\r\nd'
  assert.equal(judged(metadata({ description })).metadata!.description, 'a[31mb2Jc d')
})

const wrong: readonly (readonly [
  what: string,
  keys: Readonly<Record<string, unknown>>,
  ...problems: string[],
])[] = [
  [
    'a name of the wrong kind',
    { name: 1 },
    'error 2:10 METADATA_INVALID: `name` should be a string, but is the number 1.',
  ],
  [
    'a version of the wrong kind',
    { version: null },
    'error 3:13 METADATA_INVALID: `version` should be a string, but is null.',
  ],
  [
    'dependencies of the wrong kind',
    { dependencies: 'a' },
    'error 4:18 METADATA_INVALID: `dependencies` should be a list or an object, but is the string "a".',
  ],
  [
    'a dependency of the wrong kind',
    { dependencies: ['a', 1] },
    'error 6:3 METADATA_INVALID: `dependencies[1]` should be a string, but is the number 1.',
  ],
  [
    'a dependency that no plugin can be',
    { dependencies: ['con'] },
    'error 5:3 METADATA_INVALID: `dependencies` asks for "con", and no plugin can have that name: it is reserved: Windows has a device of that name.',
  ],
  [
    'an optional dependency that no plugin can be',
    { optionalDependencies: { nul: '*' } },
    'error 5:3 METADATA_INVALID: `optionalDependencies` asks for "nul", and no plugin can have that name: it is reserved: Windows has a device of that name.',
  ],
  [
    'dependencies that are null',
    { dependencies: null },
    'error 4:18 METADATA_INVALID: `dependencies` should be a list or an object, but is null.',
  ],
  [
    'a dependency with an impossible name',
    { optionalDependencies: { 'A b': '*' } },
    'error 5:3 METADATA_INVALID: The key "A b" in `optionalDependencies` should match ^[a-z0-9][a-z0-9._-]{0,62}$.',
  ],
  [
    'a range that is none',
    { dependencies: { db: 'newest' } },
    'error 5:9 METADATA_INVALID: `dependencies.db` should be a semver range, but is the string "newest".',
  ],
  [
    'a range that is too long',
    { dependencies: { db: `>${'1'.repeat(300)}` } },
    `error 5:9 METADATA_INVALID: \`dependencies.db\` should have at most 256 characters, but is the string ">${'1'.repeat(59)}…".`,
  ],
  [
    'a range of as many characters as there may be',
    { optionalDependencies: { db: 'x'.repeat(256) } },
    `error 5:9 METADATA_INVALID: \`optionalDependencies.db\` should be a semver range, but is the string "${'x'.repeat(60)}…".`,
  ],
  [
    'engines that are null',
    { engines: null },
    'error 4:13 METADATA_INVALID: `engines` should be an object, but is null.',
  ],
  [
    'engines of the wrong kind',
    { engines: ['^1'] },
    'error 4:13 METADATA_INVALID: `engines` should be an object, but is a list.',
  ],
  [
    'an engine range that is none',
    { engines: { node: 'four', host: 'two', plugbay: 'one' } },
    'error 5:11 METADATA_INVALID: `engines.node` should be a semver range, but is the string "four".',
    'error 6:11 METADATA_INVALID: `engines.host` should be a semver range, but is the string "two".',
    'error 7:14 METADATA_INVALID: `engines.plugbay` should be a semver range, but is the string "one".',
  ],
  [
    'a core_version that is no range',
    { core_version: 'x.y.z.' },
    'error 4:18 METADATA_INVALID: `core_version` should be a semver range, but is the string "x.y.z.".',
  ],
  [
    'settings of the wrong kind',
    { settings: true },
    'error 4:14 METADATA_INVALID: `settings` should be an object, but is true.',
  ],
  [
    'an empty watch glob',
    { watch: [''] },
    'error 5:3 METADATA_INVALID: `watch[0]` should have at least 1 character, but is empty.',
  ],
  [
    'a watch glob that is none',
    { watch: ['a', 'b(c)', 1, 'd)'] },
    'error 6:3 METADATA_INVALID: `watch[1]` should be a glob of *, **, ?, [] and {}, but "b(c)" has round brackets.',
    'error 7:3 METADATA_INVALID: `watch[2]` should be a string, but is the number 1.',
    'error 8:3 METADATA_INVALID: `watch[3]` should be a glob of *, **, ?, [] and {}, but "d)" has round brackets.',
  ],
  [
    'a watch glob that takes for ever',
    { watch: ['a*b*c*d', '**/a*b*c*d*/e', '***/****/**'] },
    'error 6:3 METADATA_INVALID: `watch[1]` should be a glob of *, **, ?, [] and {}, but "**/a*b*c*d*/e" has more than 3 stars between two slashes.',
  ],
  [
    'a watch that is no list',
    { watch: 'a(b)' },
    'error 4:11 METADATA_INVALID: `watch` should be a list, but is the string "a(b)".',
  ],
  [
    'an unknown reload',
    { reload: 'hot' },
    'error 4:12 METADATA_INVALID: `reload` should be "restart" or "never", but is the string "hot".',
  ],
  [
    'enabled in words',
    { enabled: 'yes' },
    'error 4:13 METADATA_INVALID: `enabled` should be true or false, but is the string "yes".',
  ],
  [
    'an empty main',
    { main: '' },
    'error 4:10 METADATA_INVALID: `main` should have at least 1 character, but is empty.',
  ],
  [
    'a main that is too long',
    { main: 'a'.repeat(1025) },
    `error 4:10 METADATA_INVALID: \`main\` should have at most 1024 characters, but is the string "${'a'.repeat(60)}…".`,
  ],
  [
    'a main outside',
    { main: '../x.js' },
    'error 4:10 ENTRY_OUTSIDE: `main` should be a file inside the plugin\'s folder, but "../x.js" goes up by "..".',
  ],
  [
    'a main that is no code',
    { main: 'README.md' },
    'error 4:10 METADATA_INVALID: `main` should be a file that ends in .ts, .mts, .cts, .js, .mjs or .cjs, but is "README.md".',
  ],
  ['a mistyped key', { dependancies: [] }, 'warning 4:2 KEY_UNKNOWN: `dependancies` is not a known key.'],
  [
    'an unknown engine',
    { engines: { deno: '1' } },
    'warning 5:3 KEY_UNKNOWN: `engines.deno` is not a known key.',
  ],
  [
    'a reserved name',
    { name: 'constructor' },
    'error 2:10 NAME_INVALID: The name "constructor" is reserved: every JavaScript object has something of that name.',
  ],
  [
    'a name that would climb',
    { name: '../up' },
    'error 2:10 NAME_INVALID: The name "../up" does not match ^[a-z0-9][a-z0-9._-]{0,62}$.',
  ],
  [
    "a name that is not the folder's",
    { name: 'other' },
    'warning 2:10 NAME_MISMATCH: The plugin is named "other", and its folder "hello".',
  ],
]

for (const [what, keys, ...expected] of wrong) {
  test(`${what} is reported with its place`, () => {
    assert.deepEqual(problems(keys), expected)
    const candidate = judged(metadata(keys))
    const invalid = expected.some((line) => line.startsWith('error'))
    assert.equal(candidate.metadata === undefined, invalid)
    assert.equal(candidate.incomplete, false)
    assert.ok(
      candidate.problems.every(
        ({ hint, plugin, file }) =>
          hint && plugin === candidate.name && file === '/plugins/hello/metadata.json',
      ),
    )
  })
}

for (const prefix of ['hello', '/a/', '//', '/a//b', '/..', '/a/../b', '/a b', '/a?b', '/a/:id', '/*']) {
  test(`${JSON.stringify(prefix)} is no route prefix`, () => {
    assert.match(
      problems({ routes: { prefix } }).join('\n'),
      /^error 5:13 METADATA_INVALID: `routes\.prefix` should match/,
    )
  })
}

for (const prefix of ['/', '/a', '/a/b.c/..d', '/~x/_y-z']) {
  test(`${JSON.stringify(prefix)} is a route prefix`, () => {
    assert.deepEqual(problems({ routes: { prefix } }), [])
  })
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

for (const version of ['0.0.0', '1.2.3-rc.1', '1.2.3+build.5', '10.20.30-a.b.1+c']) {
  test(`${version} is a version`, () => assert.deepEqual(problems({ version }), []))
}

for (const [version, hint] of [
  ['1.0', 'Write three numbers: "1.0.0".'],
  ['v1.2.3', 'Write three numbers: "1.2.3".'],
  [' 1.2.3', 'Write three numbers: "1.2.3".'],
  ['^1.2.3', 'Write three numbers: "1.2.3".'],
  ['1.2.3.4', 'Write three numbers: "1.2.3".'],
  ['1.2.3 ', 'Write three numbers: "1.2.3".'],
  [`1.2.3-${'01.'.repeat(19)}x`, 'Write three numbers: "1.2.3".'],
  ['01.2.3', 'Write three numbers, such as "1.0.0".'],
  ['99999999999999999999.0.0', 'Write three numbers: "9999.0.0".'],
  ['latest', 'Write three numbers, such as "1.0.0".'],
  ['', 'Write three numbers, such as "1.0.0".'],
] as const) {
  test(`${JSON.stringify(version)} is no version`, () => {
    const { problems } = judged(metadata({ version }))
    assert.deepEqual(
      problems.map(({ code, line, column }) => `${code} ${line}:${column}`),
      ['ERR_PLUGIN_METADATA_INVALID 3:13'],
    )
    const is = version === '' ? 'empty' : `the string ${JSON.stringify(shortened(version))}`
    assert.equal(problems[0]!.message, `\`version\` should be a semver version, but is ${is}.`)
    if (!version.startsWith('9')) assert.equal(problems[0]!.hint, hint)
  })
}

test('a version of more than 64 characters is refused before it is parsed', () => {
  const [problem, ...others] = problems({ version: `1.0.0-${'1'.repeat(60_000)}` })
  assert.match(problem!, /at most 64 characters/)
  assert.deepEqual(others, [])
})

test('a mistyped key is told the key that was meant, and any other all that are known', () => {
  const [near, far] = judged(metadata({ dependancies: 1, zzz: 1 })).problems
  assert.equal(near!.hint, 'Did you mean "dependencies"?')
  assert.match(far!.hint, /^Known here are name, version, .*; keys that begin with x- are yours\.$/)
})

for (const [what, text] of [
  ['a list', '[]'],
  ['null', 'null'],
  ['the string "x"', '"x"'],
  ['the number 1', '1'],
] as const) {
  test(`${what} is no metadata`, () => {
    const candidate = judged(text)
    assert.deepEqual(lines(candidate.problems), [
      `error 1:1 ERR_PLUGIN_METADATA_INVALID: The file should be an object, but is ${what}.`,
    ])
    assert.equal(candidate.metadata, undefined)
  })
}

test('what is missing is reported, each by its name', () => {
  assert.deepEqual(lines(judged('{}').problems), [
    'error 1:1 ERR_PLUGIN_METADATA_INVALID: `name` is missing: a string is expected.',
    'error 1:1 ERR_PLUGIN_METADATA_INVALID: `version` is missing: a string is expected.',
  ])
})

test('metadata is JSON, without comments and trailing commas', () => {
  const { metadata: data, problems } = judged('{"name": "hello", // c\n"version": "1.0.0",}')
  assert.equal(data, undefined)
  assert.deepEqual(lines(problems), [
    'error 1:19 ERR_PLUGIN_JSON_SYNTAX: JSON does not allow comments.',
    'error 2:19 ERR_PLUGIN_JSON_SYNTAX: JSON does not allow a trailing comma before "}".',
  ])
})

test('all problems are reported at once, in the order of the file', () => {
  const keys = {
    name: 'Hello',
    version: 'one',
    engines: { host: '^9' },
    dependancies: [],
    reload: 1,
    main: '/x.js',
  }
  assert.deepEqual(
    judged(metadata(keys)).problems.map(({ line, code }) => `${line} ${code}`),
    [
      '2 ERR_PLUGIN_NAME_INVALID',
      '3 ERR_PLUGIN_METADATA_INVALID',
      '5 ERR_PLUGIN_ENGINE',
      '7 ERR_PLUGIN_KEY_UNKNOWN',
      '8 ERR_PLUGIN_METADATA_INVALID',
      '9 ERR_PLUGIN_ENTRY_OUTSIDE',
    ],
  )
})

test('thousands of mistakes are reported as a few, quickly', () => {
  const many = {
    watch: Array.from({ length: 20_000 }, () => 1),
    dependencies: Array.from({ length: 5000 }, () => 'con'),
  }
  const { problems } = judged(metadata(many))
  assert.ok(problems.length < 300)
  const keys = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`p${at}`, 'newest']))
  assert.equal(judged(metadata({ dependencies: keys })).problems.length, 256 + 1)
  const globs = Array.from({ length: 300 }, () => '(')
  assert.equal(judged(metadata({ watch: globs })).problems.length, 256 + 1)
})

/** Answers are remembered: a range that nobody has asked about yet. */
let asked = 0

test('a range is asked about once, and each has its own answer', () => {
  asked += 1
  for (const [range, count] of [
    [`^77.${asked}`, 0],
    [`newest of ${asked}`, 1],
  ] as const) {
    for (const time of ['asked for the first time', 'remembered'])
      assert.equal(judged(metadata({ dependencies: { db: range } })).problems.length, count, time)
  }
})

test('a folder without a name has none to differ from', () => {
  assert.deepEqual(judged(metadata(), { folder: '' }).problems, [])
})

test('what is to be done about metadata is said', () => {
  const hints = (keys: Readonly<Record<string, unknown>>): readonly string[] =>
    judged(metadata(keys)).problems.map(({ hint }) => hint)
  assert.deepEqual(hints({ core_version: '*', engines: { plugbay: '*' } }), ['Remove one of the two.'])
  assert.deepEqual(hints({ name: 'other' }), ['It runs; rename one of the two so that people find it.'])
  assert.deepEqual(hints({ dependencies: ['con'] }), ['Name a plugin as its metadata.json does.'])
  assert.deepEqual(hints({ dependencies: { a: 'b' } }), ['Write a range such as "^1.2", ">=1 <3" or "*".'])
  assert.deepEqual(hints({ watch: ['('] }), ['Write a simpler one, such as "views/**", or several.'])
  assert.deepEqual(hints({ license: 1 }), ['Correct it in metadata.json. An SPDX licence name, such as MIT.'])
})

for (const [what, keys, ...expected] of [
  [
    'a host that is too old',
    { engines: { host: '^3' } },
    'error 5:11 ENGINE: It needs host ^3, this is 2.1.0.',
  ],
  [
    'a plugbay that is too old',
    { engines: { plugbay: '>=1' } },
    'error 5:14 ENGINE: It needs plugbay >=1, this is 0.4.0.',
  ],
  [
    'a Node.js that is too new',
    { engines: { node: '<20' } },
    'error 5:11 ENGINE: It needs node <20, this is 22.0.0.',
  ],
  [
    "plugo's core_version",
    { core_version: '>=99' },
    'error 4:18 ENGINE: It needs plugbay >=99, this is 0.4.0.',
  ],
  [
    'core_version beside engines.plugbay',
    { core_version: '>=99', engines: { plugbay: '*' } },
    'warning 4:2 METADATA_INVALID: `core_version` is passed over, as `engines.plugbay` is there.',
  ],
] as const) {
  test(`${what} is reported`, () => {
    assert.deepEqual(problems(keys), expected)
  })
}

test('engines that are not asked for are not there', () => {
  assert.deepEqual(judged(metadata({ engines: { host: '^2' } })).metadata!.engines, { host: '^2' })
  assert.deepEqual(judged(metadata({ engines: { node: '>=20' } })).metadata!.engines, { node: '>=20' })
})

test('core_version is read as engines.plugbay, which wins if both are there', () => {
  assert.deepEqual(judged(metadata({ core_version: '>=0.1' })).metadata!.engines, { plugbay: '>=0.1' })
  assert.deepEqual(judged(metadata({ core_version: '>=9', engines: { plugbay: '*' } })).metadata!.engines, {
    plugbay: '*',
  })
})

for (const [host, range, fits] of [
  ['2.0.0-rc.1', '^2', true],
  ['2.1.0-rc.1', '^2.0.0', true],
  ['2.0.0-rc.1', '^1', false],
  ['2.0.0-rc.1', '*', true],
  ['3.0.0-rc.1', '^2', false],
] as const) {
  test(`a host ${host} ${fits ? 'fits' : 'does not fit'} ${range}`, () => {
    const judge = createMetadataJudge(readSchemas(), { ...versions, host })
    assert.equal(judge(facts(metadata({ engines: { host: range } }))).problems.length === 0, fits)
  })
}

for (const host of [undefined, 'two']) {
  test(`a host that says ${host} for its version leaves a plugin valid, with a warning`, () => {
    const judge = createMetadataJudge(readSchemas(), {
      plugbay: '0.4.0',
      node: '22.0.0',
      ...(host && { host }),
    })
    const candidate = judge(facts(metadata({ engines: { host: '^2' } })))
    assert.ok(candidate.metadata)
    assert.match(
      lines(candidate.problems)[0]!,
      /^warning 5:11 ERR_PLUGIN_ENGINE: It needs host \^2, and the host .* not checked\.$/,
    )
    assert.match(candidate.problems[0]!.hint, /hostVersion/)
  })
}

test('a plugin without an entry is incomplete, and the code that is there is listed', () => {
  const candidate = judged(metadata(), { files: { 'src/main.ts': 1, 'README.md': 1 } })
  assert.equal(candidate.incomplete, true)
  assert.ok(!('entry' in candidate))
  assert.ok(candidate.metadata)
  const [problem, ...others] = candidate.problems
  assert.deepEqual(others, [])
  assert.equal(`${problem!.severity} ${problem!.code}`, 'warning ERR_PLUGIN_ENTRY_MISSING')
  assert.match(problem!.hint, /There is "src\/main\.ts"\.$/)
})

test('a main of 1024 characters may be a file', () => {
  const main = `${'a'.repeat(1021)}.js`
  assert.equal(judged(metadata({ main }), { files: { [main]: 1 } }).entry, main)
  assert.deepEqual(
    judged(metadata({ main })).problems.map(({ code }) => code),
    ['ERR_PLUGIN_ENTRY_MISSING'],
  )
})

test('a main that is not there yet makes a plugin incomplete, at its place', () => {
  const candidate = judged(metadata({ main: 'dist/a.js' }))
  assert.equal(candidate.incomplete, true)
  assert.equal(candidate.metadata!.main, 'dist/a.js')
  assert.deepEqual(lines(candidate.problems), [
    'warning 4:10 ERR_PLUGIN_ENTRY_MISSING: `main` names "dist/a.js", and there is no such file.',
  ])
  assert.match(candidate.problems[0]!.hint, /folder that is a link does not count/)
})

test('invalid metadata without an entry is invalid, not incomplete, and both are reported', () => {
  const candidate = judged(metadata({ version: 1 }), { files: {} })
  assert.equal(candidate.incomplete, false)
  assert.equal(candidate.metadata, undefined)
  assert.deepEqual(candidate.problems.map(({ code, severity }) => `${severity} ${code}`).sort(), [
    'error ERR_PLUGIN_ENTRY_MISSING',
    'error ERR_PLUGIN_METADATA_INVALID',
  ])
})

for (const [what, text, name] of [
  ['is torn after it', '{"name": "db", "ver', 'db'],
  ['is torn in it', '{"name": "d', 'hello'],
  ['is beside a wrong version', '{"name": "db", "version": 1}', 'db'],
  ['is beside a forbidden key', '{"name": "db", "__proto__": 1}', 'db'],
  ['is beside too deep a nest', `{"name": "db", "x-a": ${'['.repeat(20)}${']'.repeat(20)}}`, 'db'],
  ['is invalid itself', '{"name": "DB"}', 'hello'],
  ['is not there', '{', 'hello'],
] as const) {
  test(`a plugin whose name ${what} is called ${name}`, () => {
    const candidate = judged(text)
    assert.equal(candidate.name, name)
    assert.equal(candidate.metadata, undefined)
    assert.ok(candidate.problems.length > 0 && candidate.problems.every(({ plugin }) => plugin === name))
    if (what.includes('torn')) assert.equal(candidate.problems.length, 1)
  })
}

test("a metadata.json that could not be read makes the plugin invalid, by the folder's name", () => {
  const judge = createMetadataJudge(readSchemas(), versions)
  const base = facts('')
  const { path } = base.metadata
  const refusal = {
    code: 'ERR_PLUGIN_FILE_TOO_LARGE',
    severity: 'error',
    file: path,
    message: 'm',
    hint: 'h',
  } as const
  const refused = judge({ ...base, metadata: { kind: 'refused', path, problem: refusal } })
  assert.deepEqual(refused.problems, [{ ...refusal, plugin: 'hello' }])
  const missing = judge({ ...base, metadata: { kind: 'missing', path } })
  assert.deepEqual(missing.problems, [
    {
      code: 'ERR_PLUGIN_FILE_UNREADABLE',
      severity: 'error',
      plugin: 'hello',
      file: path,
      message: 'There is no metadata.json.',
      hint: 'Add one: { "name": "…", "version": "1.0.0" }.',
    },
  ])
  assert.deepEqual([refused.metadata, missing.metadata], [undefined, undefined])
})

test('what the look at the folder found is passed on', () => {
  const judge = createMetadataJudge(readSchemas(), versions)
  const problem = {
    code: 'ERR_PLUGIN_FILE_UNREADABLE',
    severity: 'warning',
    message: 'm',
    hint: 'h',
  } as const
  const candidate = judge({ ...facts(metadata()), problems: [problem] })
  assert.ok(candidate.metadata)
  assert.deepEqual(candidate.problems, [{ ...problem, plugin: 'hello' }])
})

const key = fc.constantFrom(
  'name',
  'version',
  'dependencies',
  'engines',
  'core_version',
  'main',
  'settings',
  'watch',
  'routes',
  'enabled',
  '__proto__',
  'constructor',
  'x-a',
)

test('anything as metadata is judged without a throw, and whatever is valid has a valid shape', () => {
  const anything = fc.anything({ maxDepth: 4, withNullPrototype: false })
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(key, fc.string()), anything), fc.boolean(), (keys, whole) => {
      const raw = JSON.stringify(whole ? { name: 'hello', version: '1.0.0', ...keys } : keys, (_, value) =>
        typeof value === 'bigint' ? 1 : value,
      )
      const candidate = judged(raw)
      assert.equal(
        candidate.metadata === undefined,
        candidate.problems.some(({ severity }) => severity === 'error'),
      )
      if (candidate.metadata) {
        assert.equal(typeof candidate.metadata.name, 'string')
        assert.ok(Object.values(candidate.metadata.dependencies).every((range) => typeof range === 'string'))
      }
      assert.deepEqual(Reflect.ownKeys(Object.prototype), objectKeys)
    }),
    { numRuns: 2000 },
  )
})

test('any text as metadata is judged without a throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      assert.ok(judged(text).problems.length > 0)
    }),
    { numRuns: 1000 },
  )
})
