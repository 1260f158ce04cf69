import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { folder } from '../process/running.js'
import { binFolder, conforming, execute, metadata, plugbay } from './plugbay.js'

/** Ends the process in which its code runs. */
const DEADLY = 'process.exit(99)\n'

/** Plugins by name, with what is not usual in their metadata.json. */
const plugins = (t: TestContext, all: Record<string, object>, config?: string): Promise<string> =>
  folder(t, {
    ...Object.fromEntries(
      Object.entries(all).flatMap(([name, more]) => [
        [`plugins/${name}/metadata.json`, metadata(name, more)],
        [`plugins/${name}/plugin.js`, DEADLY],
      ]),
    ),
    ...(config !== undefined && { 'plugins.config.json': config }),
  })

const why = async (cwd: string, name: string, env: NodeJS.ProcessEnv = {}): Promise<Record<string, any>> =>
  conforming((await plugbay(cwd, ['why', name, '--json'], env)).out, 'cli-why')

/** Does what `why` says, in a real shell, and looks what became of the plugin. */
async function stateAfter(
  cwd: string,
  name: string,
  command: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const line = /^[A-Z_]+=/.test(command) ? `export ${command}` : command
  const done = await execute('sh', ['-c', `${line} && plugbay why ${name} --json`], cwd, {
    ...env,
    PATH: `${await binFolder(cwd)}:${process.env['PATH']}`,
  })
  return (JSON.parse(done.out.slice(done.out.indexOf('{\n'))) as { state: string }).state
}

const CONFIG = `{
  // who runs
  "unlisted": "on",
  "plugins": [
    { "name": "hello", "enabled": false }
  ]
}
`

test('K9 sources that disagree: `plugbay why` shows who decides, who lost, and what changes it', async (t) => {
  const cwd = await plugins(t, { hello: { enabled: true, description: 'Says hello.' } }, CONFIG)
  const { code, out, err } = await plugbay(cwd, ['why', 'hello'])
  assert.equal(
    out,
    `hello 1.0.0 is off: plugins.config.json:5:5
  plugins/hello
  Says hello.

Who decides, strongest first
  config file    off  plugins.config.json:5:5
  metadata.json  on   metadata.json says enabled: true (plugins/hello/metadata.json:4:3), which lost
  unlisted       on   unlisted is "on" (plugins.config.json:3:3), which lost

To turn it on
  plugbay enable hello
`,
  )
  assert.deepEqual([code, err], [0, ''])
})

test('each source is told from the others, with its place where it has one', async (t) => {
  const cwd = await plugins(
    t,
    { hello: { enabled: true }, shop: { dependencies: ['pulled'] }, pulled: { enabled: false }, plain: {} },
    CONFIG,
  )
  const of = async (name: string, env?: NodeJS.ProcessEnv): Promise<unknown[]> => {
    const { decision, lost } = await why(cwd, name, env)
    return [decision, ...lost].map(({ source, enabled, file, line, column }: Record<string, any>) =>
      [source, enabled, file?.slice(cwd.length + 1), line, column]
        .filter((part) => part !== undefined)
        .join(' '),
    )
  }
  const config = 'config false plugins.config.json 5 5'
  const own = 'metadata true plugins/hello/metadata.json 4 3'
  const unlisted = 'unlisted true plugins.config.json 3 3'
  assert.deepEqual(await of('hello'), [config, own, unlisted])
  assert.deepEqual(await of('hello', { ENABLED_PLUGINS: '*' }), ['environment true', config, own, unlisted])
  assert.deepEqual(await of('pulled'), [
    'dependency true',
    'metadata false plugins/pulled/metadata.json 4 3',
    unlisted,
  ])
  assert.deepEqual(await of('plain'), [unlisted])
})

test('what nobody wrote down has no place', async (t) => {
  const cwd = await plugins(t, { plain: {} }, '{ "plugins": [] }')
  assert.deepEqual((await why(cwd, 'plain')).decision, {
    source: 'unlisted',
    enabled: true,
    because: 'unlisted is "on"',
  })
})

test('the command does what it promises', async (t) => {
  const all = {
    hello: {},
    off: { enabled: false },
    shop: { dependencies: ['pulled'] },
    pulled: {},
    spare: {},
  }
  const config = '{ "plugins": [{ "name": "spare", "enabled": false }] }'
  for (const [name, env, to, command] of [
    ['hello', {}, 'off', 'plugbay disable hello'],
    ['off', {}, 'on', 'plugbay enable off'],
    ['spare', {}, 'on', 'plugbay enable spare'],
    ['pulled', { ENABLED_PLUGINS: 'shop' }, 'off', 'plugbay disable pulled'],
    ['hello', { ENABLED_PLUGINS: 'shop' }, 'on', 'ENABLED_PLUGINS=shop,hello'],
    ['hello', { ENABLED_PLUGINS: ' hello , shop' }, 'off', `ENABLED_PLUGINS='shop,!hello'`],
    ['hello', { ENABLED_PLUGINS: '*, ! hello' }, 'on', `ENABLED_PLUGINS='*'`],
    ['spare', { ENABLED_PLUGINS: '*' }, 'off', `ENABLED_PLUGINS='*,!spare'`],
    ['spare', { ENABLED_PLUGINS: '' }, 'on', 'ENABLED_PLUGINS=spare'],
  ] as const) {
    const cwd = await plugins(t, all, config)
    const { change } = await why(cwd, name, env)
    assert.deepEqual(change, { to, command }, `${name} ${JSON.stringify(env)}`)
    assert.equal(await stateAfter(cwd, name, command, env), to, command)
  }
})

test('the command names the folder and the config file if they are not the usual ones', async (t) => {
  const cwd = await folder(t, {
    'my plugins/hello/metadata.json': metadata('hello'),
    'my plugins/hello/plugin.js': DEADLY,
  })
  const { out } = await plugbay(cwd, ['why', 'hello', '--dir', 'my plugins', '--config', 'c.json'])
  assert.match(out, /^ {2}plugbay disable hello --dir 'my plugins' --config c\.json$/m)
})

test('the path leads to what blocks it, with the reason, and the change is the one at its end', async (t) => {
  const cwd = await plugins(
    t,
    { a: { dependencies: ['b'] }, b: { dependencies: { c: '*' } }, c: {} },
    '{ "plugins": [{ "name": "c", "enabled": false }] }',
  )
  const { code, out } = await plugbay(cwd, ['why', 'a'])
  assert.match(out, /^a 1\.0\.0 is blocked: /)
  assert.match(
    out,
    /^What blocks it\n {2}a -> b -> c: b needs c, which is off \(plugins\.config\.json:1:15\)$/m,
  )
  assert.match(out, /^Needs\n {2}b {2}blocked$/m)
  assert.match(out, /^Problems\nplugins\/a\/metadata\.json:5:5: ERR_PLUGIN_DEPENDENCY_OFF: .*\n {2}\S/m)
  assert.match(out, /^To turn it on\n {2}plugbay enable c$/m)
  assert.equal(code, 1)
  assert.deepEqual((await why(cwd, 'a')).path, ['a', 'b', 'c'])
  assert.match((await plugbay(cwd, ['why', 'c'])).out, /^Needed by\n {2}b {2}blocked$/m)
  assert.equal(await stateAfter(cwd, 'a', 'plugbay enable c'), 'on')
})

test('what no command changes is a place to mend', async (t) => {
  const cwd = await plugins(t, {
    far: { dependencies: ['near'] },
    near: { dependencies: { there: '*', nowhere: '^1' } },
    there: {},
    picky: { dependencies: { there: '^2' } },
    one: { dependencies: ['two'] },
    two: { dependencies: ['one'] },
    behind: { dependencies: ['two'] },
    torn: { version: 'one' },
    above: { dependencies: ['torn'] },
  })
  const change = async (name: string): Promise<string> => {
    const { to, command, place, hint } = (await why(cwd, name)).change
    assert.deepEqual([to, command], ['on', undefined])
    assert.ok(hint)
    return `${place.file.slice(cwd.length + 9)}:${place.line}:${place.column}`
  }
  assert.equal(await change('near'), 'near/metadata.json:6:5')
  assert.equal(await change('far'), 'near/metadata.json:6:5')
  assert.equal(await change('picky'), 'picky/metadata.json:5:5')
  assert.match(await change('one'), /^(?:one|two)\/metadata\.json:5:5$/)
  assert.match(await change('behind'), /^(?:one|two)\/metadata\.json:5:5$/)
  assert.equal(await change('torn'), 'torn/metadata.json:3:14')
  assert.equal(await change('above'), 'torn/metadata.json:3:14')
  assert.deepEqual((await why(cwd, 'two')).path, ['two', 'one', 'two'])
  assert.match((await why(cwd, 'behind')).reason, /^two depends on itself: /)
})

test('while the config file is broken, that is what is to be mended', async (t) => {
  const cwd = await plugins(t, { hello: {} }, '{\n  "unlisted": \n}\n')
  const { state, change } = await why(cwd, 'hello')
  assert.equal(state, 'off')
  assert.deepEqual([change.place.file, change.command], [`${cwd}/plugins.config.json`, undefined])
  assert.equal(change.place.line, 3)
})

test('an unknown name is wrong usage; the nearest one is named, and who mentions it', async (t) => {
  const cwd = await plugins(t, { hello: {} }, '{ "plugins": [{ "name": "helo", "enabled": true }] }')
  assert.deepEqual(await plugbay(cwd, ['why', 'helo']), {
    code: 2,
    out: '',
    err:
      `error: no plugin is named 'helo'\n` +
      'plugins.config.json:1:15: plugins.config.json names helo, which is not there; the nearest name is hello.\n' +
      '(Did you mean hello?)\n',
  })
  const other = await plugbay(cwd, ['why', 'quite-different'])
  assert.deepEqual(
    [other.code, other.err],
    [2, `error: no plugin is named 'quite-different'\nThere are: hello.\n`],
  )
})
