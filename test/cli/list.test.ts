import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { folder, run } from '../process/running.js'
import { conforming, execute, metadata, missing, plugbay } from './plugbay.js'
import { MAIN } from '../process/running.js'

/** Ends the process in which its code runs. */
const DEADLY = 'process.exit(99)\n'

const one = (t: TestContext): Promise<string> =>
  folder(t, {
    'plugins/hello/metadata.json': metadata('hello'),
    'plugins/hello/plugin.js': DEADLY,
    'plugins/idle/metadata.json': metadata('idle', { version: '2.1.0' }),
    'plugins/idle/plugin.ts': DEADLY,
    'plugins.config.json': '{ "plugins": [\n  { "name": "idle", "enabled": false }\n] }\n',
  })

const broken = {
  'plugins/lost/metadata.json': metadata('lost', { dependencies: ['idle'] }),
  'plugins/lost/plugin.js': DEADLY,
  'plugins/torn/metadata.json': '{ "name": "torn", ',
  'plugins/torn/plugin.js': DEADLY,
}

test('list says what would happen to each plugin and because of what, and runs no code', async (t) => {
  const { code, out, err } = await plugbay(await one(t), ['list'])
  assert.equal(
    out,
    [
      'NAME   VERSION  STATE  WHY',
      'hello  1.0.0    on     unlisted is "on"',
      'idle   2.1.0    off    plugins.config.json:2:3',
      '',
    ].join('\n'),
  )
  assert.equal(err, '')
  assert.equal(code, 0)
})

test('list ends with 1 if a plugin cannot run as wanted, and says on stderr what shows more', async (t) => {
  const cwd = await folder(t, broken)
  const { code, out, err } = await plugbay(cwd, ['list'])
  assert.match(out, /^lost {2}1\.0\.0 {4}blocked {2}needs idle, which is not there$/m)
  assert.match(out, /^torn {2}- {8}invalid {2}\S/m)
  assert.match(err, /^\d problems: plugbay check$/m)
  assert.equal(code, 1)
})

test('list --json has the published shape', async (t) => {
  const cwd = await folder(t, {
    ...broken,
    'plugins/idle/metadata.json': metadata('idle', { description: 'Does nothing.' }),
    'plugins/idle/plugin.js': DEADLY,
    'plugins/second/metadata.json': metadata('idle'),
    'plugins/second/plugin.js': DEADLY,
    'plugins.config.json': '{ "plugins": [{ "name": "idle", "enabled": false }, { "name": "gone" }] }',
  })
  const { code, out } = await plugbay(cwd, ['list', '--json'])
  const { plugins, problems } = conforming(out, 'cli-list')
  assert.deepEqual(
    plugins.map(({ name, version, state, decision }: Record<string, any>) => [
      name,
      version,
      state,
      decision?.source,
    ]),
    [
      ['idle', '1.0.0', 'off', 'config'],
      ['idle', '1.0.0', 'invalid', undefined],
      ['lost', '1.0.0', 'blocked', 'unlisted'],
      ['torn', null, 'invalid', 'unlisted'],
    ],
  )
  assert.deepEqual(plugins[0].dependents, ['lost'])
  assert.deepEqual(plugins[0].decision.lost[0].source, 'unlisted')
  assert.equal(plugins[2].problem.line, 5, 'where lost names idle')
  assert.ok(problems.some(({ code: is }: { code: string }) => is === 'ERR_PLUGIN_NOT_FOUND'))
  assert.equal(code, 1)
})

test('list looks where --dir and --config say, and ENABLED_PLUGINS counts', async (t) => {
  const cwd = await folder(t, {
    'elsewhere/a/metadata.json': metadata('a'),
    'elsewhere/a/plugin.js': DEADLY,
    'elsewhere/b/metadata.json': metadata('b'),
    'elsewhere/b/plugin.js': DEADLY,
    'other.json': '{ "unlisted": "off" }',
  })
  const where = ['list', '--dir', 'elsewhere', '--config', 'other.json']
  assert.match((await plugbay(cwd, where)).out, /^a .* off .*\nb .* off /m)
  const { out } = await plugbay(cwd, where, { ENABLED_PLUGINS: 'b' })
  assert.match(out, /^a .* off +ENABLED_PLUGINS does not name it\nb .* on +ENABLED_PLUGINS names it$/m)
})

test('a folder that is not there, or empty, is said on stderr; the one is an error, the other is not', async (t) => {
  const cwd = await folder(t, { 'empty/.keep': '' })
  const none = await plugbay(cwd, ['list'])
  assert.deepEqual([none.code, none.out], [1, ''])
  assert.match(none.err, /plugins.*ERR_PLUGIN_DIRECTORY/)
  assert.deepEqual(await plugbay(cwd, ['list', '--dir', 'empty']), {
    code: 0,
    out: '',
    err: 'There are no plugins in empty: a plugin is a folder with a metadata.json.\n',
  })
})

test('a config file that does not parse is shown at once: it turns everything off', async (t) => {
  const cwd = await folder(t, {
    'plugins/a/metadata.json': metadata('a'),
    'plugins/a/plugin.js': DEADLY,
    'plugins.config.json': '{ "unlisted": }',
  })
  const { code, out, err } = await plugbay(cwd, ['list'])
  assert.match(out, /^a .* off /m)
  assert.match(err, /^plugins\.config\.json:1:15: ERR_PLUGIN_JSON_SYNTAX: /m)
  assert.equal(code, 1)
})

test('list --running shows what a running host has, also as JSON', async (t) => {
  const cwd = await folder(t, {
    'plugins/hello/metadata.json': metadata('hello'),
    'plugins/hello/plugin.js': `exports.activate = ({ host }) => host.http.get('/', (c) => c.text('hi'))\n`,
  })
  const host = run(t, cwd, ['start', '--port', '0'])
  await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  const shown = await plugbay(cwd, ['list', '--url', host.url])
  assert.match(
    shown.out,
    /^NAME +VERSION +STATE +MS +WHY\nhello +1\.0\.0 +active +[\d.]+ +unlisted is "on"\n$/,
  )
  assert.equal(shown.code, 0)

  const { out } = await plugbay(cwd, ['list', '--running', '--url', host.url, '--json'])
  const { url, plugins } = conforming(out, 'cli-list-running')
  assert.equal(url, host.url)
  assert.deepEqual(
    plugins.map(({ name, state, generation, http }: Record<string, any>) => ({
      name,
      state,
      generation,
      http,
    })),
    [
      {
        name: 'hello',
        state: 'active',
        generation: 1,
        http: {
          prefix: '/hello',
          routes: [{ method: 'GET', path: '/hello' }],
          requests: 0,
          errors: 0,
          inFlight: 0,
        },
      },
    ],
  )
})

test('X5 a host that does not answer, or another program in its place: `list --running` says what to do', async (t) => {
  const cwd = await folder(t, {})
  const server = createServer((request, response) => {
    response.end(request.url === '/_plugbay/plugins' ? '<html>' : '')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stranger = await plugbay(cwd, ['list', '--running', '--url', url])
  await new Promise((resolve) => {
    server.close(resolve)
  })
  assert.deepEqual([stranger.code, stranger.out], [1, ''])
  assert.match(stranger.err, /is no `plugbay start`\.\n.*--url/)

  const nobody = await plugbay(cwd, ['list', '--running', '--url', url])
  assert.deepEqual([nobody.code, nobody.out], [1, ''])
  assert.match(
    nobody.err,
    /^Nobody answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\.\n.*`plugbay start`/,
  )

  const nonsense = await plugbay(cwd, ['list', '--url', 'nonsense'])
  assert.equal(nonsense.code, 1)
  assert.match(nonsense.err, /^nonsense is no address\./)
})

test(
  'in a terminal of 60 columns nothing is wider, and NO_COLOR is heeded',
  { skip: missing('script') },
  async (t) => {
    const cwd = await folder(t, {
      ...broken,
      'plugins/a-plugin-with-quite-a-long-name-for-a-plugin/metadata.json': metadata(
        'a-plugin-with-quite-a-long-name-for-a-plugin',
        { dependencies: ['something-else-that-is-not-there'] },
      ),
      'plugins/a-plugin-with-quite-a-long-name-for-a-plugin/plugin.js': DEADLY,
    })
    const inTerminal = (args: string, env: NodeJS.ProcessEnv): Promise<{ out: string }> =>
      execute(
        'script',
        ['-qec', `stty cols 60 rows 40; '${process.execPath}' '${MAIN}' ${args}`, '/dev/null'],
        cwd,
        {
          TERM: 'xterm',
          ...env,
        },
      )
    assert.ok((await inTerminal('list', {})).out.includes('\u001b[31minvalid'))
    for (const [args, pattern] of [
      ['list', /^lost {2,}1\.0\.0 +blocked/m],
      ['check', /: lost needs idle, which is\n {2}not there\.$/m],
      ['why lost', /^ {2}lost -> idle: lost needs idle, which is not there$/m],
      ['--help', /^ {2}list +\S/m],
      ['help check', /^ {2}--load +\S/m],
      ['help completion', /^Example:/m],
    ] as const) {
      const { out } = await inTerminal(args, { NO_COLOR: '1' })
      assert.ok(!out.includes('\u001b'), args)
      const text = out.replaceAll('\r', '')
      for (const line of text.split('\n'))
        assert.ok(line.length <= 60 || !line.trim().includes(' '), `${args}: ${line}`)
      assert.match(text, pattern)
    }
  },
)
