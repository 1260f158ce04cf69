import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import { page } from '#src/http/page.js'
import { snapshot } from '../cli/snapshot.ts'
import { folder, run } from '../process/running.ts'
import type { Running } from '../process/running.ts'

const SECRET = 'the-secret-of-the-handler'
const PAGES = ['/', '/_plugbay/plugins', '/_plugbay/events', '/_plugbay/none']

let host: Running
let port: number
const ends: (() => unknown)[] = []

before(async () => {
  const t = { after: (end: () => unknown) => void ends.push(end) } as TestContext
  const cwd = await folder(t, {
    'plugins/a/metadata.json': JSON.stringify({ name: 'a', version: '1.0.0' }),
    'plugins/a/plugin.js': `exports.activate = ({ host }) => {
      host.http.get('/', (c) => c.text('fine'))
      host.http.post('/', async (c) => c.text((await c.req.text()).length + ' characters'))
      host.http.get('/throws', () => { throw new Error('${SECRET}') })
    }`,
  })
  host = run(t, cwd, ['start', '--port', '0'])
  await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  port = Number(new URL(host.url).port)
})

after(async () => {
  for (const end of ends.toReversed()) await end()
})

/** Everything that the server sends until it hangs up. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (more: string) => (answer += more))
  socket.on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return answer
}

const request = (line: string, more = '', body = ''): Promise<string> =>
  raw(`${line} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n${more}\r\n${body}`)

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

async function generations(): Promise<number[]> {
  const { plugins } = (await (await fetch(`${host.url}/_plugbay/plugins`)).json()) as {
    plugins: { generation: number }[]
  }
  return plugins.map(({ generation }) => generation)
}

test('H1 a form, text or JSON posted by the page of another site (CSRF): 405, as nothing can be changed over HTTP', async () => {
  const from = `Origin: http://evil.test\r\nSec-Fetch-Site: cross-site\r\n`
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json'])
    for (const path of PAGES)
      assert.equal(
        status(await request(`POST ${path}`, `${from}Content-Type: ${type}\r\nContent-Length: 2\r\n`, '{}')),
        405,
      )
  assert.deepEqual(await generations(), [1])
})

test('H3 a request from another origin, or from none: answered without leave to read it, which its browser needs', async () => {
  for (const from of [
    'Origin: http://127.0.0.1:1',
    'Origin: null',
    'Origin: http://evil.test',
    'Sec-Fetch-Site: cross-site',
    'Access-Control-Request-Method: POST',
  ])
    for (const path of ['/', '/_plugbay/plugins']) {
      const answer = await request(`GET ${path}`, `${from}\r\n`)
      assert.doesNotMatch(answer, /access-control-/i)
      assert.match(answer, /^cross-origin-resource-policy: same-origin\r$/im)
    }
})

test('H6 a body that is sent to the page, however long: it is answered at once, and never read', async () => {
  const answer = await request('POST /_plugbay/plugins', 'Content-Length: 1000000000\r\n', 'x'.repeat(1000))
  assert.equal(status(answer), 405)
  const chunked = await request(
    'POST /',
    'Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n',
    '5\r\nhello\r\n',
  )
  assert.equal(status(chunked), 405)
})

test('H8 paths that reach for files, encoded, doubled, cut or odd: 400 or 404, and no file', async () => {
  const paths = [
    '/_plugbay/../../../../etc/passwd',
    '/_plugbay/..%2f..%2f..%2fetc%2fpasswd',
    '/_plugbay/%2e%2e/%2e%2e/etc/passwd',
    '/_plugbay/%252e%252e%252fetc%252fpasswd',
    '/_plugbay/..%5c..%5cwindows%5cwin.ini',
    '/_plugbay/..\\..\\etc\\passwd',
    '/_plugbay/plugins%00.json',
    '/_plugbay/plugins;x=1/..',
    '/_plugbay/plugins/a/plugin.js',
    '/_plugbay/\u2215etc\u2215passwd',
    '/plugins/a/metadata.json',
    '/plugins/a/plugin.js?raw',
    '//etc/passwd',
    '/%',
    '/%c0%ae%c0%ae/etc/passwd',
    '/a/../../plugins.config.json',
    '/a/__proto__',
    '/__proto__',
    '/constructor',
  ]
  for (const path of paths) {
    const answer = await request(`GET ${path}`)
    assert.ok([400, 404].includes(status(answer)), `${path}: ${answer}`)
    assert.doesNotMatch(answer, /root:|exports\.activate|"version"/)
  }
  assert.equal(await host.get('/a'), '200 fine')
})

test('H9 TRACE, an unknown method and one that overrides: 405 or 400, and nothing changes', async () => {
  assert.equal(status(await request('TRACE /')), 405)
  assert.equal(status(await request('BREW /')), 400)
  const answer = await request('GET /_plugbay/plugins', 'X-HTTP-Method-Override: DELETE\r\n')
  assert.equal(status(answer), 200)
  assert.deepEqual(await generations(), [1])
})

test('H10 two lengths, or a chunk that is none (request smuggling): 400, and what follows is not read as a request', async () => {
  const smuggled = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n'
  for (const more of [
    `Content-Length: 6\r\nTransfer-Encoding: chunked\r\n`,
    `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n`,
    `Content-Length: 1\r\nContent-Length: 2\r\n`,
  ]) {
    const answer = await request('POST /a', more, `0\r\n\r\n${smuggled}`)
    assert.equal(status(answer), 400, answer)
    assert.doesNotMatch(answer, /fine/)
  }
  const bad = await request(
    'POST /a',
    'Transfer-Encoding: chunked\r\n',
    `zz\r\nhello\r\n0\r\n\r\n${smuggled}`,
  )
  assert.doesNotMatch(bad, /fine|characters/)
  assert.equal(await host.get('/a'), '200 fine')
})

test('H13 an open page that never reads: let go when it lags by a megabyte', async () => {
  let generation = 0
  const { app, touch, close } = page({
    plugins: () => [snapshot('a', { generation, description: 'x'.repeat(300_000) })],
    bound: () => ({ address: '127.0.0.1', port: 3000, host: '127.0.0.1' }),
    directory: '/app/plugins',
    from: '/app',
  })
  const open = async (): Promise<ReadableStreamDefaultReader<Uint8Array>> =>
    (await app.request('/_plugbay/events', { headers: { host: 'localhost:3000' } })).body!.getReader()
  const [stuck, reading] = [await open(), await open()]
  await reading.read()
  for (generation = 1; generation <= 12; generation += 1) {
    touch()
    await reading.read()
  }
  close()
  let kept = 0
  for (let piece = await stuck.read(); !piece.done; piece = await stuck.read()) kept += piece.value.byteLength
  assert.ok(kept < 3_000_000, `${kept} bytes were kept for it`)
})

test('H18 an error in a handler: the answer says that there was one, and neither its text, its stack nor a path', async () => {
  assert.equal(await host.get('/a/throws'), '500 Internal Server Error')
  await host.says(new RegExp(SECRET))
  const html = await (await fetch(host.url)).text()
  assert.doesNotMatch(html, new RegExp(SECRET))
})

test('H19 a host that is opened to the network: only when it is told to, and it says so', async (t) => {
  const cwd = await folder(t, { 'plugins/.keep': '' })
  const open = run(t, cwd, ['start', '--port', '0', '--host', '0.0.0.0'])
  await open.says(/http:\/\/localhost:\d+\n[^]*Open to the network/)
})
