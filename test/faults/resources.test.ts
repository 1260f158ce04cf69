import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { FileSource, Problem } from 'plugbay'
import { disk } from '#src/read/disk.js'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import { pluginCode, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { PluginsFolder } from '../plugin-folder.ts'
import { folder as cliFolder, put, run } from '../process/running.ts'
import { asNobody, cook, namespaceWith } from './recipe.ts'

interface Edits {
  readonly states: readonly string[]
  readonly problems: readonly Problem[]
  readonly edited: number
  readonly ms: number
}

const onLinux = process.platform !== 'linux' && 'needs Linux'

function many(t: TestContext, count: number): PluginsFolder {
  const names = Array.from({ length: count }, (_, index) => `p${String(index).padStart(4, '0')}`)
  return pluginsFolder(
    t,
    Object.fromEntries(names.map((name) => [`${name}/plugin.cjs`, valueCode('cjs', 'first')])),
  )
}

function watchTrouble({ problems, edited }: Edits, code: string, remedy: RegExp): void {
  assert.equal(edited, 60)
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.severity]),
    [['ERR_PLUGIN_WATCH', 'warning']],
  )
  assert.match(problems[0]!.message, new RegExp(code))
  assert.match(problems[0]!.hint, remedy)
}

test('R1 no inotify watches are left (ENOSPC): one warning with the remedy, and every edit is seen all the same', async (t) => {
  const recipe = namespaceWith('echo 40 > /proc/sys/user/max_inotify_watches', '-Ur')
  if (recipe.refused !== false) return t.skip(recipe.refused)
  const told = await cook<Edits>(recipe, 'edits', many(t, 60).root)
  watchTrouble(told, 'ENOSPC', /max_user_watches=524288/)
  t.diagnostic(`60 edits were live after ${Math.round(told.ms)} ms`)
})

test('R2 no inotify instance is left (EMFILE): one warning with the remedy, and every edit is seen all the same', async (t) => {
  const recipe = namespaceWith('echo 0 > /proc/sys/user/max_inotify_instances', '-Ur')
  if (recipe.refused !== false) return t.skip(recipe.refused)
  const told = await cook<Edits>(recipe, 'edits', many(t, 60).root)
  watchTrouble(told, 'EMFILE', /max_user_instances/)
  t.diagnostic(`60 edits were live after ${Math.round(told.ms)} ms`)
})

test('R3 a folder and a file that this user may not read (EACCES): only those plugins are bad, with the remedy', async (t) => {
  const recipe = asNobody()
  if (process.getuid?.() !== 0) return t.skip('only root can become another user')
  if (recipe.refused !== false) return t.skip(recipe.refused)
  const folder = pluginsFolder(t, {
    'closed/plugin.cjs': valueCode('cjs', 1),
    'entry/plugin.cjs': valueCode('cjs', 1),
    'facts/plugin.cjs': valueCode('cjs', 1),
    'fine/plugin.cjs': valueCode('cjs', 1),
    'needs/metadata.json': { dependencies: ['entry'] },
    'needs/plugin.cjs': valueCode('cjs', 1),
  })
  chmodSync(folder.root, 0o755)
  chmodSync(folder.file('closed'), 0o700)
  chmodSync(folder.file('entry/plugin.cjs'), 0o600)
  chmodSync(folder.file('facts/metadata.json'), 0o600)
  chmodSync(folder.file('fine/plugin.cjs'), 0o666)
  const { states, problems, edited } = await cook<Edits>(recipe, 'edits', folder.root)
  assert.deepEqual(states, [
    'closed invalid',
    'entry failed',
    'facts invalid',
    'fine active',
    'needs blocked',
  ])
  assert.equal(edited, 1)
  const of = (name: string): Problem | undefined => problems.find(({ plugin }) => plugin === name)
  for (const [name, file] of [
    ['closed', 'closed'],
    ['entry', 'entry/plugin.cjs'],
    ['facts', 'facts/metadata.json'],
  ] as const) {
    const problem = of(name)
    assert.equal(problem?.code, 'ERR_PLUGIN_FILE_UNREADABLE', JSON.stringify(problems))
    assert.equal(problem.file, folder.file(file))
    assert.match(problem.message, /EACCES/)
    assert.match(problem.hint, /chmod|may read it/)
  }
})

test('R4 a disk that gives errors when a file is read (EIO): what runs goes on, and the file is told', async (t) => {
  const [bad, code] = unreadable()
  if (bad === undefined) return t.skip('the kernel has no file here that is not to be read')
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1) })
  const manager = managerFor(t, folder)
  await manager.start()
  const api = manager.api('a')
  const metadata = folder.file('a/metadata.json')
  const text = readFileSync(metadata)
  for (const path of [metadata, folder.configFile]) {
    rmSync(path, { force: true })
    symlinkSync(bad, path)
  }
  await manager.settled()
  assert.equal(manager.api('a'), api)
  assert.equal(snapshot(manager, 'a').state, 'active')
  assert.deepEqual(
    manager.heard.problems.map(({ code: found, file }) => `${found} ${file}`).sort(),
    [folder.configFile, metadata].map((file) => `ERR_PLUGIN_FILE_UNREADABLE ${file}`).sort(),
  )
  for (const { message, hint } of manager.heard.problems) {
    assert.match(message, new RegExp(`cannot be read \\(${code}\\)`))
    assert.match(hint, /Check the disk/)
  }
  rmSync(metadata)
  rmSync(folder.configFile)
  writeFileSync(metadata, text)
  assert.deepEqual((await manager.settled()).problems, [])
  assert.equal(manager.api('a'), api)
})

test('R5 a disk that is full where compiled units are kept: one warning, plugins run and reload, and no half unit is left', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.ts': valueCode('ts', 1) })
  const disk = join(folder.root, 'disk')
  mkdirSync(disk)
  const recipe = namespaceWith(`mount -t tmpfs -o size=64k tmpfs ${disk}`)
  if (recipe.refused !== false) return t.skip(recipe.refused)
  const told = await cook<{ states: string[]; codes: string[]; value: number; left: string[] }>(
    recipe,
    'disk',
    folder.root,
    'full-cache',
  )
  assert.deepEqual([told.states, told.value], [['a active'], 2])
  assert.deepEqual(told.codes, ['warning ERR_PLUGIN_CACHE'])
  assert.deepEqual(
    told.left.filter((path) => /\.(?:cjs|tmp)$/.test(path)),
    [],
  )
})

test('R9 2,000 plugins: they all start, and a look at all of them lets the event loop breathe', async (t) => {
  const folder = many(t, 2000)
  let looked = 0
  const counting: FileSource = {
    ...disk,
    lstat(path) {
      if (path.endsWith('metadata.json')) looked += 1
      return disk.lstat(path)
    },
    stat(path) {
      if (path.endsWith('metadata.json')) looked += 1
      return disk.stat(path)
    },
  }
  const manager = managerFor(t, folder, { system: { files: counting } })
  const start = performance.now()
  const report = await manager.start()
  const ms = performance.now() - start
  assert.equal(report.active.length, 2000)
  const turns: number[] = []
  const turn = (): void => {
    turns.push(looked)
    looked = 0
    next = setImmediate(turn)
  }
  looked = 0
  let next = setImmediate(turn)
  await manager.rescan()
  clearImmediate(next)
  turns.push(looked)
  const all = turns.reduce((sum, each) => sum + each, 0)
  t.diagnostic(`start ${ms.toFixed()} ms, a look over ${turns.length} turns of the event loop`)
  assert.ok(all >= 2000, `${all} metadata.json`)
  assert.ok(Math.max(...turns) * 10 <= all, `at one go ${Math.max(...turns)} of ${all}`)
})

test('R12 a host that is killed: the process that compiles ends with it', { skip: onLinux }, async (t) => {
  const cwd = await cliFolder(t, {
    'plugins/a/metadata.json': JSON.stringify({ name: 'a', version: '1.0.0' }),
    'plugins/a/plugin.ts': `export const activate = (ctx: any) => ctx.host.http.get('/', (c: any) => c.text('one'))\n`,
  })
  const host = run(t, cwd, ['start', '--port', '0'])
  await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  await host.gives('/a', '200 one')
  const compilers = childrenOf(host.child.pid!)
  assert.equal(compilers.length, 1)
  host.child.kill('SIGKILL')
  assert.equal(await host.exit, 'SIGKILL')
  await until(() => compilers.every((pid) => !isRunning(pid)), 'the compiler has ended')
})

test(
  'R12 the process that compiles is killed: the next edit is compiled by another',
  { skip: onLinux },
  async (t) => {
    const answers = (text: string): string =>
      `export const activate = (ctx: any) => ctx.host.http.get('/', (c: any) => c.text('${text}' + '${Math.random()}'.slice(0, 0)))\n`
    const cwd = await cliFolder(t, {
      'plugins/a/metadata.json': JSON.stringify({ name: 'a', version: '1.0.0' }),
      'plugins/a/plugin.ts': answers('one'),
    })
    const host = run(t, cwd, ['start', '--port', '0'])
    await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
    await host.gives('/a', '200 one')
    const compilers = childrenOf(host.child.pid!)
    for (const pid of compilers) process.kill(pid, 'SIGKILL')
    await until(() => compilers.every((pid) => !isRunning(pid)), 'the compiler has ended')
    await put(cwd, { 'plugins/a/plugin.ts': answers('two') })
    await host.gives('/a', '200 two')
  },
)

test('R13 names and paths that are too long: plain errors that name them, and nobody else is touched', async (t) => {
  const long = 'n'.repeat(255)
  const tooLong = 'n'.repeat(300)
  const folder = pluginsFolder(t, {
    [`${long}/metadata.json`]: { name: 'long' },
    [`${long}/plugin.cjs`]: valueCode('cjs', 1),
    'compiled/plugin.ts': valueCode('ts', 1),
    'entry/metadata.json': { main: `${tooLong}.cjs` },
    'entry/plugin.cjs': valueCode('cjs', 1),
    'import/plugin.cjs': pluginCode('cjs', { top: `require('./${tooLong}.cjs')` }),
    'module/plugin.mjs': pluginCode('mjs', { top: `import './${tooLong}.mjs'` }),
  })
  const deep = `/${'d'.repeat(100)}`.repeat(50)
  const manager = managerFor(t, folder, {
    directory: [folder.path, deep],
    plugins: [{ name: 'far', path: deep }],
  })
  const report = await manager.start()
  assert.deepEqual(report.active, ['compiled', 'long'])
  assert.equal(valueOf(manager, 'long'), 1)
  const found = report.problems
    .filter(({ code }) => code !== 'ERR_PLUGIN_NAME_MISMATCH')
    .map(({ code, plugin }) => `${plugin ?? '-'} ${code}`)
  assert.deepEqual(found.sort(), [
    '- ERR_PLUGIN_DIRECTORY',
    `${'d'.repeat(100)} ERR_PLUGIN_FILE_UNREADABLE`,
    'entry ERR_PLUGIN_ENTRY_MISSING',
    'far ERR_PLUGIN_NOT_FOUND',
    'import ERR_PLUGIN_IMPORT_MISSING',
    'module ERR_PLUGIN_IMPORT_MISSING',
  ])
})

/** A file of the kernel's that is there, is as long as any, and gives an error to whoever reads it. */
function unreadable(): readonly [path?: string, code?: string] {
  for (const path of ['/sys/class/net/lo/speed', '/sys/class/net/lo/duplex']) {
    try {
      if (statSync(path).size > 0) readFileSync(path)
    } catch (cause) {
      const { code = '' } = cause as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'EACCES') return [path, code]
    }
  }
  return []
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
    .filter((text) => text.trim() !== '')
    .map(Number)
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
