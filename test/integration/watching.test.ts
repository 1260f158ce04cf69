import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { WatchOptions } from 'plugbay'
import { endingOf, managerFor, snapshot, until, valueOf } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { formats, pluginCode, valueCode } from '../plugin-code.ts'
import type { Format } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { Files } from '../plugin-folder.ts'
import { neverBad, scene, SETTLE, watch } from '../watched.ts'

const code = (value: unknown): string => valueCode('cjs', value)

/** Waits until a look has come and gone in which a change would have been seen. */
async function looked(manager: TestManager): Promise<void> {
  await delay(4 * SETTLE)
  await manager.settled()
}

const generations = (manager: TestManager): Record<string, number> =>
  Object.fromEntries(manager.plugins.map(({ name, generation }) => [name, generation]))

/** What the watcher alone must hear, without a look at everything now and then. */
const hintsAlone: WatchOptions = { rescan: 0 }

for (const [how, watching] of [
  ['with the default settings', true],
  ['by hints alone', hintsAlone],
] as const) {
  test(`a dropped folder runs once (${how})`, async (t) => {
    const { folder, manager, value, settles } = await scene(
      t,
      { 'b/plugin.cjs': code('b') },
      { watch: watching },
    )
    folder.write({
      'a/metadata.json': {},
      'a/plugin.cjs': `module.exports = require('./lib/x.cjs')`,
      'a/lib/x.cjs': code('a'),
    })
    await value('a', 'a')
    await settles()
    assert.deepEqual(generations(manager), { a: 1, b: 1 })
    neverBad(manager, 'a')
    folder.write({ 'a/lib/x.cjs': code('A') })
    await value('a', 'A')
  })

  test(`F11 a whole folder moved in, and out again: it runs once, takes the next edit, and stops (${how})`, async (t) => {
    const { folder, manager, value, settles } = await scene(
      t,
      { 'b/plugin.cjs': code('b'), '../stage/a/metadata.json': {}, '../stage/a/plugin.cjs': code('a') },
      { watch: watching },
    )
    folder.move('../stage/a', 'a')
    await value('a', 'a')
    folder.write({ 'a/plugin.cjs': code('A') })
    await value('a', 'A')
    folder.move('a', '../stage/a')
    await value('a', undefined)
    assert.equal(manager.get('a'), undefined)
    await settles()
    assert.deepEqual(generations(manager), { b: 1 })
    assert.deepEqual(manager.heard.plans.length, 4)
  })

  test(`F12 a plugin folder that is removed (rm -rf): what needs the plugin stops first, then the plugin, each once, and the dependents say what is missing (${how})`, async (t) => {
    const { folder, manager, value, settles } = await scene(
      t,
      {
        'a/plugin.cjs': code('a'),
        'a/lib/deep/x.cjs': '',
        'b/metadata.json': { dependencies: ['a'] },
        'b/plugin.cjs': code('b'),
      },
      { watch: watching },
    )
    execFileSync('rm', ['-rf', folder.file('a')])
    await value('b', undefined)
    await settles()
    assert.equal(snapshot(manager, 'b').problem?.code, 'ERR_PLUGIN_DEPENDENCY_MISSING')
    assert.equal(manager.heard.plans.length, 2)
    const stopping = manager.heard.states.filter(({ to }) => to === 'stopping').map(({ name }) => name)
    assert.deepEqual(stopping, ['b', 'a'])
    folder.write({ 'a/metadata.json': {}, 'a/plugin.cjs': code('a again') })
    await value('a', 'a again')
    await settles()
    assert.equal(valueOf(manager, 'b'), 'b')
  })

  test(`F15 folder swap by two renames, then an edit: the new version runs after one reload, and later edits are seen (${how})`, async (t) => {
    const { folder, manager, value, settles } = await scene(
      t,
      { 'a/plugin.cjs': code(1), '../new/metadata.json': { name: 'a' }, '../new/plugin.cjs': code(2) },
      { watch: watching },
    )
    folder.move('a', '../old')
    folder.move('../new', 'a')
    await value('a', 2)
    assert.equal(snapshot(manager, 'a').generation, 2)
    folder.write({ 'a/plugin.cjs': code(3) })
    await value('a', 3)
    await settles()
    assert.deepEqual(generations(manager), { a: 3 })
    neverBad(manager, 'a')
  })

  test(`F16 a plugin folder that is a link, led elsewhere: the plugin is reloaded once, and edits at the new place are seen (${how})`, async (t) => {
    const folder = pluginsFolder(t, {
      '../v1/metadata.json': { name: 'a' },
      '../v1/plugin.cjs': code(1),
      '../v2/metadata.json': { name: 'a' },
      '../v2/plugin.cjs': code(2),
    })
    symlinkSync('../v1', folder.file('a'))
    const { manager, value, settles } = await watch(t, folder, { watch: watching })
    assert.equal(valueOf(manager, 'a'), 1)
    symlinkSync('../v2', folder.file('../a.new'))
    folder.move('../a.new', 'a')
    await value('a', 2)
    folder.write({ '../v2/plugin.cjs': code(3) })
    await value('a', 3)
    await settles()
    assert.deepEqual(generations(manager), { a: 3 })
    neverBad(manager, 'a')
  })

  test(`F19 the plugins folder renamed away, then made anew: what runs goes on and the report says so, and what is there afterwards runs (${how})`, async (t) => {
    const { folder, manager, value, settles } = await scene(
      t,
      { 'a/plugin.cjs': code(1), 'b/plugin.cjs': code('b') },
      { watch: watching },
    )
    const away = folder.file('../away')
    renameSync(folder.path, away)
    await until(() => manager.heard.codes().includes('ERR_PLUGIN_DIRECTORY'))
    assert.deepEqual([valueOf(manager, 'a'), valueOf(manager, 'b')], [1, 'b'])
    rmSync(away, { recursive: true })
    mkdirSync(folder.path)
    folder.write({ 'a/metadata.json': {}, 'a/plugin.cjs': code(2) })
    await value('a', 2)
    await value('b', undefined)
    folder.write({ 'a/plugin.cjs': code(3) })
    await value('a', 3)
    await settles()
    assert.deepEqual(generations(manager), { a: 3 })
    assert.deepEqual((await manager.settled()).problems, [])
  })
}

test('F9 a slow copy, metadata.json first and the entry much later: the plugin is settling, which is no problem, and runs when it is whole', async (t) => {
  const { folder, manager, value, settles } = await scene(t, {})
  folder.write({ 'a/metadata.json': {} })
  await until(() => manager.get('a'), 'a is found')
  assert.equal(snapshot(manager, 'a').state, 'found')
  assert.match(snapshot(manager, 'a').because, /settling/)
  assert.equal(snapshot(manager, 'a').problem, undefined)
  await delay(1000)
  await manager.settled()
  assert.equal(snapshot(manager, 'a').state, 'found')
  folder.write({ 'a/plugin.cjs': code('a') })
  await value('a', 'a')
  await settles()
  assert.deepEqual(manager.heard.statesOf('a'), ['found', 'loading', 'active'])
  neverBad(manager, 'a')
})

test('F9 a copy that stops halfway: after ten seconds one problem says what is missing, and the plugin runs as soon as it is there', async (t) => {
  const { folder, manager, value } = await scene(t, {})
  folder.write({ 'a/metadata.json': {} })
  await until(
    () => manager.get('a')?.state === 'invalid',
    () => manager.plugins,
    40_000,
  )
  assert.equal(snapshot(manager, 'a').problem?.code, 'ERR_PLUGIN_ENTRY_MISSING')
  assert.deepEqual(manager.heard.codes('a'), ['ERR_PLUGIN_ENTRY_MISSING'])
  folder.write({ 'a/plugin.cjs': code('a') })
  await value('a', 'a')
})

test('a folder copied file by file is loaded once, when it is whole', async (t) => {
  const { folder, manager, value, settles } = await scene(t, {})
  const files: Files = {
    'a/metadata.json': {},
    'a/plugin.cjs': `exports.activate = () => ({ value: [1, 2, 3].map((n) => require('./lib/' + n + '.cjs').n).join() })`,
    'a/lib/1.cjs': 'exports.n = 1',
    'a/lib/2.cjs': 'exports.n = 2',
    'a/lib/3.cjs': 'exports.n = 3',
  }
  let last = performance.now()
  let longest = 0
  for (const [name, content] of Object.entries(files)) {
    folder.write({ [name]: content })
    longest = Math.max(longest, performance.now() - last)
    await delay(10)
    last = performance.now()
  }
  await value('a', '1,2,3')
  await settles()
  if (longest < SETTLE / 2) neverBad(manager, 'a')
  assert.deepEqual(generations(manager), { a: 1 })
})

test('F10 a slow copy whose modules come after its entry: the plugin runs once, as soon as they are there', async (t) => {
  const { folder, manager, value, settles } = await scene(t, {})
  folder.write({ 'a/metadata.json': {}, 'a/plugin.cjs': `module.exports = require('./lib/x.cjs')` })
  await delay(400)
  folder.write({ 'a/lib/x.cjs': code('a') })
  await value('a', 'a')
  await settles()
  assert.deepEqual(generations(manager), { a: 1 })
  assert.equal(snapshot(manager, 'a').problem, undefined)
})

for (const gap of [5, 20, 60]) {
  test(`two saves ${gap} ms apart end with the second`, async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.cjs': code(1) })
    const start = performance.now()
    folder.write({ 'a/plugin.cjs': code(2) })
    await delay(gap)
    folder.write({ 'a/plugin.cjs': code(3) })
    const apart = performance.now() - start
    await value('a', 3)
    await settles()
    const { generation } = snapshot(manager, 'a')
    assert.ok(generation <= (apart < SETTLE - 10 ? 2 : 3), `${generation} after ${apart} ms`)
    neverBad(manager, 'a')
  })
}

test('C4 saves that never pause for two seconds: a handful of reloads, and the last one wins', async (t) => {
  const { folder, manager, value, settles } = await scene(t, { 'a/plugin.cjs': code(0) })
  const end = performance.now() + 2000
  let count = 0
  while (performance.now() < end) {
    count += 1
    folder.write({ 'a/plugin.cjs': code(count) })
    await delay(5)
  }
  await value('a', count)
  await settles()
  assert.ok(snapshot(manager, 'a').generation <= 20, `${snapshot(manager, 'a').generation} of ${count}`)
  neverBad(manager, 'a')
})

test('F6 a git checkout of 150 files in fifty plugins: each is reloaded once, dependencies first, and none from a tree that is half checked out', async (t) => {
  const names = Array.from({ length: 50 }, (_, index) => `p${String(index).padStart(2, '0')}`)
  const at = (version: number): Files =>
    Object.fromEntries(
      names.flatMap((name, index) => [
        [
          `${name}/metadata.json`,
          { version: `${version}.0.0`, ...(index % 5 > 0 && { dependencies: [names[index - 1]] }) },
        ],
        [
          `${name}/plugin.cjs`,
          pluginCode('cjs', {
            top: `const lib = require('./lib/x.cjs').version`,
            activate: `ctx.host.seen.push(ctx.version + ' ${version} ' + lib); return { value: ${version} }`,
          }),
        ],
        [`${name}/lib/x.cjs`, `exports.version = ${version}\n`],
      ]),
    )
  const folder = pluginsFolder(t, at(1))
  const git = (...values: string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'commit.gpgsign=false', ...values],
      {
        cwd: folder.root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
  git('init', '-q', '-b', 'one')
  git('add', 'plugins')
  git('commit', '-q', '-m', 'one')
  git('checkout', '-q', '-b', 'two')
  folder.write(at(2))
  git('commit', '-q', '-a', '-m', 'two')
  git('checkout', '-q', 'one')
  const seen: string[] = []
  const { manager, settles } = await watch(t, folder, { context: { seen } })
  git('checkout', '-q', 'two')
  await until(
    () => names.every((name) => valueOf(manager, name) === 2),
    () => endingOf(manager),
  )
  await manager.settled()
  const starts = Object.values(generations(manager)).reduce((sum, generation) => sum + generation - 1, 0)
  assert.deepEqual([...new Set(seen)].sort(), ['1.0.0 1 1', '2.0.0 2 2'])
  assert.equal(starts, 50, `${starts} reloads in ${manager.heard.plans.length - 1} plans`)
  await settles()
  for (const name of names) neverBad(manager, name)
})

test('F24 a touch, a chmod, and edits of comments, types, data and files that nothing imports: nothing is reloaded', async (t) => {
  const { folder, manager, settles } = await scene(t, {
    'a/plugin.cjs': code(1),
    'a/README.md': 'one',
    'a/unused.cjs': '1',
    'b/plugin.ts': `import { x } from './x.ts'\nexport const activate = () => ({ value: x })\n`,
    'b/x.ts': `export const x: number = 1\n`,
  })
  const changes: (() => void)[] = [
    () => folder.write({ 'a/README.md': 'two' }),
    () => folder.write({ 'a/unused.cjs': '2' }),
    () => folder.write({ 'a/public/x.css': 'x' }),
    () => utimesSync(folder.file('a/plugin.cjs'), new Date(), new Date()),
    () => chmodSync(folder.file('a/plugin.cjs'), 0o600),
    () => folder.write({ 'a/plugin.cjs': code(1) }),
    () => folder.write({ 'b/x.ts': `// why\nexport const x: number = 1\n` }),
    () => folder.write({ 'b/x.ts': `export const x: 1 | 2 = 1\n` }),
    () => folder.write({ 'a/node_modules/x/index.js': '' }),
  ]
  for (const change of changes) {
    change()
    await looked(manager)
  }
  assert.deepEqual(generations(manager), { a: 1, b: 1 })
  assert.equal(manager.heard.plans.length, 1)
  await settles()
})

test('files named by `watch` reload their plugin when their content changes, others do not', async (t) => {
  const { folder, manager, settles } = await scene(t, {
    'a/metadata.json': { watch: ['views/**/*.html'] },
    'a/plugin.cjs': pluginCode('cjs', {
      activate: `return { value: require('node:fs').readFileSync(ctx.directory + '/views/deep/x.html', 'utf8') }`,
    }),
    'a/views/deep/x.html': 'one',
    'a/views/y.txt': 'one',
  })
  folder.write({ 'a/views/deep/x.html': 'two' })
  await until(() => valueOf(manager, 'a') === 'two')
  folder.write({ 'a/views/deep/new.html': 'new' })
  await until(() => snapshot(manager, 'a').generation === 3)
  utimesSync(folder.file('a/views/deep/x.html'), new Date(), new Date())
  folder.write({ 'a/views/y.txt': 'two' })
  await looked(manager)
  await settles()
  assert.deepEqual(generations(manager), { a: 3 })
})

test('a change of metadata.json takes effect', async (t) => {
  const { folder, manager, settles } = await scene(t, { 'a/plugin.cjs': code(1), 'b/plugin.cjs': code(1) })
  folder.write({ 'a/metadata.json': { version: '1.1.0', description: 'new' } })
  await until(() => snapshot(manager, 'a').version === '1.1.0')
  folder.write({
    'a/metadata.json': { version: '1.1.0', description: 'new', main: 'other.cjs' },
    'a/other.cjs': code(2),
  })
  await until(() => valueOf(manager, 'a') === 2)
  folder.write({ 'a/metadata.json': { version: '1.1.0', enabled: false } })
  await until(() => snapshot(manager, 'a').state === 'off')
  await settles()
  assert.equal(snapshot(manager, 'b').generation, 1)
})

test('F23 a plugin that writes a log into its own folder 200 times a second: it is not reloaded for it, and edits of it and of others are seen', async (t) => {
  const logging = (value: number): string =>
    pluginCode('cjs', {
      activate: [
        `const { appendFileSync } = require('node:fs')`,
        `ctx.setInterval(() => appendFileSync(ctx.directory + '/out.log', 'line\\n'), 5)`,
        `return { value: ${value} }`,
      ].join('; '),
    })
  const { folder, manager, value } = await scene(t, { 'a/plugin.cjs': logging(1), 'b/plugin.cjs': code(1) })
  await delay(1000)
  assert.deepEqual(generations(manager), { a: 1, b: 1 })
  folder.write({ 'b/plugin.cjs': code(2) })
  await value('b', 2)
  folder.write({ 'a/plugin.cjs': logging(2) })
  await value('a', 2)
  await delay(500)
  assert.deepEqual(generations(manager), { a: 2, b: 2 })
  await manager.disable('a')
})

test('a plugin that writes a JSON file into its own folder when it starts does not go round in circles', async (t) => {
  const { folder, manager, value, settles } = await scene(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      activate: `require('node:fs').writeFileSync(ctx.directory + '/data.json', JSON.stringify({ at: Date.now(), x: Math.random() })); return { value: 1 }`,
    }),
    'b/plugin.ts': `import { writeFileSync } from 'node:fs'\nexport const activate = (ctx: any) => { writeFileSync(ctx.directory + '/state.json', String(Math.random())); return { value: 1 } }\n`,
  })
  await delay(600)
  await manager.settled()
  assert.deepEqual(generations(manager), { a: 1, b: 1 })
  folder.write({ 'a/plugin.cjs': code(2) })
  await value('a', 2)
  await settles()
  assert.deepEqual(generations(manager), { a: 2, b: 1 })
})

test('F12 a metadata.json that is deleted and put back: the plugin stops, and runs again, by hints alone', async (t) => {
  const { folder, manager, value, settles } = await scene(
    t,
    { 'a/metadata.json': {}, 'a/plugin.cjs': code('a') },
    { watch: hintsAlone },
  )
  rmSync(folder.file('a/metadata.json'))
  await until(() => manager.get('a') === undefined, 'a is gone')
  folder.write({ 'a/metadata.json': {} })
  await value('a', 'a')
  folder.write({ 'a/plugin.cjs': code('A') })
  await value('a', 'A')
  await settles()
  neverBad(manager, 'a')
})

test('F12 a plugin folder elsewhere that is removed and comes back: it runs again, by hints alone', async (t) => {
  const folder = pluginsFolder(t, {
    '../elsewhere/metadata.json': { name: 'a' },
    '../elsewhere/plugin.cjs': code('a'),
  })
  const { manager, value } = await watch(t, folder, {
    watch: hintsAlone,
    plugins: [{ name: 'a', path: folder.file('../elsewhere') }],
  })
  await value('a', 'a')
  folder.move('../elsewhere', '../away')
  await until(() => manager.get('a')?.state !== 'active', 'a stops')
  folder.move('../away', '../elsewhere')
  await value('a', 'a')
  rmSync(folder.file('../elsewhere/metadata.json'))
  await until(() => manager.get('a')?.state !== 'active', 'a stops')
  folder.write({ '../elsewhere/metadata.json': { name: 'a' } })
  await value('a', 'a')
})

test('a folder that gets another name keeps its plugin, which moves with it', async (t) => {
  const { folder, manager, value, settles } = await scene(t, {
    'a/plugin.cjs': code(1),
    'b/metadata.json': { dependencies: ['a'] },
    'b/plugin.cjs': code('b'),
  })
  folder.move('a', 'x')
  await until(() => snapshot(manager, 'a').directory === folder.file('x'))
  await until(() => snapshot(manager, 'a').generation === 2)
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_NAME_MISMATCH'])
  folder.write({ 'x/plugin.cjs': code(2) })
  await value('a', 2)
  await settles()
  assert.deepEqual(generations(manager), { a: 3, b: 3 })
  neverBad(manager, 'b')
})

const STORM = 'ERR_PLUGIN_RELOAD_STORM'

/** A plugin that imports a file of its own and writes it anew whenever it starts. */
const stormy = (format: Format, then = ''): string =>
  pluginCode(format, {
    top:
      format === 'cjs'
        ? `const { writeFileSync } = require('node:fs'); const data = require('./data.json')`
        : `import { writeFileSync } from 'node:fs'; import data from './data.json' with { type: 'json' }`,
    activate: `writeFileSync(ctx.directory + '/data.json', JSON.stringify({ n: data.n + 1 })); ${then}; return { value: data.n }`,
  })

/** Waits until a plugin is said to reload itself for ever. Gives its generation then, and how long ago that was, in ms. */
async function storming(
  manager: TestManager,
  name: string,
): Promise<{ generation: number; since(): number }> {
  let generation = 0
  let at = 0
  manager.on('problem', ({ code, plugin }) => {
    if (code !== STORM || plugin !== name) return
    generation = snapshot(manager, name).generation
    at = performance.now()
  })
  await until(
    () => generation > 0,
    () => [name, snapshot(manager, name), manager.heard.codes()],
  )
  return { generation, since: () => performance.now() - at }
}

for (const format of formats) {
  test(`F23 a plugin that writes a file that it imports whenever it starts: after three reloads they wait 1 s, then ever longer up to 60 s, and a problem names the file (${format})`, async (t) => {
    const { folder, manager } = await scene(t, {})
    folder.write({
      'a/metadata.json': {},
      'a/data.json': '{ "n": 0 }',
      [`a/plugin.${format}`]: stormy(format),
    })
    const { generation, since } = await storming(manager, 'a')
    assert.equal(generation, 4)
    const problem = snapshot(manager, 'a').problem
    assert.equal(problem?.code, STORM)
    assert.equal(problem.file, folder.file('a/data.json'))
    assert.match(problem.message, /^a writes data\.json each time/)
    while (since() < 500) {
      const { problems } = await (since() < 250 ? manager.rescan() : manager.settled())
      if (since() > 900) break
      assert.equal(snapshot(manager, 'a').generation, generation)
      assert.deepEqual(problems, [problem])
      assert.deepEqual(manager.plan().restart, [])
    }
    await until(() => snapshot(manager, 'a').generation === generation + 1)
    assert.ok(since() > 900, `went after ${since()} ms`)
    assert.equal(valueOf(manager, 'a'), generation)
    await manager.settled()
    assert.equal(snapshot(manager, 'a').generation, generation + 1)
    assert.deepEqual(manager.heard.codes(), [STORM], 'said once')
  })
}

test('a plugin that fails each time and writes what it imports is tried ever more seldom', async (t) => {
  const { folder, manager } = await scene(t, {})
  folder.write({
    'a/metadata.json': {},
    'a/data.json': '{ "n": 0 }',
    'a/plugin.cjs': stormy('cjs', `throw new Error('no')`),
  })
  await until(() => manager.heard.codes('a').includes(STORM))
  const { failures } = snapshot(manager, 'a')
  await manager.settled()
  assert.ok(snapshot(manager, 'a').failures <= failures + 1)
  folder.write({ 'a/plugin.cjs': code('mended') })
  await until(() => valueOf(manager, 'a') === 'mended')
  assert.equal(snapshot(manager, 'a').failures, failures)
})

test('a plugin whose new version writes and fails, so that the old one comes back and writes, is slowed down', async (t) => {
  const { folder, manager } = await scene(t, {
    'a/data.json': '{ "n": 0 }',
    'a/plugin.cjs': pluginCode('cjs', {
      top: `const { writeFileSync } = require('node:fs'); require('./data.json')`,
      activate: `return { value: 1 }`,
    }),
  })
  folder.write({ 'a/plugin.cjs': stormy('cjs', `throw new Error('no')`) })
  await until(() => manager.heard.codes('a').includes(STORM))
  assert.equal(valueOf(manager, 'a'), 1)
  const { failures } = snapshot(manager, 'a')
  folder.write({ 'a/plugin.cjs': code(2) })
  await until(() => valueOf(manager, 'a') === 2)
  assert.equal(snapshot(manager, 'a').failures, failures)
})

test('a plugin that writes a file that it has watched is slowed down', async (t) => {
  const { folder, manager } = await scene(t, {
    'a/metadata.json': { watch: ['views/*'] },
    'a/plugin.cjs': pluginCode('cjs', {
      activate: `require('node:fs').writeFileSync(ctx.directory + '/views/x.html', String(Math.random()))`,
    }),
    'a/views/x.html': 'one',
  })
  folder.write({ 'a/views/x.html': 'two' })
  await until(() => manager.heard.codes('a').includes(STORM))
  assert.equal(snapshot(manager, 'a').problem?.file, folder.file('a/views/x.html'))
})

test('a plugin that writes into a folder whose name begins with a dot is left in peace, as the warning says', async (t) => {
  const { folder, manager } = await scene(t, {
    'a/.data/data.json': '{ "n": 0 }',
    'a/plugin.cjs': stormy('cjs').replaceAll('/data.json', '/.data/data.json'),
  })
  await looked(manager)
  folder.write({ 'a/.data/data.json': '{ "n": 7 }' })
  await looked(manager)
  assert.deepEqual(generations(manager), { a: 1 })
})

test('a plugin that waits because it reloads itself for ever takes an edit at once', async (t) => {
  const { folder, manager, settles } = await scene(t, {})
  folder.write({ 'a/metadata.json': {}, 'a/data.json': '{ "n": 0 }', 'a/plugin.cjs': stormy('cjs') })
  const { generation } = await storming(manager, 'a')
  folder.write({ 'a/plugin.cjs': code('mended') })
  await until(() => valueOf(manager, 'a') === 'mended')
  assert.equal(
    snapshot(manager, 'a').generation,
    generation + 1,
    'the edit did not wait for the other reload',
  )
  assert.equal(snapshot(manager, 'a').problem, undefined)
  await settles()
  assert.equal(snapshot(manager, 'a').generation, generation + 1)
})

test('a plugin that reloads itself for ever holds up nobody else, and nobody who asks for it', async (t) => {
  const { folder, manager, value } = await scene(t, { 'b/plugin.cjs': code(0), 'c/plugin.cjs': code(0) })
  folder.write({
    'a/metadata.json': {
      optionalDependencies: ['c'],
      settings: { properties: { x: { default: 1 } }, type: 'object' },
    },
    'a/data.json': '{ "n": 0 }',
    'a/plugin.cjs': stormy('cjs'),
  })
  const again = async (): Promise<number> => (await storming(manager, 'a')).generation
  let generation = await again()
  folder.write({ 'b/plugin.cjs': code(1) })
  await value('b', 1)
  assert.deepEqual(generations(manager), { a: generation, b: 2, c: 1 })

  assert.equal((await manager.reload('a')).generation, generation + 1)
  generation = await again()
  assert.equal((await manager.disable('a')).state, 'off')
  assert.equal((await manager.enable('a')).generation, generation + 1)
  generation = await again()
  folder.write({ 'c/plugin.cjs': code(1) })
  await value('c', 1)
  assert.equal(snapshot(manager, 'a').generation, generation + 1, 'with what it depends on')
  generation = await again()
  folder.config({ plugins: [{ name: 'a', settings: { x: 2 } }] })
  await until(() => snapshot(manager, 'a').generation === generation + 1)
  assert.deepEqual(manager.heard.codes('a'), [STORM, STORM, STORM, STORM], 'and not as its time was over')
})

for (const settle of [0, 2]) {
  test(`C1 edits in the very moment in which their plugin goes live: each is taken at once (settle ${settle})`, async (t) => {
    // What the plugin itself writes when it starts is no part of it.
    const writing = (value: number): string =>
      pluginCode('cjs', {
        top: `const { writeFileSync } = require('node:fs')`,
        activate: `writeFileSync(ctx.directory + '/state.json', String(Math.random())); return { value: ${value} }`,
      })
    const { folder, manager, value } = await scene(
      t,
      { 'a/plugin.cjs': writing(0), 'a/state.json': '0' },
      { watch: { settle } },
    )
    let edit = 0
    manager.on('state', ({ to }) => {
      if (to !== 'active' || edit === 50) return
      edit += 1
      folder.write({ 'a/plugin.cjs': writing(edit) })
    })
    const start = performance.now()
    folder.write({ 'a/plugin.cjs': writing(1000) })
    await value('a', 50)
    const ms = performance.now() - start
    assert.deepEqual(manager.heard.codes(), [])
    assert.ok(ms < 5000, `${ms} ms`)
  })
}

test('a copy of a folder is told to be one, and takes over when the first goes', async (t) => {
  const { folder, manager, settles } = await scene(t, { 'a/plugin.cjs': code(1) })
  cpSync(folder.file('a'), folder.file('a-copy'), { recursive: true })
  await until(() => manager.heard.codes('a').includes('ERR_PLUGIN_NAME_TAKEN'))
  assert.equal(snapshot(manager, 'a').generation, 1)
  appendFileSync(folder.file('a-copy/plugin.cjs'), '\n// copy\n')
  folder.remove('a')
  await until(
    () =>
      snapshot(manager, 'a').directory === folder.file('a-copy') && snapshot(manager, 'a').state === 'active',
  )
  await settles()
  assert.deepEqual(manager.plugins.length, 1)
})

test('without watching nothing happens until somebody asks', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': code(1) })
  for (const options of [{ watch: false }, { watch: undefined, env: { ENABLE_PLUGIN_HOT_RELOAD: 'off' } }]) {
    folder.write({ 'a/plugin.cjs': code(1) })
    const manager = managerFor(t, folder, options)
    await manager.start()
    folder.write({ 'a/plugin.cjs': code(2) })
    await delay(200)
    assert.equal(valueOf(manager, 'a'), 1)
    assert.deepEqual(manager.heard.watch, [])
    await manager.settled()
    assert.equal(valueOf(manager, 'a'), 2)
  }
})

test('polling sees edits too', async (t) => {
  const { folder, value, settles } = await scene(
    t,
    { 'a/plugin.cjs': code(1) },
    { watch: { usePolling: true } },
  )
  folder.write({ 'a/plugin.cjs': code(2), 'b/metadata.json': {}, 'b/plugin.cjs': code('b') })
  await value('a', 2)
  await value('b', 'b')
  await settles()
})

test('a plugin that does not load for another reason than before: its dependents say the newest one', async (t) => {
  const { folder, manager } = await scene(
    t,
    {
      'a/plugin.ts': `import 'nowhere'`,
      'b/metadata.json': { dependencies: ['a'] },
      'b/plugin.cjs': code('b'),
    },
    { watch: hintsAlone },
  )
  assert.match(snapshot(manager, 'b').because, /^needs a, which failed: Cannot find 'nowhere'/)
  folder.write({ 'a/plugin.ts': 'const = 1' })
  await until(() => snapshot(manager, 'a').problem?.code === 'ERR_PLUGIN_SYNTAX', 'another reason')
  const said = snapshot(manager, 'a').problem!.message.replace(/\.$/, '')
  assert.equal(snapshot(manager, 'b').because, `needs a, which failed: ${said}`)
})
