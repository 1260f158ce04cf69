import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rename, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Running } from './running.js'
import { folder, put, run, until } from './running.js'

const metadata = (name: string, more: object = {}): string =>
  JSON.stringify({ name, version: '1.0.0', ...more })
const answers = (text: string): string =>
  `exports.activate = ({ host }) => { host.http.get('/', (c) => c.text(${JSON.stringify(text)})) }\n`

const start = async (t: TestContext, cwd: string, ...more: string[]): Promise<Running> => {
  const running = run(t, cwd, ['start', '--port', '0', ...more])
  await running.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  return running
}

test('start prints a table, and serves the plugins, the page and the JSON', async (t) => {
  const cwd = await folder(t, {
    'plugins/hello/metadata.json': metadata('hello', { description: 'Says <hello>.' }),
    'plugins/hello/plugin.js': answers('hi'),
    'plugins/idle/metadata.json': metadata('idle'),
    'plugins/idle/plugin.js': answers('never'),
    'plugins/lost/metadata.json': metadata('lost', { dependencies: ['nowhere'] }),
    'plugins/lost/plugin.js': answers('never'),
    'plugins.config.json': '{ "plugins": [{ "name": "idle", "enabled": false }] }',
  })
  const running = await start(t, cwd)
  const said = running.said()
  assert.match(said, /^NAME +VERSION +STATE +MS +WHY$/m)
  assert.match(said, /^hello +1\.0\.0 +active +[\d.]+ +\S/m)
  assert.match(said, /^idle +1\.0\.0 +off +- +plugins\.config\.json/m)
  assert.match(said, /^lost +1\.0\.0 +blocked +- +.*nowhere/m)
  assert.match(said, /^plugins\/lost\/metadata\.json\S* ERR_PLUGIN_DEPENDENCY_MISSING .*\n {2}\S/m)
  assert.match(said, /^1 of 3 active after [\d.]+ ms$/m)
  // oxlint-disable-next-line no-control-regex -- no colour where nobody looks
  assert.doesNotMatch(said, /\u001b/)

  assert.equal(await running.get('/hello'), '200 hi')
  assert.match(await running.get('/idle'), /^404 /)
  assert.match(await running.get('/lost'), /^404 /)
  assert.match(await running.get('/'), /^200 <!doctype html>[^]*Says \\u003chello>/)
  const response = await fetch(`${running.url}/_plugbay/plugins`)
  const { plugins } = (await response.json()) as { plugins: Record<string, unknown>[] }
  assert.deepEqual(
    plugins.map(({ name, state, generation, http }) => ({ name, state, generation, http })),
    [
      {
        name: 'hello',
        state: 'active',
        generation: 1,
        http: {
          prefix: '/hello',
          routes: [{ method: 'GET', path: '/hello' }],
          requests: 1,
          errors: 0,
          inFlight: 0,
        },
      },
      { name: 'idle', state: 'off', generation: 0, http: undefined },
      { name: 'lost', state: 'blocked', generation: 0, http: undefined },
    ],
  )
})

test('dropped in, edited, broken, mended, toggled and removed: each is seen over HTTP and on stdout', async (t) => {
  const cwd = await folder(t, {
    'plugins/base/metadata.json': metadata('base'),
    'plugins/base/plugin.js': answers('base'),
  })
  const running = await start(t, cwd)
  const plugin = 'plugins/hello/plugin.js'

  await put(cwd, { 'plugins/hello/metadata.json': metadata('hello'), [plugin]: answers('one') })
  await running.gives('/hello', '200 one')
  await running.says(/\d\d:\d\d:\d\d {2}hello +started, generation 1, [\d.]+ ms\n/)

  await put(cwd, { [plugin]: answers('two') })
  await running.gives('/hello', '200 two')
  await running.says(/hello +reloaded, generation 2, [\d.]+ ms\n/)

  await put(cwd, { [plugin]: 'exports.activate = ( => {\n' })
  await running.says(/hello +plugins\/hello\/plugin\.js\S* ERR_PLUGIN_\w+ .*\n {2}\S.*\n/)
  await running.says(/hello +its new files do not run; generation 2 goes on\n/)
  assert.equal(await running.get('/hello'), '200 two')

  await put(cwd, { [plugin]: `exports.activate = () => {\n  throw new Error('no way')\n}\n` })
  await running.says(/hello +plugins\/hello\/plugin\.js\S* ERR_PLUGIN_ACTIVATE .*no way/)
  await running.says(/hello +could not start its new files; went back, generation 3\n/)
  assert.equal(await running.get('/hello'), '200 two')

  await put(cwd, { [plugin]: answers('three') })
  await running.gives('/hello', '200 three')
  await running.says(/hello +reloaded, generation 4, [\d.]+ ms\n/)

  await put(cwd, { [plugin]: 'exports.activate = ( => {\n' })
  await running.says(/hello +its new files do not run; generation 4 goes on\n/)
  await put(cwd, { [plugin]: answers('three') })
  await running.says(/hello +all is well again\n/)

  await put(cwd, { 'plugins.config.json': '{ "plugins": [{ "name": "hello", "enabled": false }] }' })
  await running.gives('/hello', '404 No plugin answers here. GET / shows what there is.\n')
  await running.says(/hello +stopped: \S/)

  await put(cwd, { 'plugins.config.json': '{ "plugins": [] }' })
  await running.gives('/hello', '200 three')
  await running.says(/hello +started, generation 5, /)

  await rm(path.join(cwd, 'plugins/hello'), { recursive: true })
  await running.gives('/hello', '404 No plugin answers here. GET / shows what there is.\n')
  await running.says(/hello +stopped: it was removed\n/)

  assert.equal(await running.get('/base'), '200 base')
  assert.doesNotMatch(running.said(), /base +reloaded/)
})

test('the page is told of every change without a reload', async (t) => {
  const cwd = await folder(t, {
    'plugins/hello/metadata.json': metadata('hello'),
    'plugins/hello/plugin.js': answers('one'),
  })
  const running = await start(t, cwd)
  const response = await fetch(`${running.url}/_plugbay/events`)
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  let told = ''
  const reading = (async (): Promise<void> => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) told += chunk
  })()
  await until(
    () => /event: all\ndata: .*"name":"hello".*"generation":1/.test(told),
    () => `all in ${told}`,
  )
  await put(cwd, { 'plugins/hello/plugin.js': answers('two') })
  await until(
    () => /event: change\ndata: .*"name":"hello".*"generation":2/.test(told),
    () => `generation 2 in ${told}`,
  )
  await rename(path.join(cwd, 'plugins/hello'), path.join(cwd, 'away'))
  await until(
    () => /"gone":\["hello /.test(told),
    () => `gone in ${told}`,
  )
  running.child.kill('SIGTERM')
  await reading
  assert.equal(await running.exit, 0)
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`C13 a signal (${signal}): exit code 0 after streams have ended and deactivate has run`, async (t) => {
    const cwd = await folder(t, {
      'plugins/live/metadata.json': metadata('live'),
      'plugins/live/plugin.js': `
        exports.activate = ({ host, log }) => {
          host.http.get('/events', (c) => c.body(new ReadableStream({ start: (s) => s.enqueue(Buffer.from('data: 1\\n\\n')) }),
            200, { 'content-type': 'text/event-stream' }))
          host.http.get('/slow', async (c) => {
            log.info('asked')
            await new Promise((resolve) => setTimeout(resolve, 300))
            return c.text('answered')
          })
        }
        exports.deactivate = ({ log }) => { log.info('deactivated') }
      `,
    })
    const running = await start(t, cwd)
    const stream = await fetch(`${running.url}/live/events`)
    const slow = running.get('/live/slow')
    await running.says(/live +asked\n/)
    running.child.kill(signal)
    await running.says(new RegExp(`plugbay +${signal}: closing`))
    assert.equal(await slow, '200 answered')
    assert.equal(await stream.text(), 'data: 1\n\n')
    await running.says(/live +deactivated\n/)
    await running.says(/plugbay +closed after [\d.]+ ms\n/)
    assert.equal(await running.exit, 0)
    assert.equal(running.complained(), '')
  })

  test(`C13 a second signal (${signal}): the process ends at once, with the code of the signal`, async (t) => {
    const cwd = await folder(t, {
      'plugins/stuck/metadata.json': metadata('stuck'),
      'plugins/stuck/plugin.js': `
        exports.activate = () => {}
        exports.deactivate = () => new Promise(() => setInterval(() => {}, 1000))
      `,
    })
    const running = await start(t, cwd)
    running.child.kill(signal)
    await running.says(/closing; once more ends it at once\n/)
    const again = setInterval(() => running.child.kill(signal), 50)
    t.after(() => clearInterval(again))
    assert.equal(await running.exit, code)
    assert.doesNotMatch(running.said(), /closed after/)
  })
}

test('one Ctrl-C that arrives twice, as under npm, still closes cleanly', async (t) => {
  const cwd = await folder(t, {
    'plugins/slow/metadata.json': metadata('slow'),
    'plugins/slow/plugin.js': `
      exports.activate = () => {}
      exports.deactivate = () => new Promise((resolve) => setTimeout(resolve, 200))
    `,
  })
  const running = await start(t, cwd)
  running.child.kill('SIGINT')
  await running.says(/closing/)
  running.child.kill('SIGINT')
  assert.equal(await running.exit, 0)
})

test('C13 a signal in the middle of a transition: it is broken off, and the process ends with 0', async (t) => {
  const cwd = await folder(t, {
    'plugins/slow/metadata.json': metadata('slow'),
    'plugins/slow/plugin.js': `exports.activate = ({ log, signal }) => {
      log.info('begun')
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }`,
  })
  const running = run(t, cwd, ['start', '--port', '0'])
  await running.says(/slow +begun\n/)
  running.child.kill('SIGTERM')
  await running.says(/SIGTERM: closing/)
  await running.says(/closed after/)
  assert.equal(await running.exit, 0)
  assert.equal(running.complained(), '')
})

test('a plugin that leaves a timer running does not keep the process from ending', async (t) => {
  const cwd = await folder(t, {
    'plugins/leaky/metadata.json': metadata('leaky'),
    'plugins/leaky/plugin.js': `exports.activate = () => { globalThis.setInterval(() => {}, 1000) }`,
  })
  const running = await start(t, cwd)
  running.child.kill('SIGTERM')
  assert.equal(await running.exit, 0)
})

test('H20 a port that is taken: a clear error with another port, and no plugin is started for nothing', async (t) => {
  const taken = createServer()
  await once(taken.listen(0, '127.0.0.1'), 'listening')
  t.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const cwd = await folder(t, {
    'plugins/loud/metadata.json': metadata('loud'),
    'plugins/loud/plugin.js': `exports.activate = ({ log }) => log.info('started')`,
  })
  const running = run(t, cwd, ['start', '--port', String(port)])
  assert.equal(await running.exit, 1)
  assert.match(
    running.complained(),
    new RegExp(`^Port ${port} on 127.0.0.1 is taken.*\n.*--port ${port + 1}`),
  )
  assert.equal(running.said(), '')
})

test('an address that is not of this machine is a clear error', async (t) => {
  const running = run(t, await folder(t, {}), ['start', '--port', '0', '--host', '203.0.113.9'])
  assert.equal(await running.exit, 1)
  assert.match(running.complained(), /203\.0\.113\.9 is no address of this machine\.\n.*--host 127\.0\.0\.1/)
})

test('a folder that is not there yet is picked up when it comes', async (t) => {
  const cwd = await folder(t, {})
  const running = await start(t, cwd, '--dir', 'later')
  assert.match(running.said(), /no plugins in later yet/)
  assert.match(running.said(), /ERR_PLUGIN_DIRECTORY/)
  await put(cwd, { 'later/hello/metadata.json': metadata('hello'), 'later/hello/plugin.js': answers('here') })
  await running.gives('/hello', '200 here')
})

test('--no-watch follows nothing', async (t) => {
  const cwd = await folder(t, {
    'plugins/hello/metadata.json': metadata('hello'),
    'plugins/hello/plugin.js': answers('one'),
  })
  const running = await start(t, cwd, '--no-watch')
  await running.says(/Not watching/)
  // Another host on the same folder sees the change by then: so would this one, if it watched.
  const other = await start(t, cwd)
  await put(cwd, { 'plugins/hello/plugin.js': answers('two') })
  await other.gives('/hello', '200 two')
  assert.equal(await running.get('/hello'), '200 one')
})

test('50 reloads under 16 connections: every request is answered, none by half a reload', async (t) => {
  const cwd = await folder(t, {
    'plugins/hello/metadata.json': metadata('hello'),
    'plugins/hello/plugin.js': answers('0'),
    'plugins/top/metadata.json': metadata('top', { dependencies: ['hello'] }),
    'plugins/top/plugin.js': answers('top'),
  })
  const running = await start(t, cwd)
  const load = { over: false, asked: 0 }
  const failures: string[] = []
  const newest = new Map<number, number>()
  const client = async (id: number): Promise<void> => {
    while (!load.over) {
      load.asked += 1
      const answer = await running
        .get(id % 4 === 0 ? '/top' : '/hello')
        .catch((error: unknown) => String(error))
      const [, body] = /^200 (\d+|top)$/.exec(answer) ?? []
      if (body === undefined) failures.push(answer)
      else if (body !== 'top') {
        if (Number(body) < (newest.get(id) ?? 0)) failures.push(`${body} after ${newest.get(id)}`)
        newest.set(id, Number(body))
      }
    }
  }
  const clients = Array.from({ length: 16 }, (_, id) => client(id))
  for (let i = 1; i <= 50; i += 1) {
    await put(cwd, { 'plugins/hello/plugin.js': answers(String(i)) })
    await running.gives('/hello', `200 ${i}`)
  }
  load.over = true
  await Promise.all(clients)
  assert.deepEqual(failures, [])
  assert.ok(load.asked > 1000, `${load.asked} requests`)
  t.diagnostic(`${load.asked} requests over 50 reloads`)
})

test('what a plugin throws from a timer, a promise or a handler is reported, and the host lives', async (t) => {
  const cwd = await folder(t, {
    'plugins/wild/metadata.json': metadata('wild'),
    'plugins/wild/plugin.js': `
      exports.activate = ({ host, setTimeout: later }) => {
        later(() => { throw new Error('from its own timer') }, 5)
        setTimeout(() => { throw new Error('from a global timer') }, 10)
        setTimeout(() => { Promise.reject(new Error('nobody caught')) }, 15)
        host.http.get('/throws', () => { throw new Error('from a handler') })
      }
    `,
  })
  const running = await start(t, cwd)
  for (const text of ['from its own timer', 'from a global timer', 'nobody caught'])
    await until(
      () => new RegExp(`wild +(\\S*plugin\\.js\\S* )?ERR_PLUGIN_UNHANDLED .*${text}`).test(running.said()),
      () => `${text} in ${running.said()} ${running.complained()}`,
    )
  assert.equal(await running.get('/wild/throws'), '500 Internal Server Error')
  await running.says(/wild +plugins\/wild\/plugin\.js:\d+:\d+ GET \/wild\/throws threw: from a handler\n/)
  assert.match(await running.get('/_plugbay/plugins'), /^200 /)
})

test("a rejection that a handler leaves behind is its plugin's, and the host lives", async (t) => {
  const cwd = await folder(t, {
    'plugins/wild/metadata.json': metadata('wild'),
    'plugins/wild/plugin.js': `
      exports.activate = ({ host }) => {
        host.http.get('/', (c) => { Promise.reject(new Error('left by a handler')); return c.text('fine') })
      }
    `,
  })
  const running = await start(t, cwd)
  assert.equal(await running.get('/wild'), '200 fine')
  await running.says(/wild +plugins\/wild\/plugin\.js:\d+:\d+ ERR_PLUGIN_UNHANDLED .*left by a handler/)
  assert.equal(await running.get('/wild'), '200 fine')
})

test('P19 process.exit() in a plugin: the process ends with its code, and the last line says who and where', async (t) => {
  const cwd = await folder(t, {
    'plugins/rude/metadata.json': metadata('rude'),
    'plugins/rude/plugin.js': `exports.activate = ({ host }) => {
      host.http.get('/', async (c) => { await 0; process.exit(c.req.query('code')) })
    }`,
  })
  const running = await start(t, cwd)
  await assert.rejects(running.get('/rude?code=7'))
  assert.equal(await running.exit, 7)
  await running.says(
    /plugins\/rude\/plugin\.js:2:\d+ ERR_PLUGIN_EXIT rude ended the process \(exit code 7\)\./,
  )
})

test('two plugins that want one prefix: the second fails and names both', async (t) => {
  const cwd = await folder(t, {
    'plugins/a/metadata.json': metadata('a', { routes: { prefix: '/shop' } }),
    'plugins/a/plugin.js': answers('a'),
    'plugins/b/metadata.json': metadata('b', { routes: { prefix: '/shop' } }),
    'plugins/b/plugin.js': answers('b'),
  })
  const running = await start(t, cwd)
  assert.match(running.said(), /ERR_PLUGIN_CONTEXT .*plugins a and b both want the routes under \/shop/)
  assert.equal(await running.get('/shop'), '200 a')
})

test('wrong usage is exit 2, with the nearest', async (t) => {
  const cwd = await folder(t, {})
  const cases: [string[], RegExp][] = [
    [['strat'], /unknown command 'strat'\n\(Did you mean start\?\)/],
    [['start', '--prot', '1'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
    [['start', '--port', 'many'], /--port.*from 0 to 65535/],
    [['start', '--port', '70000'], /--port.*from 0 to 65535/],
    [['start', 'x'], /too many arguments/],
  ]
  for (const [args, complaint] of cases) {
    const running = run(t, cwd, args)
    assert.equal(await running.exit, 2, args.join(' '))
    assert.match(running.complained(), complaint)
  }
})

test('--help and --version are exit 0', async (t) => {
  const cwd = await folder(t, {})
  for (const [args, text] of [
    [['--version'], /^\d+\.\d+\.\d+\n$/],
    [['--help'], /start +\S/],
    [['start', '--help'], /--no-watch[^]*Example:/],
    [['help', 'start'], /--no-watch/],
  ] as const) {
    const running = run(t, cwd, args)
    assert.equal(await running.exit, 0)
    assert.match(running.said(), text)
  }
})
