import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scope } from 'plugbay'
import { endingOf, freshEnding, managerFor, snapshot, until, valueOf } from '../manager.ts'
import { formats, pluginCode, valueCode } from '../plugin-code.ts'
import type { Format } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { Files } from '../plugin-folder.ts'

const life = (name: string, version: number, below?: string): string =>
  pluginCode('cjs', {
    activate: `ctx.host.seen.push('+${name}'); return { value: '${name}${version}' ${below ? `+ ctx.plugin('${below}').value` : ''} }`,
    deactivate: `ctx.host.seen.push('-${name}')`,
  })

/** Two chains and a loner: base <- middle <- top, left <- right, alone. */
const family = (): Files => ({
  'base/plugin.cjs': life('base', 1),
  'middle/metadata.json': { dependencies: ['base'] },
  'middle/plugin.cjs': life('middle', 1, 'base'),
  'top/metadata.json': { dependencies: ['middle'] },
  'top/plugin.cjs': life('top', 1, 'middle'),
  'left/plugin.cjs': life('left', 1),
  'right/metadata.json': { dependencies: ['left'] },
  'right/plugin.cjs': life('right', 1, 'left'),
  'alone/plugin.cjs': life('alone', 1),
})

test('dependents stop first and dependencies start first, and nobody else moves', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, family())
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  const apis = ['left', 'right', 'alone'].map((name) => manager.api(name))
  seen.length = 0
  folder.write({ 'base/plugin.cjs': life('base', 2) })
  await manager.settled()
  assert.deepEqual(seen, ['-top', '-middle', '-base', '+base', '+middle', '+top'])
  assert.equal(valueOf(manager, 'top'), 'top1middle1base2')
  ;['left', 'right', 'alone'].forEach((name, index) => {
    assert.equal(manager.api(name), apis[index], name)
    assert.equal(snapshot(manager, name).generation, 1)
  })
  assert.deepEqual(manager.heard.plans.at(-1), {
    stop: [],
    start: [],
    restart: ['base', 'middle', 'top'],
    changed: ['base'],
  })
  assert.deepEqual(manager.heard.statesOf('top').slice(2), ['stopping', 'loading', 'active'])
  assert.deepEqual(manager.heard.statesOf('alone'), ['loading', 'active'])
})

test('close stops everything in reverse order, dependents first', async (t) => {
  const seen: string[] = []
  const manager = managerFor(t, pluginsFolder(t, family()), { context: { seen } })
  await manager.start()
  const started = seen.splice(0)
  await manager.close()
  assert.deepEqual(
    seen,
    started.toReversed().map((event) => event.replace('+', '-')),
  )
})

test('of two changes that have nothing to do with each other the broken one does not hold the other back', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, family())
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  seen.length = 0
  folder.write({
    'base/plugin.cjs': pluginCode('cjs', { activate: 'throw new Error("no")' }),
    'left/plugin.cjs': life('left', 2),
  })
  await manager.settled()
  assert.equal(valueOf(manager, 'right'), 'right1left2')
  assert.equal(valueOf(manager, 'top'), 'top1middle1base1')
  assert.equal(snapshot(manager, 'base').problem?.code, 'ERR_PLUGIN_ACTIVATE')
  assert.equal(snapshot(manager, 'left').problem, undefined)
  folder.write({ 'alone/plugin.cjs': 'exports.activate = (', 'right/plugin.cjs': life('right', 3, 'left') })
  await manager.settled()
  assert.equal(snapshot(manager, 'alone').problem?.code, 'ERR_PLUGIN_SYNTAX')
  assert.equal(valueOf(manager, 'right'), 'right3left2')
})

for (const [what, broken] of [
  ['does not load', 'throw new Error("no")'],
  ['does not start', pluginCode('cjs', { activate: 'throw new Error("no")' })],
] as const) {
  test(`a dependent whose new code ${what} runs its old code on the new dependency`, async (t) => {
    const seen: string[] = []
    const folder = pluginsFolder(t, family())
    const manager = managerFor(t, folder, { context: { seen } })
    await manager.start()
    folder.write({ 'base/plugin.cjs': life('base', 2), 'middle/plugin.cjs': broken })
    const report = await manager.settled()
    assert.equal(valueOf(manager, 'top'), 'top1middle1base2')
    assert.deepEqual(
      report.problems.map(({ plugin }) => plugin),
      ['middle'],
    )
    assert.equal(snapshot(manager, 'base').problem, undefined)
    folder.write({ 'middle/plugin.cjs': life('middle', 3, 'base') })
    const after = await manager.settled()
    assert.equal(valueOf(manager, 'top'), 'top1middle3base2')
    assert.deepEqual(after.problems, [])
    assert.deepEqual(endingOf(manager), await freshEnding(t, folder, { context: { seen } }))
  })
}

for (const [what, broken] of [
  ['does not parse', 'exports.activate = ('],
  ['does not load', 'throw new Error("no")'],
  ['does not start', pluginCode('cjs', { activate: 'throw new Error("no")' })],
] as const) {
  test(`a new version that ${what} is not yet the version that dependents are judged by`, async (t) => {
    const seen: string[] = []
    const folder = pluginsFolder(t, {
      'base/plugin.cjs': life('base', 1),
      'top/metadata.json': { dependencies: { base: '^1' } },
      'top/plugin.cjs': life('top', 1, 'base'),
      'extra/plugin.cjs': life('extra', 1),
    })
    const manager = managerFor(t, folder, { context: { seen } })
    await manager.start()
    folder.write({
      'base/metadata.json': { version: '2.0.0', dependencies: ['extra'] },
      'base/plugin.cjs': broken,
    })
    const report = await manager.settled()
    assert.deepEqual([report.active, report.blocked], [['base', 'extra', 'top'], []])
    assert.equal(snapshot(manager, 'base').version, '1.0.0')
    assert.deepEqual(
      report.problems.map(({ plugin }) => plugin),
      ['base'],
    )
    assert.equal(valueOf(manager, 'top'), 'top1base1')
    const { failures } = snapshot(manager, 'base')
    await manager.rescan()
    await manager.settled()
    assert.equal(snapshot(manager, 'base').failures, failures, 'it is not tried again and again')
    assert.equal(snapshot(manager, 'base').problem?.plugin, 'base')
    folder.write({ 'base/plugin.cjs': life('base', 2) })
    const after = await manager.settled()
    assert.deepEqual([after.active, after.blocked], [['base', 'extra'], ['top']])
    assert.deepEqual(
      [snapshot(manager, 'base').version, snapshot(manager, 'base').problem],
      ['2.0.0', undefined],
    )
    assert.equal(snapshot(manager, 'top').problem?.code, 'ERR_PLUGIN_DEPENDENCY_VERSION')
    folder.write({ 'top/metadata.json': { dependencies: { base: '2.x' } } })
    await manager.settled()
    assert.equal(valueOf(manager, 'top'), 'top1base2')
    assert.deepEqual(endingOf(manager), await freshEnding(t, folder, { context: { seen } }))
  })
}

test('a failed attempt is not made again until something about it changes', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, {
    'base/plugin.cjs': life('base', 1),
    'a/metadata.json': { dependencies: ['base'] },
    'a/plugin.cjs': pluginCode('cjs', { activate: 'ctx.host.seen.push("try"); throw new Error("no")' }),
    'b/plugin.cjs':
      'globalThis[Symbol.for("plugbay.loads")] = (globalThis[Symbol.for("plugbay.loads")] ?? 0) + 1; throw new Error("no")',
  })
  t.after(() => Reflect.deleteProperty(globalThis, Symbol.for('plugbay.loads')))
  const loads = (): unknown => Reflect.get(globalThis, Symbol.for('plugbay.loads'))
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  await manager.rescan()
  await manager.settled()
  await manager.rescan()
  assert.deepEqual([seen, loads()], [['+base', 'try'], 1])
  assert.equal(snapshot(manager, 'a').failures, 1)
  folder.write({ 'base/plugin.cjs': life('base', 2) })
  await manager.settled()
  assert.deepEqual(seen, ['+base', 'try', '-base', '+base', 'try'])
  await manager.reload('a')
  assert.deepEqual(seen.slice(5), ['try'])
  await manager.reload('b')
  assert.equal(loads(), 2)
})

test('a dependent that does not load does not keep its dependency from changing', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, {
    'base/plugin.cjs': life('base', 1),
    'a/metadata.json': { dependencies: ['base'] },
    'a/plugin.cjs': 'exports.activate = (',
    'b/metadata.json': { optionalDependencies: ['base'] },
    'b/plugin.cjs': 'throw new Error("no")',
  })
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  folder.write({ 'base/plugin.cjs': life('base', 2) })
  const report = await manager.settled()
  assert.equal(valueOf(manager, 'base'), 'base2')
  assert.deepEqual(report.failed, ['a', 'b'])
  await manager.reload('base')
  assert.equal((await manager.reload('a')).problem?.code, 'ERR_PLUGIN_SYNTAX')
  await manager.disable('base')
  assert.deepEqual([snapshot(manager, 'a').state, snapshot(manager, 'b').state], ['blocked', 'failed'])
  await manager.enable('base')
  folder.write({ 'a/plugin.cjs': life('a', 2, 'base'), 'b/plugin.cjs': life('b', 2) })
  await manager.settled()
  assert.deepEqual([valueOf(manager, 'a'), valueOf(manager, 'b')], ['a2base2', 'b2'])
})

test('a save that goes back to what runs clears the problem and restarts nothing', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, { 'a/plugin.cjs': life('a', 1) })
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  for (const broken of [
    'exports.activate = (',
    'throw new Error("no")',
    pluginCode('cjs', { activate: 'throw 1' }),
  ]) {
    folder.write({ 'a/plugin.cjs': broken })
    await manager.settled()
    assert.ok(snapshot(manager, 'a').problem)
    const { generation } = snapshot(manager, 'a')
    folder.write({ 'a/plugin.cjs': life('a', 1) })
    const report = await manager.settled()
    assert.equal(snapshot(manager, 'a').problem, undefined)
    assert.deepEqual(report.problems, [])
    assert.equal(snapshot(manager, 'a').generation, generation)
  }
})

test('M2 the metadata.json of a running plugin, saved empty, blank or cut off: what runs goes on, and the problem has its line and column', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, family())
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  for (const [text, place] of [
    ['', '1:1'],
    [' \n\n', '1:1'],
    ['{ "name": "base",\n"version": ', '2:11'],
  ] as const) {
    folder.write({ 'base/metadata.json': text })
    const report = await manager.settled()
    assert.equal(valueOf(manager, 'top'), 'top1middle1base1')
    const { state, generation, problem } = snapshot(manager, 'base')
    assert.deepEqual([state, generation, problem?.code], ['active', 1, 'ERR_PLUGIN_JSON_SYNTAX'])
    assert.equal(`${problem?.line}:${problem?.column}`, place)
    assert.deepEqual(report.active, ['alone', 'base', 'left', 'middle', 'right', 'top'])
  }
  folder.write({ 'base/metadata.json': { version: '1.0.1' } })
  await manager.settled()
  assert.equal(snapshot(manager, 'base').version, '1.0.1')
  assert.equal(snapshot(manager, 'base').problem, undefined)
})

test('M27 another name in the metadata.json of a running plugin: the old one stops, the new one starts, and its dependents say what is missing', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, family())
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  folder.write({ 'left/metadata.json': { name: 'links' } })
  await manager.settled()
  assert.equal(manager.get('left'), undefined)
  assert.equal(valueOf(manager, 'links'), 'left1')
  assert.deepEqual(
    [snapshot(manager, 'right').state, snapshot(manager, 'right').problem?.code],
    ['blocked', 'ERR_PLUGIN_DEPENDENCY_MISSING'],
  )
  assert.deepEqual(endingOf(manager), await freshEnding(t, folder, { context: { seen } }))
})

test('G12 an edit that closes a circle of dependencies: the edited plugin keeps what runs, as do the others, and shows the circle', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, family())
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  folder.write({
    'alone/metadata.json': { dependencies: ['top'] },
    'alone/plugin.cjs': life('alone', 2, 'top'),
  })
  await manager.settled()
  assert.equal(valueOf(manager, 'alone'), 'alone2top1middle1base1')
  folder.write({ 'base/metadata.json': { dependencies: ['alone'] } })
  const report = await manager.settled()
  assert.equal(valueOf(manager, 'alone'), 'alone2top1middle1base1')
  assert.equal(snapshot(manager, 'base').problem?.code, 'ERR_PLUGIN_DEPENDENCY_CYCLE')
  assert.match(snapshot(manager, 'base').problem!.message, /alone -> top -> middle -> base -> alone/)
  assert.deepEqual(report.active.length, 6)
})

test('calls in flight finish before a generation stops, and at most the drain limit is waited', async (t) => {
  const seen: string[] = []
  let finish = (): void => undefined
  const inFlight = new Promise<void>((resolve) => {
    finish = resolve
  })
  const folder = pluginsFolder(t, { 'a/plugin.cjs': life('a', 1), 'b/plugin.cjs': life('b', 1) })
  const manager = managerFor(t, folder, {
    timeouts: { drain: 100 },
    context: (scope: Scope) => {
      scope.onDrain(async () => {
        seen.push(`drain ${scope.name}`)
        await (scope.name === 'a' ? inFlight : new Promise(() => undefined))
        seen.push(`drained ${scope.name}`)
      })
      return { seen }
    },
  })
  await manager.start()
  seen.length = 0
  const reloading = manager.reload('a')
  await until(() => seen.includes('drain a'))
  assert.equal(valueOf(manager, 'a'), 'a1')
  finish()
  await reloading
  assert.deepEqual(seen.splice(0), ['drain a', 'drained a', '-a', '+a'])
  const start = performance.now()
  await manager.reload('b')
  assert.ok(performance.now() - start >= 95)
  assert.deepEqual(seen, ['drain b', '-b', '+b'])
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_DRAIN_TIMEOUT'])
})

test('everything of one transaction goes public at one instant', async (t) => {
  const published: string[] = []
  let turn = 0
  const ticking = setInterval(() => (turn += 1), 0)
  t.after(() => clearInterval(ticking))
  const folder = pluginsFolder(t, family())
  const manager = managerFor(t, folder, {
    context: (scope: Scope) => {
      scope.onPublish(() => {
        const live = ['base', 'middle', 'top'].map((name) => String(manager.get(name)?.generation)).join('')
        published.push(`${scope.name} ${turn} ${live}`)
        void Promise.resolve().then(() => published.push('microtask'))
      })
      return { seen: [] }
    },
  })
  await manager.start()
  published.length = 0
  folder.write({ 'base/plugin.cjs': life('base', 2) })
  await manager.settled()
  const turns = new Set(published.slice(0, 3).map((entry) => entry.split(' ').slice(1).join(' ')))
  assert.deepEqual(
    published.slice(0, 3).map((entry) => entry.split(' ')[0]),
    ['base', 'middle', 'top'],
  )
  assert.equal(turns.size, 1)
  assert.match([...turns][0]!, / 222$/)
})

test('generation numbers count each start that went live, a rollback’s too', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1) })
  const manager = managerFor(t, folder)
  const generation = (): number => snapshot(manager, 'a').generation
  await manager.start()
  folder.write({ 'a/plugin.cjs': 'throw 1' })
  await manager.settled()
  assert.equal(generation(), 1)
  folder.write({ 'a/plugin.cjs': pluginCode('cjs', { activate: 'throw 1' }) })
  await manager.settled()
  assert.equal(generation(), 2)
  await manager.disable('a')
  folder.write({ 'a/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.generation }' }) })
  await manager.settled()
  assert.equal(generation(), 2)
  await manager.enable('a')
  assert.equal(generation(), 3)
  assert.equal(valueOf(manager, 'a'), 3)
})

for (const format of formats) {
  test(`an edit two modules deep is seen, one that changes no code is not (${format})`, async (t) => {
    const exported = (name: string, value: string): string =>
      format === 'cjs' ? `exports.${name} = ${value}\n` : `export const ${name} = ${value}\n`
    const load = (name: string, from: string): string =>
      format === 'cjs'
        ? `const { ${name} } = require('${from}.cjs')`
        : `import { ${name} } from '${from}.${format}'`
    const folder = pluginsFolder(t, {
      [`a/plugin.${format}`]: pluginCode(format, {
        top: load('one', './lib/one'),
        activate: 'return { value: one }',
      }),
      [`a/lib/one.${format}`]: `${load('two', './deep/two')}\n${exported('one', 'two + 1')}`,
      [`a/lib/deep/two.${format}`]: exported('two', '1'),
      [`a/lib/unused.${format}`]: exported('unused', '1'),
    })
    const manager = managerFor(t, folder)
    await manager.start()
    assert.equal(valueOf(manager, 'a'), 2)
    folder.write({ [`a/lib/deep/two.${format}`]: exported('two', '10') })
    await manager.settled()
    assert.equal(valueOf(manager, 'a'), 11)
    folder.write({
      [`a/lib/unused.${format}`]: exported('unused', '2'),
      'a/README.md': 'read',
      'a/public/x.css': 'a {}',
    })
    await manager.settled()
    assert.equal(snapshot(manager, 'a').generation, 2)
    if (format === 'ts') {
      folder.write({
        [`a/lib/one.${format}`]: `// why\n${load('two', './deep/two')}\n${exported('one', 'two + 1')}`,
      })
      await manager.settled()
      assert.equal(snapshot(manager, 'a').generation, 2)
    }
  })
}

const never = (format: Format, value: number): string => valueCode(format, value)

test('reload: "never" reports a change and keeps what runs, and what it depends on too', async (t) => {
  const folder = pluginsFolder(t, {
    'base/plugin.cjs': never('cjs', 1),
    'once/metadata.json': { reload: 'never', dependencies: ['base'] },
    'once/plugin.cjs': never('cjs', 1),
    'other/metadata.json': { dependencies: ['base'] },
    'other/plugin.cjs': pluginCode('cjs', { activate: 'return { value: ctx.plugin("base").value }' }),
    'above/metadata.json': { dependencies: ['once'] },
    'above/plugin.cjs': never('cjs', 1),
  })
  const manager = managerFor(t, folder)
  await manager.start()
  folder.write({ 'once/plugin.cjs': never('cjs', 2) })
  let report = await manager.settled()
  const codes = (): unknown[] => report.problems.map(({ plugin, code, severity }) => [plugin, code, severity])
  assert.deepEqual(codes(), [['once', 'ERR_PLUGIN_RESTART_REQUIRED', 'warning']])
  assert.equal(valueOf(manager, 'once'), 1)
  folder.write({ 'base/plugin.cjs': never('cjs', 2) })
  report = await manager.settled()
  assert.deepEqual(codes(), [
    ['base', 'ERR_PLUGIN_RESTART_REQUIRED', 'warning'],
    ['once', 'ERR_PLUGIN_RESTART_REQUIRED', 'warning'],
  ])
  assert.deepEqual([valueOf(manager, 'base'), valueOf(manager, 'other')], [1, 1])
  folder.write({ 'above/plugin.cjs': never('cjs', 2) })
  report = await manager.settled()
  assert.equal(valueOf(manager, 'above'), 2)
  assert.deepEqual(
    manager.plugins.map(({ generation }) => generation),
    [2, 1, 1, 1],
  )
  folder.write({ 'once/plugin.cjs': never('cjs', 1), 'base/plugin.cjs': never('cjs', 1) })
  report = await manager.settled()
  assert.deepEqual(codes(), [])
  await manager.disable('once')
  folder.write({ 'base/plugin.cjs': never('cjs', 3) })
  await manager.settled()
  assert.equal(valueOf(manager, 'other'), 3)
})

test('P27 a reload of what may be loaded once a process: a problem that asks for a restart, and what runs goes on', async (t) => {
  const folder = pluginsFolder(t, {
    'base/plugin.cjs': never('cjs', 1),
    'once/metadata.json': { reload: 'never', dependencies: ['base'] },
    'once/plugin.cjs': never('cjs', 1),
  })
  const manager = managerFor(t, folder)
  await manager.start()
  for (const name of ['once', 'base']) {
    const { generation, problem } = await manager.reload(name)
    assert.deepEqual([generation, problem?.code], [1, 'ERR_PLUGIN_RESTART_REQUIRED'])
  }
})

for (const [what, broken] of [
  ['does not load', 'throw new Error("no")'],
  ['does not start', pluginCode('cjs', { activate: 'throw new Error("no")' })],
] as const) {
  test(`old code that is started again gets the dependencies that it had, also when the new one ${what} and has none`, async (t) => {
    const seen: string[] = []
    const folder = pluginsFolder(t, {
      'a/metadata.json': { dependencies: ['z'] },
      'a/plugin.cjs': life('a', 1, 'z'),
      'b/metadata.json': { dependencies: ['a'] },
      'b/plugin.cjs': life('b', 1, 'a'),
      'z/plugin.cjs': life('z', 1),
    })
    const manager = managerFor(t, folder, { context: { seen } })
    await manager.start()
    folder.write({ 'a/metadata.json': {}, 'a/plugin.cjs': broken, 'z/plugin.cjs': life('z', 2) })
    const report = await manager.settled()
    assert.deepEqual(
      report.problems.map(({ plugin }) => plugin),
      ['a'],
    )
    assert.equal(valueOf(manager, 'b'), 'b1a1z2')
    folder.write({ 'z/plugin.cjs': life('z', 3) })
    await manager.settled()
    assert.equal(valueOf(manager, 'b'), 'b1a1z3')
    folder.write({ 'a/plugin.cjs': life('a', 2) })
    await manager.settled()
    assert.equal(valueOf(manager, 'b'), 'b1a2')
    assert.deepEqual(snapshot(manager, 'a').dependencies, [])
  })
}

test('what is kept running on its last good files is started anew once, and not again and again, when an optional dependency goes', async (t) => {
  const seen: string[] = []
  const folder = pluginsFolder(t, {
    'a/metadata.json': { optionalDependencies: ['extra'] },
    'a/plugin.cjs': life('a', 1),
    'extra/plugin.cjs': life('extra', 1),
    'other/plugin.cjs': life('other', 1),
  })
  const manager = managerFor(t, folder, { context: { seen } })
  await manager.start()
  folder.write({ 'a/metadata.json': '{ "name": "a", ' })
  await manager.settled()
  folder.remove('extra')
  await manager.settled()
  assert.deepEqual([snapshot(manager, 'a').generation, snapshot(manager, 'a').dependencies], [2, []])
  for (const enabled of [false, true, false]) {
    folder.config({ plugins: [{ name: 'other', enabled }] })
    await manager.settled()
    assert.deepEqual(manager.plan(), { stop: [], start: [], restart: [], changed: [] })
  }
  assert.equal(snapshot(manager, 'a').generation, 2)
})
