import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { PluginContext, PluginDefinition, PluginOption, Problem, Scope } from 'plugbay'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import { formats, pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'

type Ctx = PluginContext<any>

const object = (
  name: string,
  plugin: PluginDefinition<any> | PluginDefinition<any>['activate'],
  metadata: PluginOption['metadata'] = {},
): PluginOption => ({ name, plugin: typeof plugin === 'function' ? { activate: plugin } : plugin, metadata })

test('a plugin gets the API of its dependencies, and nobody else’s', async (t) => {
  const api = { greet: (who: string) => `hi ${who}` }
  let caught: unknown
  const manager = managerFor(t, undefined, {
    plugins: [
      object('base', () => api),
      object('silent', () => undefined),
      object(
        'top',
        (ctx) => {
          assert.equal(ctx.plugin('base'), api)
          assert.equal(ctx.plugin('silent'), undefined)
          assert.equal(ctx.plugin('maybe'), undefined)
          try {
            ctx.plugin('other')
          } catch (cause) {
            caught = cause
          }
          return { value: ctx.plugin('base').greet('you') }
        },
        { dependencies: { base: '*', silent: '*' }, optionalDependencies: { maybe: '*' } },
      ),
      object('other', () => 1),
    ],
  })
  const report = await manager.start()
  assert.deepEqual(report.problems, [])
  assert.equal(valueOf(manager, 'top'), 'hi you')
  assert.equal(manager.api('base'), api)
  const { code, problem } = caught as { code: string; problem: { plugin: string; hint: string } }
  assert.equal(code, 'ERR_PLUGIN_UNDECLARED')
  assert.equal(problem.plugin, 'top')
  assert.match(problem.hint, /"other"/)
})

test('G10 an optional dependency that comes and goes: its dependents are restarted with it and without it', async (t) => {
  const code = pluginCode('cjs', { activate: 'return { value: ctx.plugin("extra")?.value ?? "without" }' })
  const folder = pluginsFolder(t, {
    'top/metadata.json': { optionalDependencies: ['extra'] },
    'top/plugin.cjs': code,
  })
  const manager = managerFor(t, folder)
  await manager.start()
  assert.equal(valueOf(manager, 'top'), 'without')
  folder.write({
    'extra/metadata.json': {},
    'extra/plugin.cjs': pluginCode('cjs', { activate: 'return { value: 1 }' }),
  })
  await manager.settled()
  assert.equal(valueOf(manager, 'top'), 1)
  folder.remove('extra')
  await manager.settled()
  assert.equal(valueOf(manager, 'top'), 'without')
  assert.equal(snapshot(manager, 'top').generation, 3)
})

test('everything that a plugin set up is undone in reverse order, one after another', async (t) => {
  const seen: string[] = []
  const emitter = new EventEmitter()
  const target = new EventTarget()
  const undo = (name: string) => async (): Promise<void> => {
    seen.push(`${name} begins`)
    await delay(1)
    seen.push(`${name} ends`)
  }
  const plugin: PluginDefinition<any> = {
    activate(ctx: Ctx) {
      ctx.onDispose(undo('first'))
      ctx.on(emitter, 'ping', () => seen.push('ping'))
      ctx.on(target, 'ping', () => seen.push('target ping'))
      const stop = ctx.on(emitter, 'early', () => seen.push('early'))
      stop()
      const used = ctx.use({ [Symbol.asyncDispose]: undo('async dispose') })
      assert.ok(Symbol.asyncDispose in used)
      ctx.use({ [Symbol.dispose]: () => seen.push('dispose') })
      ctx.use({ dispose: () => seen.push('dispose()') })
      ctx.use({ close: () => seen.push('close()') })
      ctx.onDispose(() => seen.push('disowned'))()
      ctx.setTimeout(() => seen.push('timeout'), 1)
      ctx.setTimeout(() => seen.push('never'), 60_000)
      ctx.setInterval(() => seen.push('interval'), 60_000)
      ctx.onDispose(undo('last'))
      ctx.signal.addEventListener('abort', () => seen.push('signal'))
    },
    deactivate: () => void seen.push('deactivate'),
  }
  const manager = managerFor(t, undefined, { plugins: [object('a', plugin)] })
  await manager.start()
  emitter.emit('ping')
  emitter.emit('early')
  target.dispatchEvent(new Event('ping'))
  await until(() => seen.includes('timeout'))
  assert.deepEqual(seen.splice(0), ['ping', 'target ping', 'timeout'])
  await manager.disable('a')
  assert.deepEqual(seen, [
    'signal',
    'deactivate',
    'last begins',
    'last ends',
    'close()',
    'dispose()',
    'dispose',
    'async dispose begins',
    'async dispose ends',
    'first begins',
    'first ends',
  ])
  emitter.emit('ping')
  assert.equal(emitter.listenerCount('ping'), 0)
  assert.equal(emitter.listenerCount('early'), 0)
  assert.equal(seen.length, 11)
})

test('P9 a deactivate or a disposer that throws: reported, and the rest is undone', async (t) => {
  const seen: string[] = []
  const manager = managerFor(t, undefined, {
    timeouts: { deactivate: 30 },
    plugins: [
      object('a', {
        activate(ctx: Ctx) {
          ctx.onDispose(() => seen.push('first'))
          ctx.onDispose(() => {
            throw new Error('bad disposer')
          })
          ctx.onDispose(() => new Promise(() => undefined))
          ctx.onDispose(() => seen.push('last'))
        },
        deactivate: () => Promise.reject(new Error('bad deactivate')),
      }),
      object('b', { activate: () => 1, deactivate: () => new Promise<void>(() => undefined) }),
    ],
  })
  await manager.start()
  const start = performance.now()
  assert.equal((await manager.disable('a')).state, 'off')
  assert.equal((await manager.disable('b')).state, 'off')
  assert.ok(performance.now() - start < 5000)
  assert.deepEqual(seen, ['last', 'first'])
  assert.deepEqual(
    manager.heard.problems.map(({ plugin, code, severity }) => [plugin, code, severity]),
    [
      ['a', 'ERR_PLUGIN_DEACTIVATE', 'warning'],
      ['a', 'ERR_PLUGIN_DISPOSE_TIMEOUT', 'warning'],
      ['a', 'ERR_PLUGIN_DISPOSE', 'warning'],
      ['b', 'ERR_PLUGIN_DEACTIVATE_TIMEOUT', 'warning'],
    ],
  )
  assert.match(manager.heard.problems[0]!.message, /bad deactivate/)
  assert.match(manager.heard.problems[2]!.message, /bad disposer/)
  assert.deepEqual(
    (await manager.rescan()).problems.map(({ code }) => code),
    manager.heard.codes(),
  )
})

test('what is registered on a generation that has ended is undone at once, and told once', async (t) => {
  let ctx: Ctx | undefined
  const emitter = new EventEmitter()
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', (given) => {
        ctx = given
      }),
    ],
  })
  await manager.start()
  await manager.disable('a')
  let undone = 0
  ctx!.onDispose(() => (undone += 1))
  ctx!.use({ close: () => (undone += 1) })
  ctx!.on(emitter, 'x', () => assert.fail('heard'))
  ctx!.setTimeout(() => assert.fail('fired'), 0)
  assert.equal(undone, 2)
  assert.equal(emitter.listenerCount('x'), 0)
  await delay(10)
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_LATE_EFFECT'])
})

test('what deactivate returns is handed on: over a reload, off and on, and a rollback', async (t) => {
  const seen: unknown[] = []
  const good = (extra: string): string =>
    pluginCode('cjs', {
      activate: `ctx.host.seen.push(ctx.previous); ${extra}`,
      deactivate: 'return { from: ctx.generation }',
    })
  const folder = pluginsFolder(t, { 'a/metadata.json': { version: '1.0.0' }, 'a/plugin.cjs': good('') })
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  await manager.reload('a')
  await manager.disable('a')
  await manager.enable('a')
  folder.write({ 'a/plugin.cjs': good('throw new Error("no")') })
  await manager.settled()
  folder.write({
    'a/metadata.json': { version: '1.1.0' },
    'a/plugin.cjs': good('ctx.host.last = ctx.version'),
  })
  await manager.settled()
  const from = (generation: number): unknown => ({
    generation,
    version: '1.0.0',
    state: { from: generation },
  })
  assert.deepEqual(seen, [undefined, from(1), from(2), from(3), from(3), from(4)])
  assert.equal(snapshot(manager, 'a').generation, 5)
})

test('settings come with their defaults, merged from file and program, and are frozen', async (t) => {
  const folder = pluginsFolder(t, {
    'a/metadata.json': {
      settings: {
        type: 'object',
        properties: {
          port: { type: 'number', default: 80 },
          deep: { type: 'object', default: {}, properties: { on: { type: 'boolean', default: true } } },
          list: { type: 'array', items: { type: 'string' } },
          name: { type: 'string' },
        },
      },
    },
    'a/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.settings }' }),
    'b/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.settings }' }),
  })
  folder.config({ plugins: [{ name: 'a', settings: { name: 'file', list: ['x'] } }] })
  const manager = managerFor(t, folder, { plugins: [{ name: 'a', settings: { name: 'program' } }] })
  await manager.start()
  const settings = valueOf(manager, 'a') as { deep: { on: boolean }; list: string[] }
  assert.deepEqual(settings, { port: 80, deep: { on: true }, list: ['x'], name: 'program' })
  assert.ok(Object.isFrozen(settings) && Object.isFrozen(settings.deep) && Object.isFrozen(settings.list))
  assert.deepEqual(valueOf(manager, 'b'), {})
  assert.ok(Object.isFrozen(valueOf(manager, 'b')))
})

test('the context has its facts, is frozen, and its log carries the plugin’s name', async (t) => {
  let ctx: Ctx | undefined
  const manager = managerFor(t, undefined, {
    context: { db: 1 },
    plugins: [
      object(
        'a',
        (given) => {
          ctx = given
          given.log.info('hello', 1)
          given.log.warn('careful')
        },
        { version: '3.2.1', description: 'd' },
      ),
    ],
  })
  await manager.start()
  assert.deepEqual(
    [
      ctx!.name,
      ctx!.version,
      ctx!.metadata.description,
      ctx!.generation,
      ctx!.previous,
      ctx!.host,
      ctx!.directory,
    ],
    ['a', '3.2.1', 'd', 1, undefined, { db: 1 }, ''],
  )
  assert.ok(Object.isFrozen(ctx))
  assert.ok(manager.heard.lines.includes('info [a] hello 1'))
  assert.ok(manager.heard.lines.includes('warn [a] careful'))
  assert.equal(ctx!.signal.aborted, false)
  await manager.close()
  assert.equal(ctx!.signal.aborted, true)
})

test('a context function makes one facade for each generation, with its own publish, drain and dispose', async (t) => {
  const seen: string[] = []
  const scopes: Scope[] = []
  const manager = managerFor(t, undefined, {
    context: async (scope: Scope) => {
      scopes.push(scope)
      const say = (what: string): void => void seen.push(`${scope.name}${scope.generation} ${what}`)
      scope.onPublish(() => say(`publish, aborted ${scope.signal.aborted}`))
      scope.onDrain(async () => {
        say('drain begins')
        await delay(1)
        say(`drain ends, aborted ${scope.signal.aborted}`)
      })
      scope.onDispose(() => say('host dispose 1'))
      scope.onDispose(() => say(`host dispose 2, aborted ${scope.signal.aborted}`))
      await delay(1)
      return { say }
    },
    plugins: [
      object('a', {
        activate: (ctx: Ctx) => {
          ctx.host.say('activate')
          ctx.onDispose(() => ctx.host.say('own dispose'))
        },
        deactivate: (ctx: Ctx) => ctx.host.say('deactivate'),
      }),
    ],
  })
  await manager.start()
  assert.deepEqual(seen.splice(0), ['a1 activate', 'a1 publish, aborted false'])
  assert.equal(scopes[0]!.metadata.name, 'a')
  await manager.reload('a')
  assert.deepEqual(seen, [
    'a1 drain begins',
    'a1 drain ends, aborted false',
    'a1 deactivate',
    'a1 own dispose',
    'a1 host dispose 2, aborted true',
    'a1 host dispose 1',
    'a2 activate',
    'a2 publish, aborted false',
  ])
})

test('the host hears when the reload in which a generation ended is over, also if nothing went live; and adds to its snapshot', async (t) => {
  const folder = pluginsFolder(t, { 'a/metadata.json': {}, 'a/plugin.cjs': valueCode('cjs', 1) })
  const said: string[] = []
  const manager = managerFor(t, folder, {
    context: (scope: Scope) => {
      const { generation } = scope
      scope.onPublish(() => said.push(`publish ${generation}`))
      scope.onDispose(() => said.push(`dispose ${generation}`))
      scope.onSettle(() => said.push(`settle ${generation}`))
      scope.onSnapshot(() => ({
        http: { prefix: '/a', routes: [], requests: generation, errors: 0, inFlight: 0 },
      }))
      scope.onSnapshot(() => assert.fail('of no use'))
    },
  })
  await manager.start()
  assert.equal(snapshot(manager, 'a').http?.requests, 1)
  await manager.reload('a')
  assert.equal(snapshot(manager, 'a').http?.requests, 2)
  await manager.disable('a')
  assert.equal(snapshot(manager, 'a').http, undefined)
  await manager.enable('a')
  await manager.close()
  assert.equal(
    said.join(),
    'publish 1,dispose 1,publish 2,settle 1,dispose 2,settle 2,publish 3,dispose 3,settle 3',
  )
})

test('a linked file of the own folder is the file that it leads to, and one module with it', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      top: `const link = require('./link.cjs'); const lib = require('./real/lib.cjs')`,
      activate: `return { value: [link.name, link === lib] }`,
    }),
    'a/real/lib.cjs': `exports.name = __filename`,
  })
  symlinkSync(folder.file('a/real/lib.cjs'), folder.file('a/link.cjs'))
  const manager = managerFor(t, folder)
  assert.deepEqual((await manager.start()).problems, [])
  assert.deepEqual(valueOf(manager, 'a'), [folder.file('a/real/lib.cjs'), true])
})

test('what the host does once activate has returned belongs to it: awaited, before it goes live; what it throws rolls back', async (t) => {
  const folder = pluginsFolder(t, { 'a/metadata.json': {}, 'a/plugin.cjs': valueCode('cjs', 1) })
  const said: string[] = []
  const manager = managerFor(t, folder, {
    context: (scope: Scope) => {
      const { generation } = scope
      scope.onPublish(() => said.push(`publish ${generation}`))
      scope.onActivate(async () => {
        await delay(5)
        said.push(`ready ${generation}`)
        if (said.length === 3) throw new Error('the host cannot')
      })
    },
  })
  await manager.start()
  await manager.reload('a')
  assert.equal(snapshot(manager, 'a').state, 'active')
  assert.deepEqual(manager.heard.codes('a'), ['ERR_PLUGIN_ACTIVATE'])
  assert.match(manager.heard.problems[0]!.message, /the host cannot/)
  assert.deepEqual(said, ['ready 1', 'publish 1', 'ready 2', 'ready 2', 'publish 2'])
})

test('a context function that throws is that plugin’s failure; the old generation goes on', async (t) => {
  let bad = true
  const seen: string[] = []
  const manager = managerFor(t, undefined, {
    context: (scope: Scope) => {
      scope.onDispose(() => void seen.push(`dispose ${scope.name}${scope.generation}`))
      if (bad && scope.name === 'a') throw new Error('no facade')
      return {}
    },
    plugins: [object('a', () => ({ value: 1 })), object('b', () => ({ value: 2 }))],
  })
  const report = await manager.start()
  assert.deepEqual([report.active, report.failed], [['b'], ['a']])
  const { problem } = snapshot(manager, 'a')
  assert.equal(problem?.code, 'ERR_PLUGIN_CONTEXT')
  assert.match(problem.message, /no facade/)
  assert.deepEqual(seen, ['dispose a1'])
  bad = false
  assert.equal((await manager.reload('a')).state, 'active')
  assert.equal(snapshot(manager, 'a').problem, undefined)
})

test('a context function that never settles is given up after the limit of activate', async (t) => {
  const manager = managerFor(t, undefined, {
    timeouts: { activate: 30 },
    context: (scope: Scope) => (scope.name === 'a' ? new Promise(() => undefined) : {}),
    plugins: [object('a', () => 1), object('b', () => 2)],
  })
  const report = await manager.start()
  assert.deepEqual([report.active, report.failed], [['b'], ['a']])
  assert.equal(snapshot(manager, 'a').problem?.code, 'ERR_PLUGIN_CONTEXT')
})

test('a publish callback that throws is told, and harms neither the plugin nor the others', async (t) => {
  const published: string[] = []
  const manager = managerFor(t, undefined, {
    context: (scope: Scope) => {
      scope.onPublish(() => {
        if (scope.name === 'a') throw new Error('no door')
        published.push(scope.name)
      })
      return {}
    },
    plugins: [object('a', () => 1), object('b', () => 1, { dependencies: { a: '*' } })],
  })
  assert.deepEqual((await manager.start()).active, ['a', 'b'])
  assert.deepEqual(published, ['b'])
  assert.deepEqual(manager.heard.codes('a'), ['ERR_PLUGIN_PUBLISH'])
})

test('an API may be anything, also something with a `then`', async (t) => {
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', () => null),
      object('b', () => 0),
      object('c', async () => Promise.resolve('later')),
    ],
  })
  await manager.start()
  assert.deepEqual([manager.api('a'), manager.api('b'), manager.api('c')], [null, 0, 'later'])
})

for (const format of formats) {
  test(`P15 timers that an author forgot: they stop with their generation (${format})`, async (t) => {
    const top = [
      `setInterval(() => seen.push('top'), 2)`,
      `const seen = globalThis[Symbol.for('plugbay.test.${format}')]`,
    ].join('; ')
    const helper = `${format === 'cjs' ? 'exports.start =' : 'export const start ='} (seen) => { setInterval(() => seen.push('helper'), 2); setImmediate(() => seen.push('immediate')) }\n`
    const load =
      format === 'cjs'
        ? `const { start } = require('./helper.cjs')`
        : `import { start } from './helper.${format}'`
    const seen: string[] = []
    const key = Symbol.for(`plugbay.test.${format}`)
    Object.assign(globalThis, { [key]: seen })
    t.after(() => Reflect.deleteProperty(globalThis, key))
    const folder = pluginsFolder(t, {
      [`a/plugin.${format}`]: pluginCode(format, {
        top: `${load}; ${top}`,
        activate: `start(seen); setTimeout(() => seen.push('timeout'), 2); const off = setInterval(() => seen.push('cleared'), 1); clearInterval(off)`,
      }),
      [`a/helper.${format}`]: helper,
    })
    const manager = managerFor(t, folder)
    assert.deepEqual((await manager.start()).problems, [])
    await until(
      () => ['top', 'helper', 'immediate', 'timeout'].every((name) => seen.includes(name)),
      () => seen,
    )
    await manager.disable('a')
    seen.length = 0
    await delay(25)
    assert.deepEqual(seen, [])
    assert.deepEqual(manager.heard.codes(), [])
  })

  test(`an author’s own \`setTimeout\` is the author’s (${format})`, async (t) => {
    const folder = pluginsFolder(t, {
      [`a/plugin.${format}`]: pluginCode(format, {
        top: `const setTimeout = (...values${format === 'ts' ? ': any[]' : ''}) => values.length, setInterval = 7`,
        activate: `return { value: [setTimeout(1, 2), setInterval] }`,
      }),
    })
    const manager = managerFor(t, folder)
    assert.deepEqual((await manager.start()).problems, [])
    assert.deepEqual(valueOf(manager, 'a'), [2, 7])
  })
}
test('CommonJS in a file that is an ES module: its line, and the hint says how it is written', async (t) => {
  const folder = pluginsFolder(t, {
    'a/package.json': '{ "type": "module" }',
    'a/plugin.js': '\nexports.activate = () => {}',
  })
  const manager = managerFor(t, folder)
  const { problems } = await manager.start()
  const [{ code, line, message, hint }] = problems as [Problem]
  assert.deepEqual([problems.length, code, line], [1, 'ERR_PLUGIN_LOAD', 2])
  assert.match(message, /exports is not defined/)
  assert.match(hint, /ES module.*\.cjs/)
})

test('an undeclared dependency that nobody catches is the plugin’s problem, under its own code', async (t) => {
  const manager = managerFor(t, undefined, {
    plugins: [object('a', (ctx) => ctx.plugin('b')), object('b', () => 1)],
  })
  await manager.start()
  const { problem } = snapshot(manager, 'a')
  assert.deepEqual([problem?.code, problem?.plugin], ['ERR_PLUGIN_UNDECLARED', 'a'])
})
