import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, readFileSync, watch } from 'node:fs'
import { createServer } from 'node:http'
import { connect, createServer as createSocketServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PluginContext, PluginDefinition, PluginOption } from 'plugbay'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'

type Ctx = PluginContext<any>

const object = (name: string, plugin: PluginDefinition<any>): PluginOption => ({ name, plugin })

test('P4 a top-level await that settles after its time: what it brings about is undone, and never goes live', async (t) => {
  const seen: string[] = []
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const key = Symbol.for('plugbay.test.late-load')
  Object.assign(globalThis, { [key]: { seen, gate } })
  t.after(() => Reflect.deleteProperty(globalThis, key))
  const folder = pluginsFolder(t, { 'a/plugin.mjs': valueCode('mjs', 1) })
  const manager = managerFor(t, folder, { timeouts: { activate: 50 } })
  await manager.start()
  folder.write({
    'a/plugin.mjs': [
      `const { seen, gate } = globalThis[Symbol.for('plugbay.test.late-load')]`,
      `await gate`,
      `setInterval(() => seen.push('interval'), 1)`,
      `globalThis.setTimeout(() => seen.push('over'), 20)`,
      `export const activate = () => { seen.push('activate') }`,
    ].join('\n'),
  })
  await manager.settled()
  assert.equal(snapshot(manager, 'a').problem?.code, 'ERR_PLUGIN_LOAD_TIMEOUT')
  open()
  await until(() => seen.includes('over'))
  await manager.rescan()
  assert.deepEqual(seen, ['over'])
  assert.deepEqual([valueOf(manager, 'a'), snapshot(manager, 'a').generation], [1, 1])
  assert.deepEqual(manager.heard.codes('a'), ['ERR_PLUGIN_LOAD_TIMEOUT', 'ERR_PLUGIN_LATE_EFFECT'])
})

/** Something that throws whatever is done with it. */
const untouchable = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const liar = (): unknown =>
  Object.defineProperty(new Error('lies'), 'stack', {
    get: () => {
      throw new Error('no stack for you')
    },
  })

test('P6 an activate that throws anything at all: reported in words, its effects undone, and the old is back', async (t) => {
  let undone = 0
  let begun = 0
  let next: { readonly value: unknown } | undefined
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', {
        activate(ctx: Ctx) {
          begun += 1
          ctx.onDispose(() => (undone += 1))
          const thrown = next
          next = undefined
          if (thrown) throw thrown.value
          return { value: 'fine' }
        },
      }),
    ],
  })
  await manager.start()
  const survives = async (value: unknown): Promise<void> => {
    next = { value }
    const { state, problem } = await manager.reload('a')
    assert.equal(state, 'active')
    assert.equal(problem?.code, 'ERR_PLUGIN_ACTIVATE')
    assert.match(problem.message, /threw in activate/)
    assert.equal(valueOf(manager, 'a'), 'fine')
    assert.equal(begun - undone, 1)
  }
  const odd = [untouchable(), liar(), Object.freeze(new Error('frozen')), Symbol('s'), '', () => undefined]
  for (const value of odd) await survives(value)
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true })
  await fc.assert(fc.asyncProperty(anything, survives), { numRuns: 200 })
})

test('P9 a deactivate and a disposer that throw anything at all: reported, and the rest is undone', async (t) => {
  const odd = [untouchable(), liar(), null, undefined, Symbol('s')]
  for (const value of odd) {
    const seen: string[] = []
    const throws = (): never => {
      throw value
    }
    const manager = managerFor(t, undefined, {
      plugins: [
        object('a', {
          activate(ctx: Ctx) {
            ctx.onDispose(() => seen.push('first'))
            ctx.onDispose(throws)
            ctx.onDispose(() => Promise.reject(value))
            ctx.onDispose(() => seen.push('last'))
          },
          deactivate: throws,
        }),
      ],
    })
    await manager.start()
    assert.equal((await manager.disable('a')).state, 'off')
    assert.deepEqual(seen, ['last', 'first'])
    assert.deepEqual(manager.heard.codes(), [
      'ERR_PLUGIN_DEACTIVATE',
      'ERR_PLUGIN_DISPOSE',
      'ERR_PLUGIN_DISPOSE',
    ])
  }
})

test('P10 a deactivate and a disposer that never settle: given up after their limit, and the reload goes on', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      activate: 'ctx.onDispose(() => new Promise(() => undefined)); return { value: 1 }',
      deactivate: 'await new Promise(() => undefined)',
    }),
  })
  const manager = managerFor(t, folder, { timeouts: { deactivate: 30 } })
  await manager.start()
  folder.write({ 'a/plugin.cjs': valueCode('cjs', 2) })
  await manager.settled()
  assert.equal(valueOf(manager, 'a'), 2)
  assert.deepEqual(manager.heard.codes('a'), ['ERR_PLUGIN_DEACTIVATE_TIMEOUT', 'ERR_PLUGIN_DISPOSE_TIMEOUT'])
})

test('P16 listeners on an emitter of the host: those of ctx.on go with their generation, and so does what onDispose takes away', async (t) => {
  const emitter = new EventEmitter()
  const target = new EventTarget()
  const heard: string[] = []
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      activate: [
        `const say = (what) => () => ctx.host.heard.push(what + ctx.generation)`,
        `const byHand = say('by hand ')`,
        `ctx.on(ctx.host.emitter, 'x', say('emitter '))`,
        `ctx.on(ctx.host.target, 'x', say('target '))`,
        `ctx.host.emitter.on('x', byHand); ctx.onDispose(() => ctx.host.emitter.off('x', byHand))`,
      ].join('; '),
    }),
  })
  const manager = managerFor(t, folder, { context: { emitter, target, heard } })
  await manager.start()
  for (let reload = 0; reload < 20; reload += 1) await manager.reload('a')
  emitter.emit('x')
  target.dispatchEvent(new Event('x'))
  assert.deepEqual(heard, ['emitter 21', 'by hand 21', 'target 21'])
  await manager.disable('a')
  assert.equal(emitter.listenerCount('x'), 0)
  target.dispatchEvent(new Event('x'))
  assert.equal(heard.length, 3)
})

test('P17 servers, sockets, file watchers and child processes: what ctx.use owns is closed with its generation', async (t) => {
  const { root } = pluginsFolder(t)
  const left = createSocketServer().listen(0, '127.0.0.1')
  t.after(() => left.close())
  await once(left, 'listening')
  const { port } = left.address() as AddressInfo
  const made: { server: ReturnType<typeof createServer>; ended: Promise<unknown>[] } = {
    server: createServer(),
    ended: [],
  }
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', {
        async activate(ctx: Ctx) {
          const server = ctx.use(made.server)
          await once(server.listen(0, '127.0.0.1'), 'listening')
          const watcher = ctx.use(watch(root))
          const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
          ctx.use({ dispose: () => child.kill('SIGKILL') })
          const socket = connect(port, '127.0.0.1')
          ctx.use({ dispose: () => socket.destroy() })
          await once(socket, 'connect')
          made.ended = [once(watcher, 'close'), once(child, 'exit'), once(socket, 'close')]
        },
      }),
    ],
  })
  assert.deepEqual((await manager.start()).problems, [])
  assert.equal(made.server.listening, true)
  await manager.disable('a')
  assert.equal(made.server.listening, false)
  await Promise.all(made.ended)
  assert.deepEqual(manager.heard.codes(), [])
})

test('P18 a plugin that holds a port: the old gives it back before the new takes it, and has it again if the new fails', async (t) => {
  const listens = (version: number, then = ''): string =>
    pluginCode('cjs', {
      top: `const { createServer } = require('node:http'); const { once } = require('node:events')`,
      activate: [
        `const server = createServer((_, response) => response.setHeader('connection', 'close').end('${version}'))`,
        `ctx.onDispose(() => { server.closeAllConnections(); return new Promise((resolve) => server.close(resolve)) })`,
        `server.listen(ctx.host.port, '127.0.0.1'); await once(server, 'listening')`,
        `ctx.host.port = server.address().port; ${then}`,
      ].join('; '),
    })
  const host = { port: 0 }
  const answer = async (): Promise<string> => (await fetch(`http://127.0.0.1:${host.port}`)).text()
  const folder = pluginsFolder(t, { 'a/plugin.cjs': listens(1) })
  const manager = managerFor(t, folder, { context: host })
  await manager.start()
  const { port } = host
  assert.equal(await answer(), '1')
  folder.write({ 'a/plugin.cjs': listens(2) })
  await manager.settled()
  assert.deepEqual([await answer(), host.port, manager.heard.codes()], ['2', port, []])
  folder.write({ 'a/plugin.cjs': listens(3, `throw new Error('not with this port')`) })
  await manager.settled()
  assert.deepEqual([await answer(), host.port], ['2', port])
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_ACTIVATE'])
})

test('P21 a plugin that writes to its context, its metadata or its settings: refused, and no other plugin sees it', async (t) => {
  const attempts = [
    `ctx.host = 1`,
    `ctx.settings.list.push('mine')`,
    `ctx.settings.own = 1`,
    `ctx.metadata.name = 'other'`,
    `ctx.metadata.dependencies.b = '*'`,
    `Object.defineProperty(ctx, 'name', { value: 'other' })`,
  ]
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      top: `'use strict'`,
      activate: `const refused = []; for (const attempt of [${attempts.map((code) => `() => { ${code} }`).join(', ')}]) try { attempt() } catch (cause) { refused.push(cause.name) }; return { value: refused.length }`,
    }),
    'b/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.settings }' }),
  })
  const settings = { list: ['given'] }
  const manager = managerFor(t, folder, {
    plugins: [
      { name: 'a', settings },
      { name: 'b', settings },
    ],
  })
  await manager.start()
  assert.equal(valueOf(manager, 'a'), attempts.length)
  assert.deepEqual(valueOf(manager, 'b'), { list: ['given'] })
  assert.deepEqual(settings, { list: ['given'] })
})

test('P23 a plugin that changes the working directory and the environment: edits are still found, and who decides stays', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      activate: `process.chdir('/'); ctx.host.env.ENABLED_PLUGINS = 'nobody'; ctx.host.env.ENABLE_PLUGIN_HOT_RELOAD = 'no'; return { value: 1 }`,
    }),
    'b/plugin.ts': valueCode('ts', 1),
  })
  const before = process.cwd()
  t.after(() => process.chdir(before))
  process.chdir(folder.root)
  const env: NodeJS.ProcessEnv = {}
  const manager = managerFor(t, folder, {
    directory: 'plugins',
    config: 'plugins.config.json',
    cacheDirectory: 'cache',
    env,
    context: { env },
    watch: true,
  })
  await manager.start()
  assert.equal(process.cwd(), '/')
  folder.write({ 'b/plugin.ts': valueCode('ts', 2) })
  await until(() => valueOf(manager, 'b') === 2)
  await manager.disable('b', { persist: true })
  assert.match(readFileSync(folder.configFile, 'utf8'), /"b"/)
  assert.deepEqual([snapshot(manager, 'a').state, snapshot(manager, 'b').state], ['active', 'off'])
})

test('P26 a reference to the API of a plugin that reloads: its dependents restart with it, and have the new one', async (t) => {
  const above = (name: string): string =>
    pluginCode('cjs', {
      activate: `const api = ctx.plugin('${name}'); return { value: '>' + api.value, api }`,
    })
  const folder = pluginsFolder(t, {
    'base/plugin.cjs': valueCode('cjs', 1),
    'middle/metadata.json': { dependencies: ['base'] },
    'middle/plugin.cjs': above('base'),
    'top/metadata.json': { dependencies: ['middle'] },
    'top/plugin.cjs': above('middle'),
  })
  const manager = managerFor(t, folder)
  await manager.start()
  const old = manager.api('base')
  folder.write({ 'base/plugin.cjs': valueCode('cjs', 2) })
  await manager.settled()
  assert.equal(valueOf(manager, 'top'), '>>2')
  assert.notEqual(manager.api('base'), old)
  assert.equal(manager.api('middle').api, manager.api('base'))
  assert.equal(manager.api('top').api, manager.api('middle'))
})

test('P27 a native addon that changes: what runs goes on, and a restart of the process is asked for', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1), 'a/build/addon.node': 'native' })
  const manager = managerFor(t, folder)
  await manager.start()
  folder.write({ 'a/plugin.cjs': valueCode('cjs', 2) })
  await manager.settled()
  assert.deepEqual([valueOf(manager, 'a'), snapshot(manager, 'a').generation], [1, 1])
  assert.deepEqual(manager.heard.codes('a'), ['ERR_PLUGIN_RESTART_REQUIRED'])
})

test('P3 a package that is missing: its plugin starts once it is installed, by itself', async (t) => {
  const folder = pluginsFolder(t, {
    'a/package.json': { name: 'a' },
    'a/plugin.cjs': pluginCode('cjs', { top: `const x = require('no-such-package')`, activate: 'return x' }),
  })
  const manager = managerFor(t, folder, { watch: true })
  const { problems } = await manager.start()
  assert.deepEqual(
    problems.map(({ code, line }) => [code, line]),
    [['ERR_PLUGIN_IMPORT_MISSING', 1]],
  )
  assert.match(problems[0]!.hint, /npm i/)
  mkdirSync(folder.file('a/node_modules/no-such-package'), { recursive: true })
  folder.write({ 'a/node_modules/no-such-package/index.js': 'module.exports = { value: 1 }' })
  folder.write({ 'a/package.json': { name: 'a', dependencies: { 'no-such-package': '1' } } })
  await until(() => valueOf(manager, 'a') === 1)
  assert.equal(join(folder.path, 'a'), snapshot(manager, 'a').directory)
})
