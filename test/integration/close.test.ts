import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import type { PluginContext, PluginManager, PluginOption, Scope } from 'plugbay'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'

const never = (): Promise<never> => new Promise(() => undefined)

const object = (
  name: string,
  activate: (ctx: PluginContext<any>) => unknown,
  deactivate?: () => unknown,
): PluginOption => ({
  name,
  plugin: { activate, ...(deactivate && { deactivate }) },
})

function assertNothingActive(manager: PluginManager): void {
  const states = manager.plugins.map(({ state }) => state)
  assert.deepEqual(
    states.filter((state) => ['active', 'loading', 'stopping'].includes(state)),
    [],
  )
  assert.deepEqual(
    manager.plugins.filter(({ name }) => manager.api(name) !== undefined),
    [],
  )
}

test('C8 close() in the middle of start(): nothing stays active, and start() resolves', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(
    t,
    Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `p${index}/plugin.cjs`,
        pluginCode('cjs', {
          activate: `ctx.host.seen.push('+'); await new Promise((resolve) => setTimeout(resolve, 2)); return { value: 1 }`,
          deactivate: `ctx.host.seen.push('-')`,
        }),
      ]),
    ),
  )
  const manager = managerFor(t, folder, { watch: true, context: { seen } })
  const starting = manager.start()
  await until(() => seen.length > 3)
  await manager.close()
  assertNothingActive(manager)
  await starting
  assertNothingActive(manager)
  assert.ok(seen.filter((event) => event === '+').length < 40, 'what had not begun did not begin')
  const heard = manager.heard.states.length
  await delay(50)
  assert.equal(manager.heard.states.length, heard)
})

test('C8 close() before start(), and right after it: the one refuses a start, the other leaves nothing active', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1) })
  const unstarted = managerFor(t, folder)
  await unstarted.close()
  await assert.rejects(unstarted.start(), { code: 'ERR_PLUGIN_CLOSED' })
  const manager = managerFor(t, folder, { watch: true })
  const starting = manager.start()
  await manager.close()
  await starting
  assertNothingActive(manager)
})

test('C7 close() while an activate hangs: it is told to stop, and its limit is not waited for', async (t) => {
  const seen: string[] = []
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', (ctx) => void ctx.onDispose(() => seen.push('a undone'))),
      object('hangs', (ctx) => {
        ctx.onDispose(() => seen.push('hangs undone'))
        seen.push('hanging')
        return never()
      }),
      object('never', () => seen.push('never')),
    ],
  })
  const starting = manager.start()
  await until(() => seen.includes('hanging'))
  const start = performance.now()
  await manager.close()
  assert.ok(performance.now() - start < 5000)
  await starting
  assertNothingActive(manager)
  assert.deepEqual(seen, ['hanging', 'hangs undone', 'a undone'])
  assert.deepEqual(manager.heard.codes(), [])
})

test('close() lets calls in flight finish, for at most the drain limit, and starts nothing any more', async (t) => {
  const seen: string[] = []
  let finish = (): void => undefined
  const inFlight = new Promise<void>((resolve) => {
    finish = resolve
  })
  const manager = managerFor(t, undefined, {
    timeouts: { drain: 60 },
    context: (scope: Scope) => {
      scope.onDrain(() => {
        seen.push(`drain ${scope.name}`)
        return scope.name === 'a' ? inFlight : never()
      })
      return {}
    },
    plugins: [
      object(
        'a',
        () => void seen.push('+a'),
        () => seen.push('-a'),
      ),
      object(
        'b',
        () => void seen.push('+b'),
        () => seen.push('-b'),
      ),
    ],
  })
  await manager.start()
  const reloading = manager.reload('a')
  await until(() => seen.includes('drain a'))
  const closing = manager.close()
  finish()
  await closing
  await reloading
  assertNothingActive(manager)
  assert.deepEqual(
    manager.plugins.map(({ state }) => state),
    ['off', 'off'],
  )
  assert.deepEqual(seen, ['+a', '+b', 'drain a', '-a', 'drain b', '-b'])
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_DRAIN_TIMEOUT'])
})

test('P10 a deactivate that never settles: close() waits for it at most its limit, and undoes the rest', async (t) => {
  const seen: string[] = []
  const manager = managerFor(t, undefined, {
    timeouts: { deactivate: 40 },
    plugins: [
      object(
        'a',
        () => 1,
        () => seen.push('a'),
      ),
      object('b', (ctx) => void ctx.onDispose(() => seen.push('b undone')), never),
      object('c', (ctx) => void ctx.onDispose(never)),
    ],
  })
  await manager.start()
  await manager.close()
  assertNothingActive(manager)
  assert.deepEqual(seen, ['b undone', 'a'])
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_DISPOSE_TIMEOUT', 'ERR_PLUGIN_DEACTIVATE_TIMEOUT'])
})

test('C7 close() in the middle of a reload: everything is stopped, once', async (t) => {
  for (let round = 0; round < 12; round += 1) {
    const seen: string[] = []
    const folder = pluginsFolder(t, {
      'a/plugin.cjs': pluginCode('cjs', {
        activate: `ctx.host.seen.push('+a'); ctx.onDispose(() => ctx.host.seen.push('-a')); await new Promise(setImmediate)`,
      }),
      'b/metadata.json': { dependencies: ['a'] },
      'b/plugin.cjs': pluginCode('cjs', {
        activate: `ctx.host.seen.push('+b'); ctx.onDispose(() => ctx.host.seen.push('-b')); await new Promise(setImmediate)`,
      }),
    })
    const manager = managerFor(t, folder, { context: { seen } })
    await manager.start()
    const reloading = manager.reload('a').catch((cause: unknown) => cause)
    for (let turn = 0; turn < round; turn += 1) await new Promise(setImmediate)
    await manager.close()
    await reloading
    assertNothingActive(manager)
    for (const name of ['a', 'b']) {
      const count = (sign: string): number => seen.filter((event) => event === `${sign}${name}`).length
      assert.equal(count('-'), count('+'), `round ${round}: ${seen.join()}`)
    }
  }
})

for (const format of ['mjs', 'ts'] as const) {
  test(`C7 close() while code is compiled: nothing is left (${format})`, async (t) => {
    for (const turns of [0, 1, 3, 10, 30]) {
      const folder = pluginsFolder(
        t,
        Object.fromEntries(
          Array.from({ length: 12 }, (_, index) => [`p${index}/plugin.${format}`, valueCode(format, index)]),
        ),
      )
      const manager = managerFor(t, folder)
      const starting = manager.start()
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
      await manager.close()
      await starting
      assertNothingActive(manager)
    }
  })
}

test('C7 close() twice, and calls after it: one and the same end, and ERR_PLUGIN_CLOSED', async (t) => {
  let stopped = 0
  const manager = managerFor(t, undefined, {
    plugins: [
      object(
        'a',
        () => 1,
        () => (stopped += 1),
      ),
    ],
  })
  await manager.start()
  await Promise.all([manager.close(), manager.close(), manager[Symbol.asyncDispose]()])
  await manager.close()
  assert.equal(stopped, 1)
  const calls = [
    () => manager.start(),
    () => manager.enable('a'),
    () => manager.disable('a'),
    () => manager.reload('a'),
    () => manager.rescan(),
    () => manager.settled(),
  ]
  for (const call of calls) await assert.rejects(call, { code: 'ERR_PLUGIN_CLOSED' })
  assert.equal(snapshot(manager, 'a').state, 'off')
  assert.equal(snapshot(manager, 'a').because, 'closed')
})

test('`await using` closes', async (t) => {
  const manager = managerFor(t, undefined, { plugins: [object('a', () => 1)] })
  await manager.start()
  {
    await using closing = manager
    assert.equal(closing.get('a')?.state, 'active')
  }
  assertNothingActive(manager)
})

const refused = 'ERR_PLUGIN_REENTRANT'
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it was waited for',
    ({ code }: { code?: string }) => code,
  )

test('P12 an activate that waits for a reload of its own plugin, or for any transition: refused, and the rest goes on', async (t) => {
  const codes: unknown[] = []
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', async () => {
        const calls = [
          manager.reload('a'),
          manager.rescan(),
          manager.settled(),
          manager.disable('b'),
          manager.close(),
        ]
        codes.push(...(await Promise.all(calls.map(codeOf))))
      }),
      object('b', () => ({ value: 1 })),
    ],
  })
  const report = await manager.start()
  assert.deepEqual(report.active, ['a', 'b'])
  assert.deepEqual(codes, Array(5).fill(refused))
  assert.equal(valueOf(manager, 'b'), 1)
})

test('P12 an activate that is no async function: refused before it returns, and out of time after that', async (t) => {
  const codes: unknown[] = []
  const calls = (): Promise<unknown>[] =>
    [manager.reload('a'), manager.settled(), manager.close()].map(codeOf)
  let later: Promise<unknown> | undefined
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', () => {
        void Promise.all(calls()).then((found) => codes.push(...found))
      }),
      object('b', () => (later = turn().then(() => manager.settled()))),
      object('c', () => ({ value: 1 })),
    ],
    timeouts: { activate: 50 },
  })
  const report = await manager.start()
  assert.deepEqual(report.active, ['a', 'c'])
  assert.deepEqual(codes, Array(3).fill(refused))
  assert.deepEqual(manager.heard.codes('b'), ['ERR_PLUGIN_ACTIVATE_TIMEOUT'])
  assert.match(manager.heard.problems.at(-1)!.hint, /await neither slow work nor the manager/)
  await later
})

test('P11 a deactivate that waits for the manager: refused instead of a deadlock', async (t) => {
  const codes: unknown[] = []
  const manager = managerFor(t, undefined, {
    plugins: [
      object(
        'a',
        () => ({ value: 1 }),
        async () => codes.push(await codeOf(manager.settled()), await codeOf(manager.reload('a'))),
      ),
    ],
  })
  await manager.start()
  assert.equal((await manager.reload('a')).generation, 2)
  assert.deepEqual(codes, [refused, refused])
})

test('a plugin may ask for a transition from a timer, even to be stopped or for the end', async (t) => {
  const done: string[] = []
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', (ctx) => {
        if (ctx.generation > 1) return
        ctx.setTimeout(() => {
          void manager.reload('a').then(
            ({ generation }) => done.push(`reloaded ${generation}`),
            (cause: unknown) => done.push(String(cause)),
          )
        }, 1)
      }),
      object('b', (ctx) => {
        ctx.setTimeout(() => {
          void manager.disable('b').then(
            ({ state }) => done.push(`b ${state}`),
            (cause: unknown) => done.push(String(cause)),
          )
        }, 1)
      }),
    ],
  })
  await manager.start()
  await until(() => done.length === 2)
  assert.deepEqual(done.sort(), ['b off', 'reloaded 2'])
  let closed = false
  const closing = managerFor(t, undefined, {
    plugins: [
      object('a', (ctx) => {
        ctx.setTimeout(() => void closing.close().then(() => (closed = true)), 1)
      }),
    ],
  })
  await closing.start()
  await until(() => closed)
  assertNothingActive(closing)
})

test('C6 a thousand calls of reload(): a few reloads, and each caller gets one that began after its call', async (t) => {
  let starts = 0
  const manager = managerFor(t, undefined, {
    plugins: [
      object('a', async () => {
        starts += 1
        await delay(1)
        return { value: starts }
      }),
    ],
  })
  await manager.start()
  const first = manager.reload('a')
  await until(() => starts === 2)
  const results = await Promise.all(Array.from({ length: 1000 }, () => manager.reload('a')))
  await first
  assert.equal(starts, 3)
  assert.deepEqual([...new Set(results.map(({ generation }) => generation))], [3])
})

test('C12 two managers on one folder: neither gets into the other’s way', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      top: 'let count = 0',
      activate: 'count += 1; return { value: count }',
    }),
  })
  const [one, other] = [managerFor(t, folder), managerFor(t, folder)]
  await Promise.all([one.start(), other.start()])
  assert.deepEqual([valueOf(one, 'a'), valueOf(other, 'a')], [1, 1])
  await one.close()
  await other.reload('a')
  assert.equal(valueOf(other, 'a'), 1)
  assert.equal(snapshot(other, 'a').generation, 2)
})
