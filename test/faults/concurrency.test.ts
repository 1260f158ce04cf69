import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { ManagerOptions } from 'plugbay'
import { endingOf, freshEnding, managerFor, snapshot, until, valueOf } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { pluginCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { Files, PluginsFolder } from '../plugin-folder.ts'
import { folder as cliFolder, put, run } from '../process/running.ts'

/** Doors that plugins wait at; whoever asks for one that nobody has opened waits. */
class Gates {
  readonly waiting: string[] = []
  readonly #open = new Map<string, () => void>()

  pass(name: string): Promise<void> {
    this.waiting.push(name)
    return new Promise((resolve) => this.#open.set(name, resolve))
  }

  async open(name: string): Promise<void> {
    await until(
      () => this.#open.has(name),
      () => this.waiting,
    )
    this.#open.get(name)!()
  }
}

interface Scene {
  readonly folder: PluginsFolder
  readonly manager: TestManager
  readonly gates: Gates
  /** What began and ended, as `+a1` and `-a1`. */
  readonly seen: string[]
  /** No plugin is ever active twice. */
  neverTwice(): void
}

async function scene(t: TestContext, files: Files, options: ManagerOptions = {}): Promise<Scene> {
  const gates = new Gates()
  const seen: string[] = []
  const folder = pluginsFolder(t, files)
  const manager = managerFor(t, folder, { context: { gates, seen }, ...options })
  await manager.start()
  return {
    folder,
    manager,
    gates,
    seen,
    neverTwice: () => {
      const active = new Map<string, number>()
      for (const [sign, name = ''] of seen.map((event) => [event[0], event[1]])) {
        const count = (active.get(name) ?? 0) + (sign === '+' ? 1 : -1)
        assert.ok(count === 0 || count === 1, seen.join())
        active.set(name, count)
      }
    },
  }
}

/** Its API's value is the version, and that of what it needs. */
function code(name: string, version: number, { gate = false, needs = '' } = {}): string {
  return pluginCode('cjs', {
    activate: [
      `ctx.host.seen.push('+${name}${version}')`,
      `ctx.onDispose(() => ctx.host.seen.push('-${name}${version}'))`,
      ...(gate ? [`await ctx.host.gates.pass('${name}${version}')`] : []),
      `return { value: '${name}${version}'${needs === '' ? '' : ` + ctx.plugin('${needs}').value`} }`,
    ].join('; '),
  })
}

test('C1 an edit while the edit before is being started: that one comes to its end, and the newest is what runs', async (t) => {
  const { folder, manager, gates, seen, neverTwice } = await scene(t, { 'a/plugin.cjs': code('a', 1) })
  folder.write({ 'a/plugin.cjs': code('a', 2, { gate: true }) })
  const first = manager.settled()
  await until(() => gates.waiting.includes('a2'))
  folder.write({ 'a/plugin.cjs': code('a', 3) })
  const second = manager.settled()
  await gates.open('a2')
  await Promise.all([first, second])
  assert.equal(valueOf(manager, 'a'), 'a3')
  assert.deepEqual(seen, ['+a1', '-a1', '+a2', '-a2', '+a3'])
  neverTwice()
})

test('C2 an edit of a dependency while its dependent is being started: one more pass, in order', async (t) => {
  const { folder, manager, gates, seen, neverTwice } = await scene(t, {
    'b/plugin.cjs': code('b', 1),
    't/metadata.json': { dependencies: ['b'] },
    't/plugin.cjs': code('t', 1, { needs: 'b' }),
  })
  folder.write({ 't/plugin.cjs': code('t', 2, { gate: true, needs: 'b' }) })
  const first = manager.settled()
  await until(() => gates.waiting.includes('t2'))
  folder.write({ 'b/plugin.cjs': code('b', 2), 't/plugin.cjs': code('t', 3, { needs: 'b' }) })
  const second = manager.settled()
  await gates.open('t2')
  await Promise.all([first, second])
  assert.equal(valueOf(manager, 't'), 't3b2')
  assert.deepEqual(seen.slice(2), ['-t1', '+t2', '-t2', '-b1', '+b2', '+t3'])
  neverTwice()
  await manager.close()
})

test('C3 a line of the config flipped while a plugin is being started: applied afterwards, from the newest config', async (t) => {
  const { folder, manager, gates, seen, neverTwice } = await scene(
    t,
    { 'a/plugin.cjs': code('a', 1), 'b/plugin.cjs': code('b', 1) },
    { watch: true },
  )
  folder.write({ 'a/plugin.cjs': code('a', 2, { gate: true }) })
  await until(() => gates.waiting.includes('a2'))
  for (const enabled of [true, false, true, false])
    folder.config({
      plugins: [
        { name: 'a', enabled },
        { name: 'b', enabled: !enabled },
      ],
    })
  await gates.open('a2')
  await until(() => snapshot(manager, 'a').state === 'off')
  await manager.settled()
  assert.equal(valueOf(manager, 'b'), 'b1')
  assert.deepEqual(seen, ['+a1', '+b1', '-a1', '+a2', '-a2'])
  neverTwice()
  assert.deepEqual(endingOf(manager), await freshEnding(t, folder, { context: { seen: [] } }))
})

test('C5 two reloads that overlap: each caller gets one that began after its call, with all that was written by then', async (t) => {
  const { folder, manager, gates, seen } = await scene(t, { 'a/plugin.cjs': code('a', 1) })
  folder.write({ 'a/plugin.cjs': code('a', 2, { gate: true }) })
  const first = manager.reload('a')
  await until(() => gates.waiting.includes('a2'))
  folder.write({ 'a/plugin.cjs': code('a', 3) })
  const [second, third] = [manager.reload('a'), manager.reload('a')]
  await gates.open('a2')
  const generations = await Promise.all([first, second, third])
  assert.deepEqual(
    generations.map(({ generation }) => generation),
    [2, 3, 3],
  )
  assert.equal(valueOf(manager, 'a'), 'a3')
  assert.deepEqual(seen, ['+a1', '-a1', '+a2', '-a2', '+a3'])
})

test('C5 a reload of a plugin whose folder was removed just before: it is gone, and what is left goes on', async (t) => {
  const { folder, manager, seen } = await scene(t, {
    'a/plugin.cjs': code('a', 1),
    'b/plugin.cjs': code('b', 1),
  })
  folder.remove('b')
  await manager.rescan()
  await manager.reload('a')
  await manager.settled()
  assert.equal(manager.get('b'), undefined)
  assert.deepEqual(
    seen.filter((event) => event.endsWith('b1')),
    ['+b1', '-b1'],
  )
  folder.remove('a')
  await assert.rejects(manager.reload('a'), { code: 'ERR_PLUGIN_NAME_UNKNOWN' })
})

test('C14 a process that was suspended while its files changed: on waking up it takes the newest, and gives nothing up', async (t) => {
  const answers = (text: string): string =>
    `exports.activate = ({ host }) => { host.http.get('/', (c) => c.text('${text}')) }\n`
  const cwd = await cliFolder(t, {
    'plugins/a/metadata.json': JSON.stringify({ name: 'a', version: '1.0.0' }),
    'plugins/a/plugin.js': answers('one'),
  })
  const host = run(t, cwd, ['start', '--port', '0'])
  await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  await host.gives('/a', '200 one')
  host.child.kill('SIGSTOP')
  for (const text of ['two', 'three', 'four']) await put(cwd, { 'plugins/a/plugin.js': answers(text) })
  host.child.kill('SIGCONT')
  await host.gives('/a', '200 four')
  assert.doesNotMatch(host.said() + host.complained(), /ERR_/)
})
