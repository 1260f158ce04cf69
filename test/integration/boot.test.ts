import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { createPluginManager, isPluginError } from 'plugbay'
import type { Problem } from 'plugbay'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'

const code = (value: unknown): string => valueCode('cjs', value)

test('plugins start in the order of their dependencies, ties by name, and the report says so', async (t) => {
  const folder = pluginsFolder(t, {
    'a/metadata.json': { dependencies: ['z'] },
    'a/plugin.cjs': code('a'),
    'm/plugin.cjs': code('m'),
    'z/metadata.json': { optionalDependencies: ['m', 'nobody'] },
    'z/plugin.cjs': code('z'),
    'b/plugin.cjs': code('b'),
  })
  const manager = managerFor(t, folder)
  const report = await manager.start()
  assert.deepEqual(report.order, ['m', 'z', 'a', 'b'])
  assert.deepEqual(report.active, ['a', 'b', 'm', 'z'])
  assert.deepEqual([report.off, report.blocked, report.failed, report.invalid], [[], [], [], []])
  assert.deepEqual(report.problems, [])
  assert.ok(report.ms > 0)
  const a = snapshot(manager, 'a')
  assert.deepEqual(a.dependencies, ['z'])
  assert.deepEqual(snapshot(manager, 'z').dependencies, ['m'])
  assert.deepEqual(snapshot(manager, 'z').dependents, ['a'])
  assert.deepEqual([a.state, a.version, a.generation, a.directory], ['active', '1.0.0', 1, folder.file('a')])
  assert.equal(a.problem, undefined)
  assert.equal(a.because, 'unlisted is "on"')
  assert.ok(a.ms > 0 && a.timings.load > 0)
  assert.deepEqual(manager.heard.statesOf('a'), ['loading', 'active'])
  assert.equal(manager.heard.states[0]?.from, undefined)
  assert.equal(manager.heard.plans.length, 1)
  assert.deepEqual(manager.heard.plans[0]?.start, ['m', 'z', 'a', 'b'])
})

test('every way to be bad takes down that plugin and what depends on it, and start() resolves', async (t) => {
  const folder = pluginsFolder(t, {
    'good/plugin.cjs': code('good'),
    'broken-json/metadata.json': '{ "name": "broken-json", ',
    'broken-json/plugin.cjs': code(1),
    'no-version/metadata.json': '{ "name": "no-version" }',
    'no-version/plugin.cjs': code(1),
    'no-entry/metadata.json': {},
    'syntax/plugin.cjs': 'exports.activate = () => {{',
    'throws/plugin.cjs': 'throw new Error("at load")',
    'no-activate/plugin.cjs': 'exports.start = () => 1',
    'bad-activate/plugin.cjs': pluginCode('cjs', { activate: 'throw new Error("in activate")' }),
    'needs-missing/metadata.json': { dependencies: ['missing'] },
    'needs-missing/plugin.cjs': code(1),
    'needs-bad/metadata.json': { dependencies: ['bad-activate'] },
    'needs-bad/plugin.cjs': code(1),
    'needs-needs/metadata.json': { dependencies: ['needs-bad'] },
    'needs-needs/plugin.cjs': code(1),
    'circle-a/metadata.json': { dependencies: ['circle-b'] },
    'circle-a/plugin.cjs': code(1),
    'circle-b/metadata.json': { dependencies: ['circle-a'] },
    'circle-b/plugin.cjs': code(1),
    'wrong-engine/metadata.json': { engines: { host: '^9' } },
    'wrong-engine/plugin.cjs': code(1),
    'bad-settings/metadata.json': { settings: { type: 'object', properties: { port: { type: 'number' } } } },
    'bad-settings/plugin.cjs': code(1),
  })
  folder.config({ plugins: [{ name: 'bad-settings', settings: { port: 'x' } }] })
  const manager = managerFor(t, folder, { hostVersion: '1.0.0' })
  const report = await manager.start()
  assert.deepEqual(report.active, ['good'])
  assert.deepEqual(report.failed, ['bad-activate', 'no-activate', 'syntax', 'throws'])
  assert.deepEqual(report.blocked, ['circle-a', 'circle-b', 'needs-bad', 'needs-missing', 'needs-needs'])
  assert.deepEqual(report.invalid, ['bad-settings', 'broken-json', 'no-entry', 'no-version', 'wrong-engine'])
  const codes = Object.fromEntries(manager.plugins.map(({ name, problem }) => [name, problem?.code]))
  assert.deepEqual(codes, {
    'bad-activate': 'ERR_PLUGIN_ACTIVATE',
    'bad-settings': 'ERR_PLUGIN_SETTINGS_INVALID',
    'broken-json': 'ERR_PLUGIN_JSON_SYNTAX',
    'circle-a': 'ERR_PLUGIN_DEPENDENCY_CYCLE',
    'circle-b': 'ERR_PLUGIN_DEPENDENCY_CYCLE',
    good: undefined,
    'needs-bad': 'ERR_PLUGIN_DEPENDENCY_FAILED',
    'needs-missing': 'ERR_PLUGIN_DEPENDENCY_MISSING',
    'needs-needs': 'ERR_PLUGIN_DEPENDENCY_FAILED',
    'no-activate': 'ERR_PLUGIN_EXPORTS',
    'no-entry': 'ERR_PLUGIN_ENTRY_MISSING',
    'no-version': 'ERR_PLUGIN_METADATA_INVALID',
    syntax: 'ERR_PLUGIN_SYNTAX',
    throws: 'ERR_PLUGIN_LOAD',
    'wrong-engine': 'ERR_PLUGIN_ENGINE',
  })
  for (const { name, problem } of manager.plugins) {
    if (!problem) continue
    assert.equal(problem.plugin, name)
    assert.ok(problem.message.length > 10 && problem.hint.length > 10, name)
    const same = (other: Problem): boolean => other.code === problem.code && other.message === problem.message
    assert.ok(report.problems.some(same), `${name} is in the report`)
    assert.equal(manager.heard.problems.filter(same).length, 1, `${name} was told once`)
  }
  const root = snapshot(manager, 'needs-needs').problem!.message
  assert.match(root, /bad-activate/)
  assert.match(root, /in activate/)
  assert.match(snapshot(manager, 'circle-a').problem!.message, /circle-a -> circle-b -> circle-a/)
})

test('each problem is told once, also over many looks', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': 'throw new Error("no")',
    'b/metadata.json': { dependencies: ['a'], versoin: '1' },
    'b/plugin.cjs': code(1),
  })
  const manager = managerFor(t, folder)
  await manager.start()
  const before = [...manager.heard.problems]
  assert.deepEqual(before.map((problem) => `${problem.plugin} ${problem.code}`).sort(), [
    'a ERR_PLUGIN_LOAD',
    'b ERR_PLUGIN_DEPENDENCY_FAILED',
    'b ERR_PLUGIN_KEY_UNKNOWN',
  ])
  await manager.rescan()
  await manager.settled()
  assert.equal(manager.heard.problems.length, before.length)
  assert.equal(manager.heard.reports.length, 1)
})

test('under strict: true start() rejects with every error, and everything is closed again', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': 'throw new Error("first")',
    'b/plugin.cjs': 'throw new Error("second")',
    'c/plugin.cjs': pluginCode('cjs', { deactivate: 'ctx.host.seen.push("c stopped")' }),
    'd/metadata.json': { unknown: 1 },
    'd/plugin.cjs': code(1),
  })
  const manager = managerFor(t, folder, { strict: true, context: { seen } })
  const error: unknown = await manager.start().then(
    () => assert.fail('start() resolved'),
    (cause: unknown) => cause,
  )
  assert.ok(error instanceof AggregateError)
  assert.deepEqual(
    error.errors.map((one) => isPluginError(one) && `${one.problem.plugin} ${one.code}`),
    ['a ERR_PLUGIN_LOAD', 'b ERR_PLUGIN_LOAD'],
  )
  assert.deepEqual(seen, ['c stopped'])
  assert.deepEqual(
    manager.plugins.filter(({ state }) => state === 'active'),
    [],
  )
  await assert.rejects(manager.rescan(), { code: 'ERR_PLUGIN_CLOSED' })
})

test('under strict: true a warning is no reason to reject', async (t) => {
  const folder = pluginsFolder(t, { 'a/metadata.json': { unknown: 1 }, 'a/plugin.cjs': code(1) })
  const report = await managerFor(t, folder, { strict: true }).start()
  assert.deepEqual(report.active, ['a'])
  assert.deepEqual(
    report.problems.map((problem) => problem.code),
    ['ERR_PLUGIN_KEY_UNKNOWN'],
  )
})

test('F18 a plugins folder that is missing at the start: start() resolves with a warning, and the plugins run once it is there', async (t) => {
  const folder = pluginsFolder(t)
  folder.remove('.')
  const manager = managerFor(t, folder)
  const report = await manager.start()
  assert.deepEqual(
    report.problems.map((problem) => [problem.code, problem.file]),
    [['ERR_PLUGIN_DIRECTORY', folder.path]],
  )
  mkdirSync(folder.path)
  folder.write({ 'a/metadata.json': {}, 'a/plugin.cjs': code(1) })
  const later = await manager.settled()
  assert.deepEqual([later.active, later.problems], [['a'], []])
})

test('several plugins folders, folders elsewhere and objects make one family', async (t) => {
  const folder = pluginsFolder(t, {
    'a/metadata.json': { dependencies: { object: '^2' } },
    'a/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.plugin("object").value + 1 }' }),
    '../more/b/metadata.json': { name: 'b', version: '1.0.0', dependencies: ['a', 'far'] },
    '../more/b/plugin.cjs': pluginCode('cjs', {
      activate: 'return { value: ctx.plugin("a").value + ctx.plugin("far").value }',
    }),
    '../elsewhere/far/metadata.json': {},
    '../elsewhere/far/plugin.cjs': code(100),
  })
  const manager = managerFor(t, folder, {
    directory: [folder.path, folder.file('../more')],
    plugins: [
      { name: 'object', plugin: { activate: () => ({ value: 1 }) }, metadata: { version: '2.1.0' } },
      { name: 'far', path: folder.file('../elsewhere/far') },
    ],
  })
  const report = await manager.start()
  assert.deepEqual(
    report.problems.map(({ message }) => message),
    [],
  )
  assert.deepEqual(report.order, ['object', 'a', 'far', 'b'])
  assert.equal(valueOf(manager, 'b'), 102)
  assert.equal(snapshot(manager, 'object').version, '2.1.0')
  assert.equal(snapshot(manager, 'object').directory, '')
  assert.equal(snapshot(manager, 'far').directory, folder.file('../elsewhere/far'))
})

test('M13 two folders with one name at the start: the first by folder name runs, and the problem of the other names both paths', async (t) => {
  const folder = pluginsFolder(t, {
    'x2/metadata.json': { name: 'same', version: '2.0.0' },
    'x2/plugin.cjs': code('second'),
    'x1/metadata.json': { name: 'same', version: '1.0.0' },
    'x1/plugin.cjs': code('first'),
  })
  const manager = managerFor(t, folder)
  const report = await manager.start()
  assert.deepEqual([report.active, report.invalid], [['same'], ['same']])
  assert.equal(valueOf(manager, 'same'), 'first')
  const rejected = manager.plugins.find(({ state }) => state === 'invalid')!
  assert.equal(rejected.directory, folder.file('x2'))
  assert.equal(rejected.problem?.code, 'ERR_PLUGIN_NAME_TAKEN')
  assert.ok(rejected.problem.message.includes(folder.file('x1')))
  assert.ok(rejected.problem.message.includes(folder.file('x2')))
  assert.equal(snapshot(manager, 'same').state, 'active')
})

test('M13 a folder that comes with the name of one that runs: the running one keeps it, and hands it over when it goes', async (t) => {
  const folder = pluginsFolder(t, { 'x2/metadata.json': { name: 'same' }, 'x2/plugin.cjs': code('second') })
  const manager = managerFor(t, folder)
  await manager.start()
  folder.write({ 'x1/metadata.json': { name: 'same' }, 'x1/plugin.cjs': code('first') })
  const report = await manager.settled()
  assert.equal(valueOf(manager, 'same'), 'second')
  assert.equal(snapshot(manager, 'same').generation, 1)
  assert.deepEqual(report.problems.map((problem) => problem.code).sort(), [
    'ERR_PLUGIN_NAME_MISMATCH',
    'ERR_PLUGIN_NAME_TAKEN',
  ])
  folder.remove('x2')
  await manager.settled()
  assert.equal(valueOf(manager, 'same'), 'first')
  assert.deepEqual(
    manager.plugins.map(({ state }) => state),
    ['active'],
  )
})

test('who decides: the program, the environment, the config file, metadata.json, unlisted', async (t) => {
  const folder = pluginsFolder(t, {
    'by-program/plugin.cjs': code(1),
    'by-env/plugin.cjs': code(1),
    'by-config/metadata.json': { enabled: true },
    'by-config/plugin.cjs': code(1),
    'by-metadata/metadata.json': { enabled: true },
    'by-metadata/plugin.cjs': code(1),
    'by-nobody/plugin.cjs': code(1),
    'pulled/metadata.json': { enabled: false },
    'pulled/plugin.cjs': code(1),
    'pulls/metadata.json': { enabled: true, dependencies: ['pulled'] },
    'pulls/plugin.cjs': code(1),
  })
  folder.config({
    unlisted: 'off',
    plugins: [
      { name: 'by-program', enabled: true },
      { name: 'by-env', enabled: false },
      { name: 'by-config', enabled: false },
    ],
  })
  const manager = managerFor(t, folder, { plugins: [{ name: 'by-program', enabled: false }] })
  const report = await manager.start()
  assert.deepEqual(report.active, ['by-metadata', 'pulled', 'pulls'])
  assert.deepEqual(report.off, ['by-config', 'by-env', 'by-nobody', 'by-program'])
  const sources = Object.fromEntries(manager.plugins.map(({ name, decision }) => [name, decision?.source]))
  assert.deepEqual(sources, {
    'by-config': 'config',
    'by-env': 'config',
    'by-metadata': 'metadata',
    'by-nobody': 'unlisted',
    'by-program': 'program',
    pulled: 'dependency',
    pulls: 'metadata',
  })
  assert.deepEqual(
    snapshot(manager, 'by-program').decision?.lost.map(({ source }) => source),
    ['config', 'unlisted'],
  )
  assert.match(snapshot(manager, 'by-config').because, /plugins\.config\.json:\d+:\d+/)
  assert.match(snapshot(manager, 'by-program').because, /plugins option/)

  const env = { ENABLED_PLUGINS: 'by-env, pulls ,!pulled,stranger' }
  const second = managerFor(t, folder, { env })
  const other = await second.start()
  assert.deepEqual(other.active, ['by-env'])
  assert.deepEqual(other.blocked, ['pulls'])
  assert.equal(snapshot(second, 'pulls').problem?.code, 'ERR_PLUGIN_DEPENDENCY_OFF')
  assert.match(snapshot(second, 'pulls').problem!.message, /ENABLED_PLUGINS says !pulled/)
  assert.ok(
    other.problems.some(
      (problem) => problem.code === 'ERR_PLUGIN_NOT_FOUND' && /stranger/.test(problem.message),
    ),
  )
})

test('enable() and disable() are the program’s word, stronger than everything', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': code('a'),
    'b/metadata.json': { dependencies: ['a'] },
    'b/plugin.cjs': code('b'),
  })
  const manager = managerFor(t, folder, { env: { ENABLED_PLUGINS: '*' } })
  await manager.start()
  const off = await manager.disable('a')
  assert.deepEqual([off.state, off.because], ['off', 'manager.disable()'])
  assert.equal(snapshot(manager, 'b').state, 'blocked')
  assert.match(snapshot(manager, 'b').problem!.message, /manager\.disable\(\)/)
  assert.equal(manager.api('a'), undefined)
  const on = await manager.enable('a')
  assert.deepEqual([on.state, on.generation], ['active', 2])
  assert.equal(snapshot(manager, 'b').generation, 2)
  await assert.rejects(manager.enable('nobody'), { code: 'ERR_PLUGIN_NAME_UNKNOWN' })
  await assert.rejects(manager.reload('nobody'), { code: 'ERR_PLUGIN_NAME_UNKNOWN' })
})

test('reload() restarts a plugin and its dependents although nothing changed', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': code('a'),
    'b/metadata.json': { dependencies: ['a'] },
    'b/plugin.cjs': code('b'),
    'c/plugin.cjs': code('c'),
  })
  const manager = managerFor(t, folder)
  await manager.start()
  const { generation, reloads } = await manager.reload('a')
  assert.deepEqual([generation, reloads], [2, 1])
  assert.deepEqual(
    manager.plugins.map((plugin) => [plugin.name, plugin.generation]),
    [
      ['a', 2],
      ['b', 2],
      ['c', 1],
    ],
  )
})

test('plan() tells what the next look would do, and does nothing', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': code('a'),
    'b/metadata.json': { dependencies: ['a'] },
    'b/plugin.cjs': code('b'),
    'c/plugin.cjs': code('c'),
  })
  const manager = managerFor(t, folder)
  await manager.start()
  assert.deepEqual(manager.plan(), { stop: [], start: [], restart: [], changed: [] })
  folder.write({ 'a/plugin.cjs': code('A'), 'd/metadata.json': {}, 'd/plugin.cjs': code('d') })
  folder.remove('c')
  const expected = { stop: ['c'], start: ['d'], restart: ['a', 'b'], changed: ['a'] }
  assert.deepEqual(manager.plan(), expected)
  assert.deepEqual(manager.plan(), expected)
  assert.equal(valueOf(manager, 'a'), 'a')
  await manager.settled()
  assert.deepEqual(manager.plan(), { stop: [], start: [], restart: [], changed: [] })
  const done = manager.heard.plans.slice(1)
  for (const key of ['stop', 'start', 'restart', 'changed'] as const) {
    assert.deepEqual(
      done.flatMap((plan) => plan[key]),
      expected[key],
    )
  }
  folder.config({ plugins: [{ name: 'd', enabled: false }] })
  assert.deepEqual(manager.plan().stop, ['d'])
})

test('C8 start() twice: the second is refused', async (t) => {
  const manager = managerFor(t, pluginsFolder(t))
  await manager.start()
  await assert.rejects(manager.start(), { code: 'ERR_PLUGIN_STARTED' })
})

test('an option of the wrong kind is refused at once', () => {
  const wrong = [
    { directory: '' },
    { directory: [''] },
    { config: '' },
    { timeouts: { activate: -1 } },
    { timeouts: { drain: Number.NaN } },
    { watch: { settle: -1 } },
    { plugins: [{ name: '' }] },
    { plugins: [{ name: 'x', path: '/x', plugin: { activate: () => 1 } }] },
  ]
  for (const options of wrong) {
    assert.throws(
      () => createPluginManager(options),
      (cause) => isPluginError(cause) && cause.code === 'ERR_PLUGIN_OPTIONS',
      JSON.stringify(options),
    )
  }
})

test('C11 a listener that throws, rejects or never comes back: told to the log, not waited for, and harms nobody', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': code('a') })
  const manager = managerFor(t, folder)
  manager.on('state', () => {
    throw new Error('bad listener')
  })
  const later: ((report: unknown) => unknown)[] = [
    () => Promise.reject(new Error('bad promise')),
    () => new Promise(() => undefined),
  ]
  for (const listener of later) manager.on('report', listener)
  let heard = 0
  manager.on('report', () => {
    heard += 1
  })
  await manager.start()
  assert.equal(heard, 1)
  assert.equal(valueOf(manager, 'a'), 'a')
  const complained = (text: string): boolean =>
    manager.heard.lines.some((line) => line.startsWith('error') && line.includes(text))
  assert.ok(complained('bad listener'))
  await until(() => complained('bad promise'))
})

test('a listener that was taken away hears nothing', async (t) => {
  const manager = managerFor(t, pluginsFolder(t, { 'a/plugin.cjs': code('a') }))
  const off = manager.on('report', () => assert.fail('heard'))
  off()
  await manager.start()
})
