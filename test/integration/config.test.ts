import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { endingOf, freshEnding, managerFor, snapshot, until, valueOf } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { PluginsFolder } from '../plugin-folder.ts'
import { runChild } from '../process/child.ts'

const on = (...names: string[]): object => ({
  unlisted: 'off',
  plugins: names.map((name) => ({ name, enabled: true })),
})
const activeOf = (manager: TestManager): string =>
  manager.plugins
    .filter(({ state }) => state === 'active')
    .map(({ name }) => name)
    .join()

async function watched(
  t: TestContext,
  config: string | object = on('a', 'b'),
): Promise<{ folder: PluginsFolder; manager: TestManager }> {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': valueCode('cjs', 'a'),
    'b/plugin.cjs': valueCode('cjs', 'b'),
    'c/plugin.cjs': valueCode('cjs', 'c'),
  })
  folder.config(config)
  const manager = managerFor(t, folder, { watch: true })
  await manager.start()
  await until(() => manager.heard.watch.some(({ kind }) => kind === 'ready'))
  await manager.settled()
  return { folder, manager }
}

test('a line flipped by hand takes effect, and touches nobody else', async (t) => {
  const { folder, manager } = await watched(t)
  const a = manager.api('a')
  folder.config(on('a', 'c'))
  await until(() => activeOf(manager) === 'a,c')
  assert.equal(manager.api('a'), a)
  folder.config(on('a', 'b', 'c'))
  await until(() => activeOf(manager) === 'a,b,c')
  assert.equal(manager.api('a'), a)
  assert.equal(manager.heard.plans.length, 3)
  assert.deepEqual(manager.heard.problems, [])
  assert.deepEqual(endingOf(manager), await freshEnding(t, folder))
})

test('comments, order and spaces move nothing', async (t) => {
  const { folder, manager } = await watched(t)
  const { length } = manager.heard.plans
  folder.config(
    `// why\n{ "plugins": [ { "enabled": true, "name": "b" },\n { "name": "a", "enabled": true, }, ], "unlisted": "off" }`,
  )
  const hints = manager.heard.watch.length
  await until(() => manager.heard.watch.length > hints)
  await manager.settled()
  assert.equal(manager.heard.plans.length, length)
  assert.equal(activeOf(manager), 'a,b')
})

test('K1 the config file is deleted while plugins run: what it said still holds, and that is said, until it is back', async (t) => {
  const { folder, manager } = await watched(t)
  rmSync(folder.configFile)
  await until(() => manager.heard.codes().includes('ERR_PLUGIN_CONFIG_MISSING'))
  assert.equal(activeOf(manager), 'a,b')
  assert.equal(manager.heard.plans.length, 1)
  folder.config(on('c'))
  await until(() => activeOf(manager) === 'c')
  assert.deepEqual((await manager.settled()).problems, [])
})

test('K2 a config file that is truncated or does not parse: nothing changes, and the place is told', async (t) => {
  const { folder, manager } = await watched(t)
  for (const [text, code] of [
    ['', 'ERR_PLUGIN_JSON_SYNTAX'],
    ['{ "plugins": [\n  { "name": ', 'ERR_PLUGIN_JSON_SYNTAX'],
    ['{ "plugins": [{ "name": "a", "enabled": "yes" }] }', 'ERR_PLUGIN_CONFIG_INVALID'],
  ] as const) {
    const before = manager.heard.problems.length
    folder.config(text)
    await until(() => manager.heard.problems.length > before, text)
    const problem = manager.heard.problems[before]!
    assert.equal(problem.code, code)
    assert.equal(problem.file, folder.configFile)
    assert.ok(problem.line! >= 1)
    assert.equal(activeOf(manager), 'a,b')
  }
  assert.equal(manager.heard.plans.length, 1)
  folder.config(on('b'))
  await until(() => activeOf(manager) === 'b')
  assert.deepEqual((await manager.settled()).problems, [])
})

test('a config file made later is found, also where editors put a new file in place of the old', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 'a') })
  const manager = managerFor(t, folder, { watch: true })
  await manager.start()
  await until(() => manager.heard.watch.some(({ kind }) => kind === 'ready'))
  assert.equal(activeOf(manager), 'a')
  folder.config({ plugins: [{ name: 'a', enabled: false }] })
  await until(() => activeOf(manager) === '')
  for (const enabled of [true, false, true]) {
    writeFileSync(`${folder.configFile}.new`, JSON.stringify({ plugins: [{ name: 'a', enabled }] }))
    renameSync(`${folder.configFile}.new`, folder.configFile)
    await until(() => activeOf(manager) === (enabled ? 'a' : ''))
  }
})

test('K13 the manager’s own write of the config file: it triggers nothing twice', async (t) => {
  const text = `{
  // what runs
  "unlisted": "off",
  "plugins": [
    { "name": "a", "enabled": true }, // first
    { "name": "b", "enabled": true }
  ]
}
`
  const { folder, manager } = await watched(t, text)
  const off = await manager.disable('b', { persist: true })
  assert.deepEqual([off.state, off.decision?.source], ['off', 'config'])
  assert.equal(
    readFileSync(folder.configFile, 'utf8'),
    text.replace('"b", "enabled": true', '"b", "enabled": false'),
  )
  const added = await manager.enable('c', { persist: true })
  assert.deepEqual([added.state, added.decision?.source], ['active', 'config'])
  assert.match(readFileSync(folder.configFile, 'utf8'), /\/\/ what runs[^]*\/\/ first[^]*"name": "c"/)
  await delay(300)
  await manager.settled()
  assert.equal(manager.heard.plans.length, 3)
  assert.equal(manager.heard.reports.length, 3)
  assert.deepEqual(manager.heard.problems, [])
  assert.equal(existsSync(`${folder.configFile}.lock`), false)
  assert.deepEqual(endingOf(manager), await freshEnding(t, folder))
})

test('persist takes back what the program said before', async (t) => {
  const { manager } = await watched(t)
  await manager.disable('a')
  await manager.enable('a', { persist: true })
  assert.deepEqual(
    [snapshot(manager, 'a').state, snapshot(manager, 'a').decision?.source],
    ['active', 'config'],
  )
})

test('K8 a config file that is a link: it is written through, and made if there is none', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 'a') })
  const real = join(folder.root, 'real.json')
  writeFileSync(real, '{}')
  symlinkSync('real.json', folder.configFile)
  const manager = managerFor(t, folder)
  await manager.start()
  await manager.disable('a', { persist: true })
  assert.match(readFileSync(real, 'utf8'), /"enabled": false/)
  rmSync(folder.configFile)
  await manager.enable('a', { persist: true })
  assert.ok(statSync(folder.configFile).isFile())
  assert.equal(snapshot(manager, 'a').state, 'active')
})

test('what can’t be written changes nothing', async (t) => {
  const { folder, manager } = await watched(t)
  folder.config('{ broken')
  await assert.rejects(manager.disable('a', { persist: true }), { code: 'ERR_PLUGIN_CONFIG_WRITE' })
  assert.equal(activeOf(manager), 'a,b')
  assert.equal(readFileSync(folder.configFile, 'utf8'), '{ broken')
  const without = managerFor(t, folder, { config: false })
  await without.start()
  await assert.rejects(without.disable('a', { persist: true }), { code: 'ERR_PLUGIN_OPTIONS' })
  assert.equal(snapshot(without, 'a').state, 'active')
})

test('K14 settings that do not fit their schema: the plugin goes on with the last that did, and nobody else is touched', async (t) => {
  const schema = {
    type: 'object',
    properties: { port: { type: 'number', default: 80 } },
    additionalProperties: false,
  }
  const folder = pluginsFolder(t, {
    'a/metadata.json': { settings: schema },
    'a/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.settings.port }' }),
    'above/metadata.json': { dependencies: ['a'] },
    'above/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.plugin("a").value }' }),
    'c/plugin.cjs': valueCode('cjs', 'c'),
  })
  const manager = managerFor(t, folder, { watch: true })
  await manager.start()
  await until(() => manager.heard.watch.some(({ kind }) => kind === 'ready'))
  const c = manager.api('c')
  assert.equal(valueOf(manager, 'above'), 80)
  folder.config({ plugins: [{ name: 'a', settings: { port: 81 } }] })
  await until(() => valueOf(manager, 'above') === 81)
  const generations = (): unknown => manager.plugins.map(({ generation }) => generation)
  assert.deepEqual(generations(), [2, 2, 1])
  assert.equal(manager.api('c'), c)
  folder.config({
    plugins: [
      { name: 'a', settings: { port: 81 } },
      { name: 'c', settings: {} },
    ],
  })
  await manager.settled()
  assert.deepEqual(generations(), [2, 2, 1])
  folder.config({ plugins: [{ name: 'a', settings: { port: 'x' } }] })
  await until(() => snapshot(manager, 'a').problem)
  assert.equal(snapshot(manager, 'a').problem?.code, 'ERR_PLUGIN_SETTINGS_INVALID')
  assert.deepEqual([valueOf(manager, 'a'), valueOf(manager, 'above')], [81, 81])
  folder.config({ plugins: [{ name: 'a', settings: { port: 82 } }] })
  await until(() => valueOf(manager, 'above') === 82)
  assert.deepEqual(generations(), [3, 3, 1])
  assert.deepEqual((await manager.settled()).problems, [])
})

test('K5 two processes that toggle a hundred times each: not one toggle is lost', async (t) => {
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
  const folder = pluginsFolder(
    t,
    Object.fromEntries(names.map((name) => [`${name}/plugin.cjs`, valueCode('cjs', name)])),
  )
  folder.config('{\n  // kept\n  "plugins": []\n}\n')
  const results = await Promise.all([
    runChild('toggle', [folder.root, names.slice(0, 10).join(), '100'], 120_000),
    runChild('toggle', [folder.root, names.slice(10).join(), '100'], 120_000),
  ])
  const expected: Record<string, boolean> = {}
  for (const { code, out, err } of results) {
    assert.deepEqual([code, err], [0, ''])
    Object.assign(expected, JSON.parse(out))
  }
  const text = readFileSync(folder.configFile, 'utf8')
  assert.match(text, /\/\/ kept/)
  const { plugins } = JSON.parse(text.replace('// kept', '')) as {
    plugins: { name: string; enabled: boolean }[]
  }
  assert.deepEqual(Object.fromEntries(plugins.map(({ name, enabled }) => [name, enabled])), expected)
  assert.equal(Object.keys(expected).length, 20)
  const manager = managerFor(t, folder)
  await manager.start()
  assert.deepEqual(
    activeOf(manager).split(',').filter(Boolean),
    Object.keys(expected)
      .filter((name) => expected[name])
      .sort(),
  )
})

test('a plugin that is turned off while a look is under way, and then edited, is not started with the edit', async (t) => {
  // More folders than are read in one go.
  const names = Array.from({ length: 70 }, (_, at) => `p${at + 10}`)
  const last = names.at(-1)!
  const folder = pluginsFolder(
    t,
    Object.fromEntries(names.map((name) => [`${name}/plugin.cjs`, valueCode('cjs', 'old')])),
  )
  folder.config({ plugins: [] })
  const manager = managerFor(t, folder, { watch: { settle: 0, rescan: 0 } })
  await manager.start()
  const states = manager.heard.states.length
  // The look has begun when this comes, and goes on after it.
  setImmediate(() => {
    folder.config({ plugins: [{ name: last, enabled: false }] })
    folder.write({ [`${last}/plugin.cjs`]: valueCode('cjs', 'new') })
  })
  await manager.rescan()
  await manager.settled()
  assert.equal(snapshot(manager, last).state, 'off')
  assert.deepEqual(
    manager.heard.states.slice(states).map(({ name, to }) => `${name} ${to}`),
    [`${last} stopping`, `${last} off`],
  )
})

test('a plugin that is edited and turned on in one breath is started with the edit alone', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 'old') })
  folder.config(on('a'))
  const manager = managerFor(t, folder, { watch: { rescan: 0 } })
  await manager.start()
  folder.config(on())
  await manager.settled()
  const started: unknown[] = []
  manager.on('state', ({ to }) => {
    if (to === 'active') started.push(valueOf(manager, 'a'))
  })
  folder.write({ 'a/plugin.cjs': valueCode('cjs', 'new') })
  folder.config(on('a'))
  await manager.settled()
  assert.deepEqual(started, ['new'])
})

test('who turns a plugin on and waits for it does not wait for what others write', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': valueCode('cjs', 'a'),
    'b/plugin.cjs': valueCode('cjs', 'b'),
  })
  folder.config(on('b'))
  const manager = managerFor(t, folder, { watch: { settle: 1000, rescan: 0 } })
  await manager.start()
  folder.write({ 'b/plugin.cjs': valueCode('cjs', 'B') })
  const { state } = await manager.enable('a', { persist: true })
  assert.deepEqual([state, valueOf(manager, 'b')], ['active', 'b'])
})
