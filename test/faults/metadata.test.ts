import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { afterEach, describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Problem, Report } from 'plugbay'
import { survey } from '#src/survey.js'
import { managerFor, snapshot } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { Files, PluginsFolder } from '../plugin-folder.ts'

const objectKeys = Reflect.ownKeys(Object.prototype)
afterEach(() => assert.deepEqual(Reflect.ownKeys(Object.prototype), objectKeys))

const code = (value: unknown): string => valueCode('cjs', value)

interface Started {
  readonly folder: PluginsFolder
  readonly manager: TestManager
  readonly report: Report
  /** What was said of one plugin, or of all, as `severity line:column CODE message hint`. */
  said(plugin?: string): string[]
}

async function started(
  t: TestContext,
  files: Files,
  prepare?: (folder: PluginsFolder) => void,
): Promise<Started> {
  const folder = pluginsFolder(t, files)
  prepare?.(folder)
  const manager = managerFor(t, folder, { hostVersion: '2.1.0' })
  const report = await manager.start()
  const said = (plugin?: string): string[] =>
    report.problems.filter((problem) => plugin === undefined || problem.plugin === plugin).map(line)
  return { folder, manager, report, said }
}

function line({ severity, line, column, code, message, hint }: Problem): string {
  const place = line === undefined ? '' : ` ${line}:${column}`
  return `${severity}${place} ${code.replace('ERR_PLUGIN_', '')} ${message} ${hint}`
}

/** The plugin `a` with this metadata.json is refused with problems like these, and its neighbour is on. */
async function refused(t: TestContext, text: string | Buffer, ...expected: RegExp[]): Promise<void> {
  const folder = pluginsFolder(t, { 'b/plugin.cjs': code('b'), 'a/plugin.cjs': code('a') })
  writeFileSync(folder.file('a/metadata.json'), text)
  const { wanted, problems } = await survey({ dir: folder.path, config: folder.configFile, env: {} })
  const states = [...wanted.verdicts.values()].map(
    ({ state, candidate }) => `${candidate.directory} ${state}`,
  )
  assert.deepEqual(states, [`${folder.file('a')} invalid`, `${folder.file('b')} on`])
  const lines = problems.map(line)
  assert.equal(lines.length, expected.length, lines.join('\n'))
  for (const [at, pattern] of expected.entries()) assert.match(lines[at]!, pattern)
}

const metadata = (keys: object): string => JSON.stringify({ name: 'a', version: '1.0.0', ...keys }, null, 1)

describe('the file', { concurrency: 8 }, () => {
  test('M1 a folder without metadata.json: it is no plugin and no problem, and a config that names it is told what is missing', async (t) => {
    const { folder, manager, report } = await started(t, { 'b/plugin.cjs': code('b') }, (folder) => {
      mkdirSync(folder.file('a'))
      writeFileSync(folder.file('a/plugin.cjs'), code('a'))
    })
    assert.deepEqual([report.active, report.problems], [['b'], []])
    folder.config({ plugins: [{ name: 'a', enabled: true }] })
    const { problems } = await manager.settled()
    assert.deepEqual(
      problems.map(({ code, severity }) => `${severity} ${code}`),
      ['warning ERR_PLUGIN_NOT_FOUND'],
    )
    assert.match(problems[0]!.hint, /metadata\.json/)
  })

  test('M3 a byte order mark: it is passed over', async (t) => {
    const { report } = await started(t, {
      'a/metadata.json': `\uFEFF${metadata({})}`,
      'a/plugin.cjs': code('a'),
    })
    assert.deepEqual([report.active, report.problems], [['a'], []])
  })

  test('M4 UTF-16, Latin-1, or bytes that are zero: refused, with the hint to save it as UTF-8', async (t) => {
    for (const bytes of [
      Buffer.from(`\uFEFF${metadata({})}`, 'utf16le'),
      Buffer.from(metadata({ description: 'Käse' }), 'latin1'),
      Buffer.from(metadata({ description: 'a' }).replace('"a"', '"\0"')),
    ])
      await refused(t, bytes, /^error FILE_ENCODING .*Save the file as UTF-8\.$/)
  })

  test('M5 comments, trailing commas, single quotes: each is refused at its place, and told that JSON does not allow it', async (t) => {
    await refused(
      t,
      '{ // the name\n"name": "a", "version": "1.0.0" }',
      /^error 1:3 JSON_SYNTAX JSON does not allow comments/,
    )
    await refused(
      t,
      '{ "name": "a",\n"version": "1.0.0", }',
      /^error 2:19 JSON_SYNTAX JSON does not allow a trailing comma/,
    )
    await refused(
      t,
      `{ "name": 'a', "version": "1.0.0" }`,
      /^error 1:11 JSON_SYNTAX JSON does not allow single quotes/,
    )
  })

  test('M6 a file of 50 MB: it is refused for its size and not read', async (t) => {
    const { report, said } = await started(t, { 'a/plugin.cjs': code('a') }, (folder) => {
      truncateSync(folder.file('a/metadata.json'), 50 * 1024 * 1024)
    })
    assert.deepEqual(report.invalid, ['a'])
    assert.match(
      said('a').join('\n'),
      /^error FILE_TOO_LARGE metadata\.json has 52428800 bytes; at most 65536 are read\./,
    )
  })

  test('M7 lists in lists, 30,000 deep: refused at once, with the place', async (t) => {
    const deep = `{ "name": "a", "version": "1.0.0", "x-deep": ${'['.repeat(30_000)}${']'.repeat(30_000)} }`
    await refused(t, deep, /^error 1:61 JSON_SYNTAX The file nests objects and lists more than 16 deep/)
  })

  test('M8 a list, null, a string or a number in place of an object: refused, and told what it is', async (t) => {
    for (const [text, what] of [
      ['[]', 'a list'],
      ['null', 'null'],
      ['"x"', 'the string "x"'],
      ['1', 'the number 1'],
    ] as const)
      await refused(
        t,
        text,
        new RegExp(`^error 1:1 METADATA_INVALID The file should be an object, but is ${what}\\.`),
      )
  })

  test('M9 values of the wrong kind: all of them in one report, each with its place, what is expected and what is there', async (t) => {
    await refused(
      t,
      metadata({ name: 1, version: null, dependencies: 'b' }),
      /^error 2:10 METADATA_INVALID `name` should be a string, but is the number 1\./,
      /^error 3:13 METADATA_INVALID `version` should be a string, but is null\./,
      /^error 4:18 METADATA_INVALID `dependencies` should be a list or an object, but is the string "b"\./,
    )
  })

  test('M10 keys named __proto__, constructor or prototype, at any depth: refused, and no prototype is touched', async (t) => {
    for (const key of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])
      for (const text of [
        `{ "${key}": { "polluted": 1 }, "name": "a", "version": "1.0.0" }`,
        `{ "name": "a", "version": "1.0.0", "settings": { "properties": { "${key}": { "default": 1 } } } }`,
        `{ "name": "a", "version": "1.0.0", "dependencies": { "${key}": "*" } }`,
      ])
        await refused(t, text, /^error 1:\d+ KEY_FORBIDDEN /)
    assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  })

  test('M12 unknown keys: a warning names the nearest known one, keys that begin with x- are free, and the plugin runs', async (t) => {
    const { report, said } = await started(t, {
      'a/metadata.json': { dependancies: ['b'], 'x-team': 'core' },
      'a/plugin.cjs': code('a'),
    })
    assert.deepEqual(report.active, ['a'])
    assert.deepEqual(said(), [
      'warning 4:3 KEY_UNKNOWN `dependancies` is not a known key. Did you mean "dependencies"?',
    ])
  })

  test('M24 versions that are none, or so long that parsing them would hurt: refused, with an example of one', async (t) => {
    for (const version of ['1', '^1.2.3', 'v1.2.3', 'latest', '', `1.0.0-${'1'.repeat(60_000)}`])
      await refused(t, metadata({ version }), /^error 3:13 METADATA_INVALID .*version/)
  })

  test('M25 patterns that would take for ever to match, as a route prefix, a version range or a glob: refused at their place; what is allowed is fast', async (t) => {
    const evil = '/^(a+)+$/'
    await refused(
      t,
      metadata({ routes: { prefix: evil } }),
      /^error 5:13 METADATA_INVALID `routes\.prefix` should match/,
    )
    await refused(
      t,
      metadata({ dependencies: { b: evil } }),
      /^error 5:8 METADATA_INVALID `dependencies\.b` should be a semver range/,
    )
    for (const glob of ['(a+)+$', '+(+(a))!', '*a*a*a*a*b', '{*a,*b}*/*{*c,*d}*e*f'])
      await refused(
        t,
        metadata({ watch: ['views/**', glob] }),
        /^error 6:3 METADATA_INVALID `watch\[1\]` should be a glob/,
      )
    const begun = performance.now()
    const { report } = await started(t, {
      'a/metadata.json': {
        watch: ['*a*a*b', `${'*'.repeat(200)}b`, `${'**/'.repeat(80)}x`, `${'[a-z]'.repeat(40)}*`],
      },
      'a/plugin.cjs': code('a'),
      [`a/${'a'.repeat(200)}`]: '',
      [`a/${'d/'.repeat(14)}y`]: '',
    })
    assert.deepEqual(report.active, ['a'])
    assert.ok(performance.now() - begun < 5000)
  })

  test('M26 engines that are not met: the plugin is off as invalid, told what it needs and what is there, and not tried again', async (t) => {
    const { manager, report, said } = await started(t, {
      'a/metadata.json': { engines: { host: '^9' } },
      'a/plugin.cjs': code('a'),
    })
    assert.deepEqual(report.invalid, ['a'])
    assert.match(said('a').join('\n'), /^error 5:13 ENGINE It needs host \^9, this is 2\.1\.0\./)
    await manager.settled()
    assert.deepEqual([manager.heard.plans.length, snapshot(manager, 'a').failures], [0, 0])
  })
})

describe('names', { concurrency: 8 }, () => {
  const rule = (name: unknown): string => metadata({ name })

  test('M14 a name with a path, a NUL, a line break, escapes, nothing, or 300 characters in it: refused, with the pattern', async (t) => {
    for (const name of ['../up', 'a/b', 'a\\b', 'a\0b', 'a\nb', '%2e%2e', '', 'a'.repeat(300), '..', '.'])
      await refused(t, rule(name), /^error 2:10 (NAME|METADATA)_INVALID .*\^\[a-z0-9\]/)
  })

  test('M15 a name that every object of JavaScript has: refused as reserved', async (t) => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', 'prototype'])
      await refused(t, rule(name), /^error 2:10 NAME_INVALID /)
  })

  test('M16 a name that Windows keeps for a device, or that ends in a dot or a blank: refused everywhere', async (t) => {
    for (const name of ['con', 'nul', 'com1', 'nul.txt', 'a.', 'a '])
      await refused(t, rule(name), /^error 2:10 NAME_INVALID /)
  })

  test('M17 letters that look like others, combined ones, characters of no width or from right to left: refused in a name, and those that steer a terminal are taken out of the description', async (t) => {
    for (const name of ['раypal', 'caf\u00e9', 'cafe\u0301', 'a\u200b', '\u202ea'])
      await refused(t, rule(name), /^error 2:10 NAME_INVALID /)
    const { manager } = await started(t, {
      'a/metadata.json': { description: 'a\u001b[31mb\u202ec\u0007' },
      'a/plugin.cjs': code('a'),
    })
    assert.equal(snapshot(manager, 'a').description, 'a[31mbc')
  })

  test('M18 names that differ in case alone: only lower case is a name', async (t) => {
    const { report, said } = await started(t, {
      'foo/plugin.cjs': code('foo'),
      'foo2/metadata.json': { name: 'Foo' },
      'foo2/plugin.cjs': code('Foo'),
    })
    assert.deepEqual(report.active, ['foo'])
    assert.match(said().join('\n'), /^error 2:11 NAME_INVALID .*"Foo"/)
  })

  test('M19 a folder that is not named like its plugin: it runs, with a warning', async (t) => {
    const { report, said } = await started(t, {
      'a/metadata.json': { name: 'other' },
      'a/plugin.cjs': code('a'),
    })
    assert.deepEqual(report.active, ['other'])
    assert.match(said().join('\n'), /^warning 2:11 NAME_MISMATCH /)
  })
})

describe('the entry', { concurrency: 8 }, () => {
  test('M20 a main that is absolute, goes up, or is a drive, a URL or a module of Node: refused as outside, at its place', async (t) => {
    for (const main of [
      '/etc/x.js',
      '../x.js',
      'lib/../../x.js',
      'C:\\x.js',
      'file:///x.js',
      'http://x.org/x.js',
      'data:text/javascript,1',
      'node:fs',
    ])
      await refused(t, metadata({ main }), /^error 4:10 ENTRY_OUTSIDE `main` should be a file inside/)
  })

  test('M21 an entry that is a link out of the folder, or lies in a folder that is one: it is refused and never run, and a plugin that runs keeps what runs', async (t) => {
    const run = 'globalThis.plugbayTestOutside = true; exports.activate = () => undefined'
    const { folder, manager, report } = await started(
      t,
      {
        'a/metadata.json': {},
        'b/metadata.json': { main: 'lib/x.cjs' },
        'c/metadata.json': {},
        'd/real.cjs': code('d'),
        '../outside/x.cjs': run,
        'c_evil/x.cjs': run,
      },
      (folder) => {
        symlinkSync('../../outside/x.cjs', folder.file('a/plugin.cjs'))
        symlinkSync('../../outside', folder.file('b/lib'))
        symlinkSync('../c_evil/x.cjs', folder.file('c/plugin.cjs'))
        symlinkSync('real.cjs', folder.file('d/plugin.cjs'))
      },
    )
    assert.deepEqual(report.active, ['d'])
    const codes = ['a', 'b', 'c'].map((name) => snapshot(manager, name).problem?.code)
    assert.deepEqual(codes, [
      'ERR_PLUGIN_ENTRY_OUTSIDE',
      'ERR_PLUGIN_ENTRY_MISSING',
      'ERR_PLUGIN_ENTRY_OUTSIDE',
    ])
    unlinkSync(folder.file('d/plugin.cjs'))
    symlinkSync('../../outside/x.cjs', folder.file('d/plugin.cjs'))
    await manager.settled()
    const { state, generation, problem } = snapshot(manager, 'd')
    assert.deepEqual([state, generation, problem?.code], ['active', 1, 'ERR_PLUGIN_ENTRY_OUTSIDE'])
    assert.ok(!('plugbayTestOutside' in globalThis))
  })

  test('M22 an entry that is missing, empty, a folder, or no code: the problem lists the code that is there', async (t) => {
    const { report, said } = await started(
      t,
      {
        'a/src/start.cjs': '',
        'b/metadata.json': { main: 'lib' },
        'b/lib/x.cjs': '',
        'c/plugin.cjs': '',
        'd/metadata.json': { main: 'README.md' },
        'd/README.md': '',
        'd/x.mjs': '',
        'e/metadata.json': { main: 'no.js' },
        'e/x.ts': '',
      },
      (folder) => mkdirSync(folder.file('a/plugin.js')),
    )
    assert.deepEqual([report.active, report.invalid], [[], ['a', 'b', 'c', 'd', 'e']])
    assert.match(said('a').join('\n'), /ENTRY_MISSING .*"src\/start\.cjs"/)
    assert.match(said('b').join('\n'), /METADATA_INVALID .*"lib\/x\.cjs"/)
    assert.match(said('c').join('\n'), /ENTRY_MISSING The entry file "plugin\.cjs" is empty/)
    assert.match(said('d').join('\n'), /METADATA_INVALID .*"x\.mjs"/)
    assert.match(said('e').join('\n'), /ENTRY_MISSING .*"x\.ts"/)
  })

  test('M28 an entry that exports something else (nothing, a class, another name, activate that is no function): the problem says what was found', async (t) => {
    const { report, said } = await started(t, {
      'a/plugin.cjs': '// nothing',
      'b/plugin.mjs': 'export const start = () => 1\nexport default 7',
      'c/plugin.mjs': 'export default class Plugin { activate() {} }',
      'd/plugin.cjs': 'exports.activate = 1',
      'e/plugin.mjs': 'export default { activat() {} }',
    })
    assert.deepEqual(report.failed, ['a', 'b', 'c', 'd', 'e'])
    for (const [name, found] of [
      ['a', 'nothing'],
      ['b', '`default` (number), `start`'],
      ['c', '`default` (a class)'],
      ['d', '`activate` (number)'],
      ['e', '`default` (an object with `activat`)'],
    ] as const)
      assert.ok(
        said(name)[0]?.startsWith(`error EXPORTS ${name} exports no activate function; found ${found}.`),
      )
  })
})
