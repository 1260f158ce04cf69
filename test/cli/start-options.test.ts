import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { folder, put, run, until } from '../process/running.js'
import { conforming, metadata, plugbay } from './plugbay.js'

interface Event {
  readonly event: string
  readonly level: string
  readonly [key: string]: unknown
}

const eventsIn = (text: string): Event[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => conforming<Event>(line, 'cli-start-log'))

const good = {
  'plugins/good/metadata.json': metadata('good'),
  'plugins/good/plugin.js': `
    exports.activate = ({ host, log }) => {
      log.info('begun with %s', { a: 1 })
      console.log('not for a program')
      host.http.get('/', (c) => c.text('good'))
      host.http.get('/throws', () => { throw new Error('from a handler') })
    }
    exports.deactivate = ({ log }) => log.warn('ended')
  `,
}
const bad = {
  'plugins/bad/metadata.json': metadata('bad'),
  'plugins/bad/plugin.js': `exports.activate = () => { throw new Error('no way') }\n`,
}
const blocked = {
  'plugins/lost/metadata.json': metadata('lost', { dependencies: ['nowhere'] }),
  'plugins/lost/plugin.js': 'exports.activate = () => {}\n',
}

test('--log json prints nothing but events, each in the published shape', async (t) => {
  const cwd = await folder(t, { ...good, ...bad, ...blocked })
  const running = run(t, cwd, ['start', '--port', '0', '--log', 'json'])
  await running.says(/"event":"start".*\n/)
  const [listening, ...others] = eventsIn(running.said())
  const { url, port, pid, watch } = listening as Event & { url: string; port: number }
  assert.deepEqual(
    [listening?.event, url, pid, watch],
    ['listening', `http://127.0.0.1:${port}`, running.child.pid, true],
  )
  assert.equal(await (await fetch(`${url}/good`)).text(), 'good')
  const names = ({ event, plugin, to, problem }: Event): unknown[] =>
    [event, plugin ?? (problem as { plugin?: string } | undefined)?.plugin, to].filter(Boolean)
  assert.deepEqual(others.map((event) => String(names(event))).sort(), [
    'log,good',
    'problem,bad',
    'problem,lost',
    'start',
    'state,bad,failed',
    'state,bad,loading',
    'state,good,active',
    'state,good,loading',
    'state,lost,blocked',
  ])
  const logged = others.find(({ event }) => event === 'log')
  assert.deepEqual([logged?.level, logged?.['message']], ['info', 'begun with { a: 1 }'])
  const start = others.at(-1)!
  assert.deepEqual(
    ['active', 'blocked', 'failed', 'invalid', 'off', 'order', 'problems', 'url', 'directory'].map(
      (key) => start[key],
    ),
    [['good'], ['lost'], ['bad'], [], [], ['good'], 2, url, path.join(cwd, 'plugins')],
  )

  assert.equal((await fetch(`${url}/good/throws`)).status, 500)
  await running.says(/"event":"threw".*\n/)
  const { time: _, ...threw } = eventsIn(running.said()).at(-1)!
  assert.deepEqual(threw, {
    level: 'error',
    event: 'threw',
    plugin: 'good',
    method: 'GET',
    path: '/good/throws',
    message: 'from a handler',
    file: path.join(cwd, 'plugins/good/plugin.js'),
    line: 6,
    column: 46,
  })

  await put(cwd, { 'plugins/bad/plugin.js': 'exports.activate = () => {}\n' })
  await running.says(/"plugin":"bad","from":"loading","to":"active","version":"1\.0\.0","generation":1.*\n/)
  running.child.kill('SIGTERM')
  assert.equal(await running.exit, 0)
  const last = eventsIn(running.said())
  assert.deepEqual(last.at(-1)?.event, 'closed')
  const closing = last.findIndex(({ event }) => event === 'closing')
  assert.equal(last[closing]?.['signal'], 'SIGTERM')
  assert.ok(last.slice(closing).some(({ plugin, to }) => plugin === 'good' && to === 'off'))
  assert.ok(last.slice(closing).some(({ level, message }) => level === 'warn' && message === 'ended'))
  assert.equal(running.complained(), 'not for a program\n')
})

test('--strict closes everything again and is exit 1, if a plugin is not as wanted', async (t) => {
  const cwd = await folder(t, { ...good, ...bad, ...blocked })
  const { code, out, err } = await plugbay(cwd, ['start', '--port', '0', '--strict'])
  assert.equal(code, 1)
  assert.match(out, /^plugins\/bad\/plugin\.js:1:\d+ ERR_PLUGIN_ACTIVATE .*no way\n {2}\S/m)
  assert.match(out, /^plugins\/lost\/metadata\.json\S* ERR_PLUGIN_DEPENDENCY_MISSING .*\n {2}\S/m)
  assert.match(out, /good +ended\n/, 'it had been started')
  assert.match(out, /plugbay +closed after [\d.]+ ms\n$/)
  assert.doesNotMatch(out, /http:/)
  assert.equal(err, '2 problems under --strict: nothing runs.\n')

  const json = await plugbay(cwd, ['start', '--port', '0', '--strict', '--log', 'json'])
  assert.equal(json.code, 1)
  assert.deepEqual(
    eventsIn(json.out)
      .slice(-2)
      .map(({ event, level, problems }) => [event, level, problems]),
    [
      ['refused', 'error', 2],
      ['closed', 'info', undefined],
    ],
  )
})

test('--strict runs as ever when all is well: what is off is as wanted', async (t) => {
  const cwd = await folder(t, {
    ...good,
    ...bad,
    'plugins.config.json': '{ "plugins": [{ "name": "bad", "enabled": false }] }',
  })
  const running = run(t, cwd, ['start', '--port', '0', '--strict'])
  await running.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  assert.equal(await running.get('/good'), '200 good')
  // What goes wrong later is news, and no end.
  await put(cwd, { 'plugins.config.json': '{ "plugins": [] }' })
  await running.says(/bad +failed: /)
  assert.equal(await running.get('/good'), '200 good')
})

const onLinux = process.platform !== 'linux' && 'xdg-open is what Linux has'

/** A folder with an `xdg-open` in it, for PATH. */
async function withBrowser(t: TestContext, script: string): Promise<{ cwd: string; PATH: string }> {
  const cwd = await folder(t, { ...good, 'bin/xdg-open': `#!/bin/sh\n${script}\n` })
  chmodSync(path.join(cwd, 'bin/xdg-open'), 0o755)
  return { cwd, PATH: `${path.join(cwd, 'bin')}:${process.env['PATH']}` }
}

test('--open opens the page in a browser, which outlives the host', { skip: onLinux }, async (t) => {
  const script = `echo "$$ $(cut -d ' ' -f 5 /proc/$$/stat)" > group
    echo "$@" > opened
    while [ ! -e go ] && [ -d plugins ]; do sleep 0.02; done
    echo over > over`
  const { cwd, PATH } = await withBrowser(t, script)
  const running = run(t, cwd, ['start', '--port', '0', '--open'], { PATH })
  await running.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  const said = (name: string): string =>
    existsSync(path.join(cwd, name)) ? readFileSync(path.join(cwd, name), 'utf8') : ''
  await until(
    () => said('opened').endsWith('\n'),
    () => 'xdg-open to be called',
  )
  assert.equal(said('opened'), `${running.url}\n`)
  const [pid, group] = said('group').trim().split(' ')
  assert.equal(group, pid, 'a group of its own, which Ctrl-C in the terminal does not reach')
  running.child.kill('SIGINT')
  assert.equal(await running.exit, 0)
  assert.equal(said('over'), '')
  await put(cwd, { go: '' })
  await until(
    () => said('over') === 'over\n',
    () => 'the browser to end by itself',
  )
})

test('a browser that cannot be opened is a line, and the host runs', { skip: onLinux }, async (t) => {
  const { cwd, PATH } = await withBrowser(t, 'exit 3')
  for (const [env, why] of [
    [{ PATH }, 'ended with 3'],
    [{ PATH: path.join(cwd, 'plugins') }, 'is not installed'],
  ] as const) {
    const running = run(t, cwd, ['start', '--port', '0', '--open'], env)
    await running.says(
      new RegExp(`plugbay +no browser was opened \\(xdg-open ${why}\\); go to http://127\\.0\\.0\\.1:\\d+\n`),
    )
    assert.equal(await running.get('/good'), '200 good')
  }
})

test('another form of --log is wrong usage', async (t) => {
  const { code, err } = await plugbay(await folder(t, {}), ['start', '--log', 'xml'])
  assert.equal(code, 2)
  assert.match(err, /'--log <form>' argument 'xml' is invalid\. Allowed choices are pretty, json/)
})
