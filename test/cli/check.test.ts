import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { folder, run, until } from '../process/running.js'
import { conforming, metadata, plugbay } from './plugbay.js'

const fine = {
  'plugins/fine/metadata.json': metadata('fine'),
  'plugins/fine/plugin.ts': `console.log('evaluated')\nexport function activate(): void {}\nsetInterval(() => {}, 1000)\n`,
}

/** A folder with one plugin beside the one that is fine. */
const beside = (t: TestContext, code: string, entry = 'plugin.js'): Promise<string> =>
  folder(t, { ...fine, 'plugins/odd/metadata.json': metadata('odd'), [`plugins/odd/${entry}`]: code })

const loaded = async (t: TestContext, code: string, entry?: string): Promise<string> => {
  const {
    code: exit,
    out,
    err,
  } = await plugbay(await beside(t, code, entry), ['check', '--load', '--timeout', '2000'])
  assert.equal(exit, 1, out + err)
  assert.match(err, /^2 plugins, 1 loaded: 1 error$/m)
  assert.equal(out.match(/ERR_PLUGIN_/g)?.length, 1, out)
  return out
}

test('check says nothing on stdout where nothing is wrong, and ends with 0', async (t) => {
  const { code, out, err } = await plugbay(await folder(t, fine), ['check'])
  assert.deepEqual([code, out, err], [0, '', '1 plugin: no problems\n'])
})

test('every problem of every plugin and of the config is file:line:column: code: message, with the hint below', async (t) => {
  const cwd = await folder(t, {
    ...fine,
    'plugins/needs/metadata.json': metadata('needs', { dependencies: { fine: '*', nowhere: '^1' } }),
    'plugins/needs/plugin.js': ';\n',
    'plugins/torn/metadata.json': '{\n  "name": "torn",\n}\n',
    'plugins/torn/plugin.js': ';\n',
    'plugins/empty/metadata.json': metadata('empty', { licence: 'MIT' }),
    'plugins/set/metadata.json': metadata('set', {
      settings: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } },
    }),
    'plugins/set/plugin.js': ';\n',
    'plugins/twin/metadata.json': metadata('set'),
    'plugins/twin/plugin.js': ';\n',
    'plugins.config.json': `{
  "plugins": [
    { "name": "set", "settings": { "a": 1, "b": 2 } },
    { "name": "nedds" }
  ]
}
`,
  })
  const { code, out, err } = await plugbay(cwd, ['check'])
  const heads = out.split('\n').filter((line) => line !== '' && !line.startsWith('  '))
  for (const head of heads) assert.match(head, /^\S+:\d+:\d+: ERR_PLUGIN_[A-Z_]+: \S/)
  assert.deepEqual(
    heads.map((head) => /^(\S+): (ERR_\w+(?:: warning)?):/.exec(head)?.slice(1).join(' ')),
    [
      'plugins/empty/metadata.json:1:1 ERR_PLUGIN_ENTRY_MISSING',
      'plugins/empty/metadata.json:4:3 ERR_PLUGIN_KEY_UNKNOWN: warning',
      'plugins.config.json:4:5 ERR_PLUGIN_NOT_FOUND: warning',
      'plugins/needs/metadata.json:6:5 ERR_PLUGIN_DEPENDENCY_MISSING',
      'plugins.config.json:3:41 ERR_PLUGIN_SETTINGS_INVALID',
      'plugins.config.json:3:49 ERR_PLUGIN_SETTINGS_INVALID',
      'plugins/twin/metadata.json:2:3 ERR_PLUGIN_NAME_TAKEN',
      'plugins/twin/metadata.json:2:11 ERR_PLUGIN_NAME_MISMATCH: warning',
      'plugins/torn/metadata.json:2:17 ERR_PLUGIN_JSON_SYNTAX',
    ],
  )
  assert.equal(
    out.split('\n').filter((line) => line.startsWith('  ')).length,
    heads.length,
    'a hint for each',
  )
  assert.match(err, /^5 plugins: 6 errors, 3 warnings$/m)
  assert.equal(code, 1)
})

test('a warning fails only with --strict', async (t) => {
  const cwd = await folder(t, { ...fine, 'plugins.config.json': '{ "plugins": [{ "name": "gone" }] }' })
  const { code, out, err } = await plugbay(cwd, ['check'])
  assert.match(out, /^plugins\.config\.json:1:15: ERR_PLUGIN_NOT_FOUND: warning: /)
  assert.match(err, /: 1 warning$/m)
  assert.equal(code, 0)
  assert.equal((await plugbay(cwd, ['check', '--strict'])).code, 1)
  const { ok } = conforming((await plugbay(cwd, ['check', '--strict', '--json'])).out, 'cli-check')
  assert.equal(ok, false)
})

test('named plugins only are checked, with the config; an unknown name is wrong usage', async (t) => {
  const cwd = await folder(t, {
    ...fine,
    'plugins/torn/metadata.json': '{',
    'plugins/torn/plugin.js': ';\n',
  })
  assert.equal((await plugbay(cwd, ['check', 'fine'])).code, 0)
  assert.equal((await plugbay(cwd, ['check', 'fine', 'torn'])).code, 1)
  const unknown = await plugbay(cwd, ['check', 'fien'])
  assert.deepEqual(
    [unknown.code, unknown.out, unknown.err],
    [2, '', `error: no plugin is named 'fien'\n(Did you mean fine?)\n`],
  )
})

test('check --json has the published shape, whatever the plugins print', async (t) => {
  const cwd = await beside(t, `console.log('}{')\nexports.nothing = 1\n`)
  const { code, out, err } = await plugbay(cwd, ['check', '--load', '--json'])
  const { ok, errors, checked, loaded: names, problems } = conforming(out, 'cli-check')
  assert.deepEqual([ok, errors, checked, names], [false, 1, ['fine', 'odd'], ['fine', 'odd']])
  assert.equal(problems[0].code, 'ERR_PLUGIN_EXPORTS')
  assert.match(err, /evaluated/)
  assert.match(err, /\}\{/)
  assert.equal(code, 1)
})

test('without --load no code runs; with it, code is evaluated, not activated, and its timers end', async (t) => {
  const cwd = await folder(t, {
    ...fine,
    'plugins/loud/metadata.json': metadata('loud'),
    'plugins/loud/plugin.cjs': `console.log('loud')\nexports.activate = () => console.log('activated')\n`,
    'plugins/off/metadata.json': metadata('off', { enabled: false }),
    'plugins/off/plugin.cjs': `console.log('never')\n`,
  })
  assert.deepEqual(await plugbay(cwd, ['check']), { code: 0, out: '', err: '3 plugins: no problems\n' })
  const { code, out, err } = await plugbay(cwd, ['check', '--load'])
  assert.deepEqual([code, out], [0, ''])
  assert.equal(err, 'evaluated\nloud\n3 plugins, 2 loaded: no problems\n')
  const named = await plugbay(cwd, ['check', '--load', 'off'])
  assert.match(named.err, /^off is not loaded: it is off \(metadata\.json says enabled: false\)$/m)
})

test('--load reports syntax errors with their place, in every kind of module', async (t) => {
  const ts = await loaded(t, 'const a = 1\nexport function activate( { \n', 'plugin.ts')
  assert.match(ts, /^plugins\/odd\/plugin\.ts:\d:\d+: ERR_PLUGIN_SYNTAX: .+\n {2}\S/)
  const cjs = await loaded(t, 'const a = 1\nexports.activate = ( => {\n', 'plugin.cjs')
  assert.match(cjs, /^plugins\/odd\/plugin\.cjs:2:\d+: ERR_PLUGIN_SYNTAX: /)
})

test('--load reports a package that is not there, and what throws, with their places', async (t) => {
  const absent = await loaded(t, `import a from 'no-such-package'\nexport const activate = () => a\n`)
  assert.match(absent, /^plugins\/odd\/plugin\.js:1:15: ERR_PLUGIN_IMPORT_MISSING: .*no-such-package/)
  const thrown = await loaded(t, `\n\nthrow new Error('no way')\n`, 'plugin.ts')
  assert.match(thrown, /^plugins\/odd\/plugin\.ts:3:7: ERR_PLUGIN_LOAD: .*no way$/m)
})

test('--load reports exports that are no plugin', async (t) => {
  const out = await loaded(t, 'export const activat = () => {}\n', 'plugin.mjs')
  assert.match(out, /^plugins\/odd\/plugin\.mjs: ERR_PLUGIN_EXPORTS: .*`activat`\.\n {2}\S/)
})

test('P19 process.exit() in a plugin: `check --load` names the plugin and the place, and loads the others', async (t) => {
  const exit = await loaded(
    t,
    `const x: number = 0\n\nprocess.exit(x)\nexport const activate = () => {}\n`,
    'plugin.ts',
  )
  assert.match(
    exit,
    /^plugins\/odd\/plugin\.ts:3:9: ERR_PLUGIN_LOAD: odd ended the process .*\(exit code 0\)\.\n {2}\S/,
  )
  const killed = await loaded(t, `process.kill(process.pid, 'SIGKILL')\nfor (;;);\n`, 'plugin.cjs')
  assert.match(
    killed,
    /^plugins\/odd\/plugin\.cjs: ERR_PLUGIN_LOAD: odd ended the process .*\(signal SIGKILL\)\.$/m,
  )
})

test('P5 a loop without an end while it is loaded: `check --load` gives the plugin up, and names it', async (t) => {
  const waits = await loaded(
    t,
    `await new Promise(() => {})\nexport const activate = () => {}\n`,
    'plugin.mjs',
  )
  assert.match(
    waits,
    /^plugins\/odd\/plugin\.mjs: ERR_PLUGIN_LOAD_TIMEOUT: odd was not loaded within 2000 ms\.\n {2}\S/,
  )
  const works = await loaded(t, 'for (;;);\n', 'plugin.cjs')
  assert.match(
    works,
    /^plugins\/odd\/plugin\.cjs: ERR_PLUGIN_LOAD_TIMEOUT: odd was not loaded within 2000 ms\./,
  )
})

test('a rejection that nobody handles is told with its place', async (t) => {
  const out = await loaded(
    t,
    `\nPromise.reject(new Error('lost'))\nexport const activate = () => {}\n`,
    'plugin.mjs',
  )
  assert.match(out, /^plugins\/odd\/plugin\.mjs:2:16: ERR_PLUGIN_UNHANDLED: .*lost$/m)
})

test('whoever ends the check ends the plugin that is being loaded', async (t) => {
  const cwd = await beside(
    t,
    `require('node:fs').writeFileSync('pid', String(process.pid))\nfor (;;);\n`,
    'plugin.cjs',
  )
  const { child, exit } = run(t, cwd, ['check', '--load', 'odd'])
  const pid = path.join(cwd, 'pid')
  await until(
    () => existsSync(pid) && readFileSync(pid, 'utf8') !== '',
    () => 'the plugin to be evaluated',
  )
  child.kill('SIGTERM')
  assert.equal(await exit, 'SIGTERM')
  await until(
    () => !isRunning(Number(readFileSync(pid, 'utf8'))),
    () => 'the process of the plugin to end',
  )
})

test('a time limit that is no number is wrong usage', async (t) => {
  const { code, err } = await plugbay(await folder(t, fine), ['check', '--load', '--timeout', 'soon'])
  assert.equal(code, 2)
  assert.match(err, /--timeout/)
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
