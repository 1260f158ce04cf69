import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { folder, MAIN } from '../process/running.js'
import { execute, metadata, missing, plugbay } from './plugbay.js'

const packageFile = new URL('../../../package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }

const hello = (t: TestContext): Promise<string> =>
  folder(t, {
    'plugins/hello/metadata.json': metadata('hello'),
    'plugins/hello/plugin.ts': 'export function activate(): void {}\n',
  })

test('plugbay alone prints help to stdout, as --help does', async (t) => {
  const cwd = await folder(t, {})
  const alone = await plugbay(cwd, [])
  assert.match(alone.out, /^Usage: plugbay [^]*^ {2}why +\S[^]*Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /m)
  assert.deepEqual(await plugbay(cwd, ['--help']), alone)
  assert.deepEqual([alone.code, alone.err], [0, ''])
  assert.doesNotMatch(alone.out, /^ {2}complete /m, 'what is for programs is not shown')
})

test('--version is the version of the package', async (t) => {
  const { code, out } = await plugbay(await folder(t, {}), ['--version'])
  assert.deepEqual([code, out], [0, `${version}\n`])
})

test('each command has help with an example of its own', async (t) => {
  const cwd = await folder(t, {})
  const { out } = await plugbay(cwd, ['--help'])
  const names = [...out.slice(out.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(
    ([, name]) => name!,
  )
  assert.ok(names.length >= 5)
  for (const name of names) {
    const help = await plugbay(cwd, [name, '--help'])
    assert.match(help.out, new RegExp(`^Usage: plugbay ${name} [^]*^Examples?:\\n.*plugbay.* ${name}`, 'm'))
    assert.deepEqual([help.code, help.err], [0, ''], name)
    assert.deepEqual(await plugbay(cwd, ['help', name]), help)
  }
})

test('X4 an unknown command or option: exit code 2, and the nearest on stderr', async (t) => {
  const cwd = await hello(t)
  assert.deepEqual(await plugbay(cwd, ['lst']), {
    code: 2,
    out: '',
    err: `error: unknown command 'lst'\n(Did you mean list?)\n`,
  })
  assert.deepEqual(await plugbay(cwd, ['list', '--jsn']), {
    code: 2,
    out: '',
    err: `error: unknown option '--jsn'\n(Did you mean --json?)\n`,
  })
  for (const args of [['why'], ['why', 'hello', 'more'], ['list', '--dir'], ['completion', 'tcsh']]) {
    const { code, out, err } = await plugbay(cwd, args)
    assert.deepEqual([code, out], [2, ''], args.join(' '))
    assert.match(err, /^error: /)
  }
})

test(
  'X4 a reader that has seen enough (`| head`): the command ends quietly',
  { skip: missing('bash') },
  async (t) => {
    const cwd = await hello(t)
    for (const command of ['list', 'list --json', 'why hello', '--help']) {
      const line = `'${process.execPath}' '${MAIN}' ${command} | true; echo "\${PIPESTATUS[0]}"`
      assert.deepEqual(await execute('bash', ['-c', line], cwd), { code: 0, out: '0\n', err: '' }, command)
    }
    const first = `'${process.execPath}' '${MAIN}' list | head -1`
    assert.deepEqual(await execute('bash', ['-c', first], cwd), {
      code: 0,
      out: 'NAME   VERSION  STATE  WHY\n',
      err: '',
    })
  },
)

test('list, check and why load no watcher, no compiler and no web framework', async (t) => {
  const cwd = await hello(t)
  /** Packages whose code a command ran, in whatever process. */
  const packagesOf = async (name: string, args: readonly string[]): Promise<Set<string>> => {
    const coverage = path.join(cwd, `coverage-${name}`)
    mkdirSync(coverage)
    assert.equal((await plugbay(cwd, args, { NODE_V8_COVERAGE: coverage })).code, 0)
    const reports = readdirSync(coverage).map((file) => readFileSync(path.join(coverage, file), 'utf8'))
    assert.ok(reports.length > 0)
    const urls = reports.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result)
    return new Set(urls.flatMap(({ url }) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []))
  }
  for (const args of [
    ['list'],
    ['list', '--json'],
    ['check'],
    ['why', 'hello'],
    ['complete', '--', 'why', ''],
  ]) {
    const packages = await packagesOf(args.join('-').replaceAll(/\W/g, '_'), args)
    assert.ok(packages.has('commander') && packages.has('semver'), 'what is loaded is seen')
    for (const heavy of ['chokidar', 'esbuild', 'hono', '@hono/node-server', 'fs-extra', 'ajv'])
      assert.ok(!packages.has(heavy), `${args.join(' ')} loads ${heavy}`)
  }
  assert.ok((await packagesOf('load', ['check', '--load'])).has('esbuild'), 'also in a child process')
})
