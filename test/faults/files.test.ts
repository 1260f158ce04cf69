import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs, {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FSWatcher } from 'chokidar'
import type { Report } from 'plugbay'
import { afterwards } from '../afterwards.ts'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { neverBad, scene, watch } from '../watched.ts'

const code = (value: unknown): string => valueCode('cjs', value)

/** A plugin was reloaded so many times, and never anything else. */
function onlyReloaded(manager: TestManager, name: string, times: number): void {
  const reload = ['stopping', 'loading', 'active']
  const expected = ['loading', 'active', ...Array.from({ length: times }, () => reload).flat()]
  assert.deepEqual(manager.heard.statesOf(name), expected)
  neverBad(manager, name)
}

describe('saves, as editors and programs make them', { concurrency: 6 }, () => {
  test('F1 a save by vim, which renames the file away, writes a new one and removes the old (backupcopy=no): one reload, and none for its temporary files', async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.ts': valueCode('ts', 1) })
    const path = folder.file('a/plugin.ts')
    writeFileSync(folder.file('a/.plugin.ts.swp'), 'swap')
    writeFileSync(folder.file('a/.plugin.ts.swx'), 'swap')
    unlinkSync(folder.file('a/.plugin.ts.swx'))
    writeFileSync(folder.file('a/4913'), '')
    unlinkSync(folder.file('a/4913'))
    renameSync(path, `${path}~`)
    const file = openSync(path, 'wx')
    await delay(10)
    writeSync(file, valueCode('ts', 2))
    closeSync(file)
    unlinkSync(`${path}~`)
    unlinkSync(folder.file('a/.plugin.ts.swp'))
    await value('a', 2)
    await settles()
    onlyReloaded(manager, 'a', 1)
  })

  test('F2 such a save with a pause in which the file is gone: what runs goes on meanwhile, and is reloaded once', async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.cjs': code(1) })
    const path = folder.file('a/plugin.cjs')
    renameSync(path, `${path}~`)
    await delay(150)
    const { problems } = await manager.settled()
    assert.deepEqual([snapshot(manager, 'a').state, valueOf(manager, 'a'), problems], ['active', 1, []])
    writeFileSync(path, code(2))
    unlinkSync(`${path}~`)
    await value('a', 2)
    await settles()
    onlyReloaded(manager, 'a', 1)
  })

  test('F3 an editor that truncates the file, pauses, and writes it in two halves: neither the empty nor the half file is loaded', async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.mjs': valueCode('mjs', 1) })
    const file = openSync(folder.file('a/plugin.mjs'), 'w')
    const { problems } = await manager.settled()
    assert.deepEqual([snapshot(manager, 'a').state, valueOf(manager, 'a'), problems], ['active', 1, []])
    const text = valueCode('mjs', 2)
    writeSync(file, text.slice(0, 20))
    await delay(15)
    writeSync(file, text.slice(20))
    closeSync(file)
    await value('a', 2)
    await settles()
    onlyReloaded(manager, 'a', 1)
  })

  test('F4 the safe write of JetBrains editors, through ___jb_tmp___ and ___jb_old___: one reload', async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.cjs': code(1) })
    const path = folder.file('a/plugin.cjs')
    writeFileSync(`${path}___jb_tmp___`, code(2))
    await delay(10)
    renameSync(path, `${path}___jb_old___`)
    renameSync(`${path}___jb_tmp___`, path)
    await delay(10)
    unlinkSync(`${path}___jb_old___`)
    await value('a', 2)
    await settles()
    onlyReloaded(manager, 'a', 1)
  })

  test('F5 saves that put another file in the place of the old, each twice (sed -i, ln -f, mv -f): each is seen', async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.ts': valueCode('ts', 1) })
    const path = folder.file('a/plugin.ts')
    const other = folder.file('../other.ts')
    const saves: ((from: number) => void)[] = [
      (from) => execFileSync('sed', ['-i', `s/value: ${from}/value: ${from + 1}/`, path]),
      (from) => {
        writeFileSync(other, valueCode('ts', from + 1))
        execFileSync('ln', ['-f', other, path])
        unlinkSync(other)
      },
      (from) => {
        writeFileSync(other, valueCode('ts', from + 1))
        execFileSync('mv', ['-f', other, path])
      },
    ]
    let now = 1
    for (const save of saves.flatMap((one) => [one, one])) {
      const { ino } = statSync(path)
      save(now)
      assert.notEqual(statSync(path).ino, ino)
      now += 1
      await value('a', now)
    }
    await settles()
    onlyReloaded(manager, 'a', 6)
  })

  test('F8 a copy by rsync, to a temporary file beside it and then --inplace: one reload each, and none from half a file', async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.cjs': code(1) })
    const path = folder.file('a/plugin.cjs')
    const send = async (file: number, text: string): Promise<void> => {
      writeSync(file, text.slice(0, 20), 0)
      await delay(15)
      writeSync(file, text.slice(20), 20)
      closeSync(file)
    }
    const temporary = folder.file('a/.plugin.cjs.Ab12Cd')
    await send(openSync(temporary, 'wx'), code(2))
    renameSync(temporary, path)
    await value('a', 2)
    await send(openSync(path, 'r+'), code(3))
    await value('a', 3)
    await settles()
    onlyReloaded(manager, 'a', 2)
  })

  test('F14 a plugin folder that is removed and made again at once: one reload, with the state handed over', async (t) => {
    const counting = (version: number): string =>
      pluginCode('cjs', {
        activate: `return { value: ${version} + (ctx.previous?.state ?? 0) }`,
        deactivate: `return 100`,
      })
    const { folder, manager, value } = await scene(t, {
      'a/plugin.cjs': counting(1),
      'a/lib/x.cjs': '',
      'b/metadata.json': { dependencies: ['a'] },
      'b/plugin.cjs': code('b'),
    })
    for (const version of [2, 3]) {
      folder.remove('a')
      folder.write({ 'a/metadata.json': {}, 'a/plugin.cjs': counting(version) })
      await value('a', version + 100)
    }
    await manager.settled()
    onlyReloaded(manager, 'a', 2)
    onlyReloaded(manager, 'b', 2)
  })

  test('F25 new content of the same size, with the time of the old one (cp -p): it is seen', async (t) => {
    const { folder, manager, value, settles } = await scene(t, { 'a/plugin.cjs': code(1) })
    const path = folder.file('a/plugin.cjs')
    const past = new Date('2020-01-01')
    utimesSync(path, past, past)
    await manager.settled()
    const before = statSync(path)
    for (const next of [2, 3]) {
      folder.write({ '../new.cjs': code(next) })
      copyFileSync(folder.file('../new.cjs'), path)
      utimesSync(path, past, past)
      const { size, mtimeMs } = statSync(path)
      assert.deepEqual([size, mtimeMs], [before.size, before.mtimeMs])
      await value('a', next)
    }
    await settles()
    onlyReloaded(manager, 'a', 2)
  })
})

describe('folders and links', { concurrency: 6 }, () => {
  test('F17 a swap of the ..data link of Kubernetes, twice: one reload each, and what lies behind it is inside the folder', async (t) => {
    const folder = pluginsFolder(t)
    const volume = folder.file('a')
    const publish = (version: number): void => {
      const name = `..2026_11_0${version}_10_00_00.123`
      mkdirSync(`${volume}/${name}`, { recursive: true })
      writeFileSync(`${volume}/${name}/metadata.json`, `{"name":"a","version":"${version}.0.0"}`)
      writeFileSync(`${volume}/${name}/plugin.cjs`, `module.exports = require('./lib.cjs')`)
      writeFileSync(`${volume}/${name}/lib.cjs`, code(version))
      symlinkSync(name, `${volume}/..data_tmp`)
      renameSync(`${volume}/..data_tmp`, `${volume}/..data`)
      rmSync(`${volume}/..2026_11_0${version - 1}_10_00_00.123`, { recursive: true, force: true })
    }
    publish(1)
    for (const file of ['metadata.json', 'plugin.cjs', 'lib.cjs'])
      symlinkSync(`..data/${file}`, `${volume}/${file}`)
    const { manager, value, settles } = await watch(t, folder)
    assert.equal(valueOf(manager, 'a'), 1)
    for (const version of [2, 3]) {
      publish(version)
      await value('a', version)
      assert.equal(snapshot(manager, 'a').version, `${version}.0.0`)
    }
    await settles()
    onlyReloaded(manager, 'a', 2)
  })

  test('F19 the plugins folder unmounted, so that an empty folder is in its place: what runs goes on and the report says so, and a mount brings what is there then', (t) => {
    const enter = ['-Urm', process.execPath]
    if (spawnSync('unshare', [...enter, '-e', '']).status !== 0) return t.skip('no mounts without root here')
    const child = fileURLToPath(new URL('./unmount.child.js', import.meta.url))
    const { root } = pluginsFolder(t)
    const { stdout, stderr } = spawnSync('unshare', [...enter, child, root], { encoding: 'utf8' })
    assert.equal(stderr, '')
    assert.deepEqual(JSON.parse(stdout), {
      unmounted: { value: 1, codes: ['ERR_PLUGIN_DIRECTORY'] },
      mounted: { value: 2, codes: [] },
    })
  })

  test('F20 a look at one file or folder fails (EIO, ELOOP): nothing is stopped, the problem names the path, and is gone with its cause', async (t) => {
    const folder = pluginsFolder(t, {
      'a/plugin.cjs': code(1),
      'b/metadata.json': { dependencies: ['a'] },
      'b/plugin.cjs': code('b'),
    })
    const manager = managerFor(t, folder)
    await manager.start()
    for (const [path, target, reason] of [
      ['a/metadata.json', '/proc/self/mem', 'EIO'],
      ['a/metadata.json', 'metadata.json', 'ELOOP'],
      ['a', 'a', 'ELOOP'],
      ['.', 'plugins', 'ELOOP'],
    ] as const) {
      if (target.startsWith('/') && !existsSync(target)) continue
      renameSync(folder.file(path), folder.file('../aside'))
      symlinkSync(target, folder.file(path))
      const { problems, active } = await manager.settled()
      assert.deepEqual(active, ['a', 'b'], path)
      assert.deepEqual([valueOf(manager, 'a'), valueOf(manager, 'b')], [1, 'b'])
      const problem = problems.find(({ message }) => message.includes(reason))
      assert.equal(problem?.file, folder.file(path))
      unlinkSync(folder.file(path))
      renameSync(folder.file('../aside'), folder.file(path))
      assert.deepEqual((await manager.settled()).problems, [], path)
    }
    assert.deepEqual([manager.heard.statesOf('a'), manager.heard.plans.length], [['loading', 'active'], 1])
  })

  test('F21 changes of which no event tells (network disks, WSL, Docker): the regular look finds each, and after the third a warning says so and it looks every second', async (t) => {
    const folder = pluginsFolder(t, { 'a/plugin.cjs': code(0) })
    // The watch of a folder tells nothing of a write through another name of the file.
    linkSync(folder.file('a/plugin.cjs'), folder.file('../other.cjs'))
    const { manager, value } = await watch(t, folder, { watch: { rescan: 400 } })
    // It listens anew to a folder in which it missed something, and looks once more then.
    let last = 0
    manager.on('watch', () => (last = performance.now()))
    const quiet = (): Promise<void> => {
      last = performance.now()
      return until(() => performance.now() - last > 200)
    }
    for (let edit = 1; !manager.heard.codes().includes('ERR_PLUGIN_WATCH'); edit += 1) {
      assert.ok(edit <= 20)
      writeFileSync(folder.file('../other.cjs'), code(edit))
      await value('a', edit)
      await quiet()
      assert.ok(edit >= 3 || manager.heard.problems.length === 0)
    }
    const [problem] = manager.heard.problems
    assert.equal(problem?.severity, 'warning')
    assert.match(problem.hint, /usePolling/)
    assert.ok(manager.heard.watch.some(({ kind }) => kind === 'trouble'))
  })

  test('F21 edits of which events tell, and looks at everything in between: no such warning', async (t) => {
    const { folder, manager, value } = await scene(t, { 'a/plugin.cjs': code(0) }, { watch: { rescan: 250 } })
    for (let edit = 1; edit <= 6; edit += 1) {
      folder.write({ 'a/plugin.cjs': code(edit) })
      await value('a', edit)
    }
    assert.deepEqual(manager.heard.codes(), [])
  })

  test('F27 links in circles, pipes, sockets, devices, and folders without end in a plugin folder: they are passed over and never opened, the plugin runs, and a warning says what is left out', async (t) => {
    const folder = pluginsFolder(t, { 'a/plugin.cjs': code(1), 'b/metadata.json': {} })
    symlinkSync('.', folder.file('a/circle'))
    symlinkSync('loop', folder.file('a/loop'))
    symlinkSync('..', folder.file('a/up'))
    symlinkSync('/dev/zero', folder.file('a/device.cjs'))
    mkdirSync(folder.file('c'))
    execFileSync('mkfifo', ['a/pipe.cjs', 'b/plugin.cjs', 'c/metadata.json'].map(folder.file))
    const server = createServer().listen(folder.file('a/socket'))
    t.after(() => server.close())
    mkdirSync(`${folder.file('a')}${'/d'.repeat(1000)}`, { recursive: true })
    const { manager, value } = await watch(t, folder)
    assert.equal(valueOf(manager, 'a'), 1)
    folder.write({ 'a/plugin.cjs': code(2) })
    await value('a', 2)
    assert.deepEqual(manager.heard.codes('a'), ['ERR_PLUGIN_FOLDER_LIMIT'])
    assert.match(snapshot(manager, 'b').because, /no entry|no plugin/)
    assert.equal(snapshot(manager, 'c').problem?.code, 'ERR_PLUGIN_FILE_UNREADABLE')
  })

  test('F27 more than 5,000 files in a plugin folder: it runs whatever they are called, a warning says that the rest is not watched, and no look takes long', async (t) => {
    const folder = pluginsFolder(t, { 'a/plugin.cjs': code(1) })
    mkdirSync(folder.file('a/assets'))
    for (let count = 0; count < 5200; count += 1) closeSync(openSync(folder.file(`a/assets/${count}`), 'w'))
    const manager = managerFor(t, folder)
    const { problems } = await manager.start()
    assert.equal(valueOf(manager, 'a'), 1)
    assert.deepEqual(
      problems.map(({ code, severity, plugin }) => [code, severity, plugin]),
      [['ERR_PLUGIN_FOLDER_LIMIT', 'warning', 'a']],
    )
    folder.write({ 'a/plugin.cjs': code(2) })
    await manager.settled()
    assert.equal(valueOf(manager, 'a'), 2)
  })

  test('F28 a plugin folder that may not be read: that plugin is invalid, its problem says chmod, and the others run', (t) => {
    const folder = pluginsFolder(t, { 'a/plugin.cjs': code(1), 'b/plugin.cjs': code(1) })
    const become = 'if (process.getuid?.() === 0) process.seteuid(65534)'
    if (spawnSync(process.execPath, ['-e', become]).status !== 0)
      return t.skip('root cannot become another user here')
    chmodSync(folder.root, 0o755)
    chmodSync(folder.file('a'), 0)
    afterwards(t, () => chmodSync(folder.file('a'), 0o755))
    const child = fileURLToPath(new URL('./report.child.js', import.meta.url))
    const { stdout, stderr } = spawnSync(process.execPath, [child, folder.path], { encoding: 'utf8' })
    assert.equal(stderr, '')
    const { active, invalid, problems } = JSON.parse(stdout) as Report
    assert.deepEqual([active, invalid], [['b'], ['a']])
    const [problem] = problems
    assert.deepEqual([problem?.code, problem?.file], ['ERR_PLUGIN_FILE_UNREADABLE', folder.file('a')])
    assert.match(problem!.hint, /chmod u\+rx/)
  })

  test('F30 a folder and a file renamed in case alone: the plugin goes on under the new names, after one reload each', async (t) => {
    const { folder, manager, value } = await scene(t, {
      'a/metadata.json': { main: 'Main.cjs' },
      'a/Main.cjs': `module.exports = require('./Lib.cjs')`,
      'a/Lib.cjs': code(1),
    })
    folder.move('a/Lib.cjs', 'a/lib.cjs')
    folder.write({ 'a/Main.cjs': `module.exports = { ...require('./lib.cjs') }` })
    await until(() => snapshot(manager, 'a').generation === 2)
    folder.move('a', 'A')
    await until(() => snapshot(manager, 'a').directory === folder.file('A'))
    folder.write({ 'A/lib.cjs': code(2) })
    await value('a', 2)
    assert.equal(snapshot(manager, 'a').generation, 4)
    assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_NAME_MISMATCH'])
  })
})

describe('while a plugin is loaded', () => {
  const GATE = Symbol.for('plugbay.test.gate')
  const gates = globalThis as { [GATE]?: { reached(): void; readonly opened: Promise<void> } }

  for (const [where, entry] of [
    ['its code is evaluated', 'await gate()\nexport const activate = () => undefined\n'],
    [
      'it is activated',
      'export const activate = async (ctx) => { await gate(); ctx.host.active += 1 }\nexport const deactivate = (ctx) => { ctx.host.active -= 1 }\n',
    ],
  ] as const)
    test(`F13 a plugin folder that is removed while the plugin starts: the start comes to its end, the plugin is stopped again, and nothing is left (${where})`, async (t) => {
      const folder = pluginsFolder(t, { 'b/plugin.cjs': code('b') })
      const host = { active: 0 }
      const manager = managerFor(t, folder, { context: host })
      await manager.start()
      const gate = `const gate = () => { const gate = globalThis[Symbol.for('plugbay.test.gate')]; gate.reached(); return gate.opened }\n`
      folder.write({ 'a/metadata.json': {}, 'a/plugin.mjs': gate + entry })
      let open = (): void => undefined
      const opened = new Promise<void>((done) => (open = done))
      const reached = new Promise<void>((done) => (gates[GATE] = { reached: done, opened }))
      t.after(() => delete gates[GATE])
      const looking = manager.settled()
      await reached
      folder.remove('a')
      open()
      await looking
      const { problems } = await manager.settled()
      assert.equal(manager.get('a'), undefined)
      assert.deepEqual([problems, host.active, valueOf(manager, 'b')], [[], 0, 'b'])
      onlyReloaded(manager, 'b', 0)
    })

  test('F13 a plugin folder that is removed between the look and the load: a problem at most until the next look, and then the plugin is gone', async (t) => {
    const folder = pluginsFolder(t, { 'c/plugin.cjs': code('c') })
    const manager = managerFor(t, folder, { context: { remove: () => folder.remove('b') } })
    await manager.start()
    folder.write({
      'a/metadata.json': {},
      'a/plugin.cjs': pluginCode('cjs', { activate: 'ctx.host.remove(); return { value: 1 }' }),
      'b/metadata.json': { dependencies: ['a'] },
      'b/plugin.cjs': `exports.activate = () => ({ value: require('./later.cjs') })`,
      'b/later.cjs': 'module.exports = 1',
    })
    const { problems } = await manager.settled()
    await manager.settled()
    assert.ok(problems.every(({ plugin }) => plugin === 'b'))
    assert.equal(manager.get('b'), undefined)
    assert.deepEqual((await manager.settled()).problems, [])
    assert.deepEqual([valueOf(manager, 'a'), valueOf(manager, 'c')], [1, 'c'])
  })
})

describe('events', () => {
  test('F22 so many events that the queue of the kernel overflows in silence: what was lost is found by the regular look', async (t) => {
    const limit = '/proc/sys/fs/inotify/max_queued_events'
    const queue = existsSync(limit) ? Number(readFileSync(limit, 'utf8')) : Infinity
    if (queue > 100_000) return t.skip(`this kernel queues ${queue} events`)
    const { folder, manager, value } = await scene(
      t,
      { 'a/plugin.cjs': code(1), 'b/plugin.cjs': code(1) },
      { watch: { rescan: 700 } },
    )
    const isHint = ({ kind, path }: { kind: string; path: string }): boolean =>
      kind === 'hint' && path === folder.file('b')
    let heard: boolean | undefined
    manager.on('state', ({ name }) => {
      if (name === 'b') heard ??= manager.heard.watch.some(isHint)
    })
    const logs = [openSync(folder.file('a/one.log'), 'a'), openSync(folder.file('a/two.log'), 'a')]
    // By turns, as the kernel tells the same event once.
    for (let count = 0; count < queue + 1000; count += 1) writeSync(logs[count % 2]!, '.')
    folder.write({ 'b/plugin.cjs': code(2) })
    for (const log of logs) closeSync(log)
    await value('b', 2)
    assert.equal(heard, false, 'no event told of it')
    onlyReloaded(manager, 'b', 1)
  })

  test('F23 a plugin that writes a JSON file into its own folder 100 times a second: edits of it are seen all the same, after five seconds at most', async (t) => {
    const writing = (value: number): string =>
      pluginCode('cjs', {
        activate: [
          `const write = () => require('node:fs').writeFileSync(ctx.directory + '/state.json', String(Math.random()))`,
          `ctx.setInterval(() => ctx.host.writes && write(), 10)`,
          `return { value: ${value} }`,
        ].join('; '),
      })
    const host = { writes: false }
    const { folder, manager, value } = await scene(t, { 'a/plugin.cjs': writing(1) }, { context: host })
    const now = performance.now.bind(performance)
    let ahead = 0
    t.mock.method(performance, 'now', () => now() + ahead)
    host.writes = true
    folder.write({ 'a/plugin.cjs': writing(2) })
    await manager.rescan()
    assert.equal(valueOf(manager, 'a'), 1, 'it is still moving')
    ahead = 5000
    await value('a', 2)
    host.writes = false
    onlyReloaded(manager, 'a', 1)
  })

  test('F26 a clock that jumps an hour back, also while a folder is being written, and files from the future: the next edits are seen like any other', async (t) => {
    const { folder, manager, value } = await scene(t, { 'a/plugin.cjs': code(1) })
    const now = Date.now.bind(Date)
    let behind = 0
    t.mock.method(Date, 'now', () => now() - behind)
    folder.write({ 'a/plugin.cjs': code(2) })
    await manager.rescan()
    assert.equal(valueOf(manager, 'a'), 1, 'it is still moving')
    behind = 3_600_000
    await value('a', 2)
    folder.write({ 'a/plugin.cjs': code(3) })
    await value('a', 3)
    behind = 0
    const future = new Date('2099-01-01')
    folder.write({ 'a/plugin.cjs': code(4) })
    utimesSync(folder.file('a/plugin.cjs'), future, future)
    await value('a', 4)
    folder.write({ 'a/plugin.cjs': code(5) })
    await value('a', 5)
    onlyReloaded(manager, 'a', 4)
  })

  for (const [file, broken] of [
    ['metadata.json', 'metadata.json'],
    ['plugin.cjs', 'The entry'],
  ] as const)
    test(`F30 a file that another program holds, so that it cannot be read for a while (EBUSY): what runs goes on, and the new version runs once it can be read (${file})`, async (t) => {
      const { folder, manager, value } = await scene(
        t,
        { 'a/plugin.cjs': code(1) },
        { watch: { rescan: 300 } },
      )
      const { readFileSync: read, openSync: open } = fs
      let held = true
      const refuse = (path: unknown): void => {
        if (held && path === folder.file(`a/${file}`))
          throw Object.assign(new Error('EBUSY: held'), { code: 'EBUSY' })
      }
      t.mock.method(
        fs,
        'readFileSync',
        (...values: Parameters<typeof read>) => (refuse(values[0]), read(...values)),
      )
      t.mock.method(
        fs,
        'openSync',
        (...values: Parameters<typeof open>) => (refuse(values[0]), open(...values)),
      )
      syncBuiltinESMExports()
      t.after(() => {
        t.mock.restoreAll()
        syncBuiltinESMExports()
      })
      folder.write({ 'a/metadata.json': { version: '2.0.0' }, 'a/plugin.cjs': code(2) })
      await until(() => snapshot(manager, 'a').problem?.code === 'ERR_PLUGIN_FILE_UNREADABLE')
      assert.match(snapshot(manager, 'a').problem!.message, new RegExp(`^${broken} cannot be read.*EBUSY`))
      assert.equal(valueOf(manager, 'a'), 1)
      held = false
      await value('a', 2)
      await manager.settled()
      assert.deepEqual([snapshot(manager, 'a').version, snapshot(manager, 'a').problem], ['2.0.0', undefined])
    })

  test('F31 a watcher that cannot even be made, and cannot be closed: start() and close() resolve, a warning says so, and changes are found by looking', async (t) => {
    t.mock.method(FSWatcher.prototype, 'add', () => {
      throw new Error('no watches today')
    })
    t.mock.method(FSWatcher.prototype, 'close', () => Promise.reject(new Error('nor an end')))
    const folder = pluginsFolder(t, { 'a/plugin.cjs': code(1) })
    const manager = managerFor(t, folder, { watch: { rescan: 200 } })
    await manager.start()
    await until(() => manager.heard.codes().includes('ERR_PLUGIN_WATCH'))
    folder.write({ 'a/plugin.cjs': code(2) })
    await until(() => valueOf(manager, 'a') === 2)
    await manager.close()
  })

  test('F32 a watcher that never says that it is ready: start() does not wait for it, changes are found by looking, and close() resolves', async (t) => {
    const folder = pluginsFolder(t, { 'a/plugin.cjs': code(1) })
    const add = t.mock.method(FSWatcher.prototype, 'add', function nothing(this: FSWatcher) {
      return this
    })
    const manager = managerFor(t, folder, { watch: { rescan: 200 } })
    await manager.start()
    assert.deepEqual([valueOf(manager, 'a'), add.mock.callCount()], [1, 0])
    await until(() => add.mock.callCount() > 0)
    folder.write({ 'a/plugin.cjs': code(2) })
    await until(() => valueOf(manager, 'a') === 2)
    await manager.close()
    assert.ok(!manager.heard.watch.some(({ kind }) => kind === 'ready'))
  })
})
