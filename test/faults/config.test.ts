import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { editConfig } from '#src/act/edit-config.js'
import { setEnabled } from '#src/act/set-enabled.js'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { cook, namespaceWith } from './recipe.ts'

interface Told {
  readonly ms: number
  readonly refused?: { readonly code: string; readonly message: string; readonly hint: string }
  readonly same: boolean
  readonly left: readonly string[]
  readonly after?: boolean
  readonly states: readonly string[]
}

test('K6 a process that is killed while it writes: the file is whole, and the next write sweeps what it left', async (t) => {
  const child = fileURLToPath(new URL('./toggle-on.child.js', import.meta.url))
  const rounds = Array.from({ length: 8 }, async (_, round) => {
    const { root } = pluginsFolder(t)
    const path = join(root, 'c.json')
    const text = '{\n  // kept\n  "plugins": []\n}\n'
    writeFileSync(path, text)
    const running = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(running, 'exit')
    await once(running.stdout, 'data')
    // The moments of its writes are its own: each round meets another.
    await delay(round * 2.5)
    running.kill('SIGKILL')
    await ended
    const { plugins } = JSON.parse(readFileSync(path, 'utf8').replace('// kept', '')) as {
      plugins: { name: string; enabled: boolean }[]
    }
    assert.ok(
      plugins.length >= 1 &&
        plugins.every(({ name, enabled }) => /^p[0-6]$/.test(name) && enabled !== undefined),
    )
    const start = performance.now()
    await editConfig(path, (text) => setEnabled(text, 'after', true))
    assert.ok(performance.now() - start < 9000, 'nobody waits until its lock is ten seconds old')
    assert.deepEqual(readdirSync(root).sort(), ['c.json', 'plugins'])
  })
  await Promise.all(rounds)
})

test('K6 a temporary file and a lock that a dead process left: swept and taken over by the next write', async (t) => {
  const { root } = pluginsFolder(t)
  const path = join(root, 'c.json')
  writeFileSync(path, '{ "plugins": [] }')
  writeFileSync(`${path}.0123456789ab.tmp`, '{ "plug')
  writeFileSync(`${path}.mine.tmp`, 'not of plugbay')
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(`${path}.lock`, `${pid} ${hostname()}\n`)
  await editConfig(path, (text) => setEnabled(text, 'a', true))
  assert.deepEqual(readdirSync(root).sort(), ['c.json', 'c.json.mine.tmp', 'plugins'])
})

const readOnly = (disk: string): string => `mount --bind ${disk} ${disk} && mount -o remount,bind,ro ${disk}`
const small = (disk: string): string => `mount -t tmpfs -o size=64k tmpfs ${disk}`

test('K8 a config file on a read-only disk: ERR_PLUGIN_CONFIG_WRITE with the remedy, and a toggle without persist works', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1) })
  const disk = join(folder.root, 'disk')
  mkdirSync(disk)
  writeFileSync(join(disk, 'plugins.config.json'), '{ "plugins": [] }')
  const recipe = namespaceWith(readOnly(disk))
  if (recipe.refused !== false) return t.skip(recipe.refused)
  const { refused, same, left, states } = await cook<Told>(recipe, 'disk', folder.root, 'read-only')
  assert.equal(refused?.code, 'ERR_PLUGIN_CONFIG_WRITE')
  assert.match(refused.message, /EROFS.*Nothing was changed/)
  assert.match(refused.hint, /read-only.*leave out persist/)
  assert.deepEqual([same, left], [true, ['plugins.config.json']])
  assert.deepEqual(states, ['a active', 'a active', 'a off'])
})

test('K8 a config file that Kubernetes mounts, two links deep: the toggle is written where the file lies', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1) })
  const at = (name: string): string => join(folder.root, name)
  mkdirSync(at('..2026'))
  writeFileSync(at('..2026/plugins.config.json'), '{ "plugins": [] }')
  symlinkSync('..2026', at('..data'))
  symlinkSync('..data/plugins.config.json', folder.configFile)
  const manager = managerFor(t, folder)
  await manager.start()
  await manager.disable('a', { persist: true })
  assert.match(readFileSync(at('..2026/plugins.config.json'), 'utf8'), /"enabled": false/)
  assert.deepEqual(readdirSync(at('..2026')), ['plugins.config.json'])
  assert.equal(snapshot(manager, 'a').state, 'off')
})

test('K12 a disk that is full when the config file is written: the old file is whole, the plugin runs on, and nothing is left', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1) })
  const disk = join(folder.root, 'disk')
  mkdirSync(disk)
  const recipe = namespaceWith(small(disk))
  if (recipe.refused !== false) return t.skip(recipe.refused)
  const { refused, same, left, states, after, ms } = await cook<Told>(
    recipe,
    'disk',
    folder.root,
    'full-config',
  )
  assert.equal(refused?.code, 'ERR_PLUGIN_CONFIG_WRITE')
  assert.match(refused.message, /ENOSPC/)
  assert.match(refused.hint, /Free some space/)
  assert.deepEqual([same, left], [true, ['filler', 'plugins.config.json']])
  assert.deepEqual(states, ['a active', 'a active', 'a off'])
  assert.equal(after, true)
  assert.ok(ms < 5000)
})

test('K1 the config file is deleted and comes back as it was: nothing restarts', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': valueCode('cjs', 1),
    'b/plugin.cjs': valueCode('cjs', 1),
  })
  const config = { plugins: [{ name: 'b', enabled: false }] }
  folder.config(config)
  const manager = managerFor(t, folder)
  await manager.start()
  rmSync(folder.configFile)
  await manager.settled()
  assert.deepEqual([snapshot(manager, 'a').state, snapshot(manager, 'b').state], ['active', 'off'])
  folder.config(config)
  assert.deepEqual((await manager.settled()).problems, [])
  assert.deepEqual([snapshot(manager, 'a').generation, snapshot(manager, 'b').state], [1, 'off'])
})

test('K2 a config file that is half written when it first appears: what runs goes on, until it is whole', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': valueCode('cjs', 1),
    'b/plugin.cjs': valueCode('cjs', 1),
  })
  const manager = managerFor(t, folder)
  await manager.start()
  const api = manager.api('a')
  for (const text of ['', '{ "plugins": [{ "name": "b",']) {
    folder.config(text)
    await manager.settled()
    assert.equal(manager.api('a'), api)
    assert.equal(valueOf(manager, 'b'), 1)
    assert.equal(manager.heard.problems.at(-1)?.code, 'ERR_PLUGIN_JSON_SYNTAX')
  }
  rmSync(folder.configFile)
  assert.deepEqual((await manager.settled()).problems, [])
  folder.config({ plugins: [{ name: 'b', enabled: false }] })
  assert.deepEqual((await manager.settled()).problems, [])
  assert.equal(manager.api('a'), api)
  assert.equal(snapshot(manager, 'b').state, 'off')
})

test('K15 a dependency that is turned off in the config while its dependents run: they stop before it, and say why', async (t) => {
  const seen: string[] = []
  const says = (name: string): string =>
    pluginCode('cjs', {
      activate: `ctx.onDispose(() => ctx.host.seen.push('-${name}')); return { value: '${name}' }`,
    })
  const folder = pluginsFolder(t, {
    'base/plugin.cjs': says('base'),
    'top/metadata.json': { dependencies: ['base'] },
    'top/plugin.cjs': says('top'),
  })
  const manager = managerFor(t, folder, { watch: true, context: { seen } })
  await manager.start()
  folder.config({ plugins: [{ name: 'base', enabled: false }] })
  await until(() => snapshot(manager, 'top').state === 'blocked')
  assert.deepEqual(seen, ['-top', '-base'])
  const { problem } = snapshot(manager, 'top')
  assert.equal(problem?.code, 'ERR_PLUGIN_DEPENDENCY_OFF')
  assert.match(problem.message, /plugins\.config\.json/)
  folder.config({ plugins: [{ name: 'base', enabled: true }] })
  await until(() => valueOf(manager, 'top') === 'top')
})
