import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { expressRoutes } from '#src/http/express.js'
import { honoRoutes } from '#src/http/hono.js'
import { httpRoutes } from '#src/http/http.js'
import type { HttpRoutes, RoutesOptions } from '#src/http/http.js'
import { until } from '../manager.js'
import { life } from './life.js'
import type { Life } from './life.js'

const HEAD =
  'HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

interface Site {
  readonly server: Server
  readonly start: (name: string, fill: (sockets: Server) => void, generation?: number) => Life
  readonly open: (path: string) => WebSocket
  /** A client that says no more than the head. */
  readonly raw: (path: string) => { socket: Socket; said: () => string }
}

async function site(
  t: TestContext,
  options: RoutesOptions = {},
  routes: Pick<HttpRoutes, 'sockets' | 'upgrade'> = httpRoutes(options),
): Promise<Site> {
  const server = createServer((_, response) => void response.end('not upgraded'))
  routes.upgrade(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const clients: { terminate(): void }[] = []
  t.after(async () => {
    for (const client of clients) client.terminate()
    await new Promise((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
  })
  const { port } = server.address() as AddressInfo
  return {
    server,
    start(name, fill, generation = 1) {
      const started = life(name, generation)
      fill(routes.sockets(started.scope))
      started.publish()
      return started
    },
    open(path) {
      const client = new WebSocket(`ws://127.0.0.1:${port}${path}`)
      client.on('error', () => undefined)
      clients.push(client)
      return client
    },
    raw(path) {
      let said = ''
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => {
        said += String(chunk)
      })
      socket.write(`GET ${path} ${HEAD}`)
      clients.push({ terminate: () => socket.destroy() })
      return { socket, said: () => said }
    },
  }
}

const echo = (what: string) => (server: Server) => {
  new WebSocketServer({ server }).on('connection', (socket, request) => {
    socket.send(`${what} ${request.url}`)
    socket.on('message', (data) => socket.send(`${what} ${(data as Buffer).toString()}`))
  })
}

const message = async (client: WebSocket): Promise<string> =>
  String(((await once(client, 'message')) as [Buffer])[0])

for (const [kind, routes] of [
  ['hono', honoRoutes()],
  ['express', expressRoutes()],
  ['http', httpRoutes()],
] as const)
  test(`${kind}: a plugin's WebSocket server hears of what comes under its prefix`, async (t) => {
    const { start, open } = await site(t, {}, routes)
    const one = start('chat', echo('one'))
    const client = open('/chat/room?x=1')
    assert.equal(await message(client), 'one /room?x=1')
    client.send('hi')
    assert.equal(await message(client), 'one hi')
    assert.equal(one.additions().http?.inFlight, 1)
    client.close()
    await until(() => one.additions().http?.inFlight === 0)
    assert.equal(one.additions().http?.requests, 1)
  })

test('an upgrade during a swap waits for the next generation; the sockets of the last one end', async (t) => {
  const { start, open } = await site(t)
  const one = start('chat', echo('one'))
  const before = open('/chat')
  await message(before)
  await one.drain()
  const during = open('/chat')
  const said = message(during)
  const closed = once(before, 'close')
  await one.dispose()
  assert.equal((await closed)[0], 1012, 'service restart')
  start('chat', echo('two'), 2)
  assert.equal(await said, 'two /')
})

test('a client that does not hang up is hung up on', async (t) => {
  const { start, raw } = await site(t)
  let theirs: Duplex | undefined
  const one = start(
    'rude',
    (server) =>
      void server.on('upgrade', (_: IncomingMessage, socket: Duplex) => {
        theirs = socket
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      }),
  )
  const { socket, said } = raw('/rude')
  socket.allowHalfOpen = true
  await until(() => said().includes('101'))
  await one.dispose()
  await until(() => theirs!.destroyed)
})

test('an upgrade that its plugin has not agreed to when it ends is told to come again', async (t) => {
  const { start, raw } = await site(t)
  const one = start('slow', (server) => void server.on('upgrade', () => undefined))
  const { socket, said } = raw('/slow')
  await until(() => one.additions().http?.inFlight === 1)
  await one.dispose()
  await once(socket, 'close')
  assert.match(said(), /^HTTP\/1\.1 503 /)
})

test('a socket that errs ends no process, before, while and after it is served', async (t) => {
  const { start, raw } = await site(t)
  let served: Duplex | undefined
  const one = start('chat', (server) => void server.on('upgrade', (_, socket: Duplex) => (served = socket)))
  raw('/chat')
  await until(() => served !== undefined)
  served!.destroy(new Error('broken pipe'))
  await until(() => one.additions().http?.inFlight === 0)
  await one.drain()
  const { socket } = raw('/chat')
  await once(socket, 'connect')
  socket.resetAndDestroy()
  await one.dispose()
  const two = start('chat', echo('two'), 2)
  assert.equal(two.additions().http?.inFlight, 0)
})

test('what is nobody’s is answered and closed: unknown, without a listener, too late, after the end', async (t) => {
  const { start, raw } = await site(t, { hold: 20 })
  const answer = async (path: string): Promise<string> => {
    const { socket, said } = raw(path)
    await once(socket, 'close')
    return said().split('\r\n\r\n', 1)[0]!.replaceAll('\r\n', ' | ')
  }
  assert.equal(await answer('/none'), 'HTTP/1.1 404 Not Found | connection: close | content-length: 0')
  const one = start('deaf', () => undefined)
  assert.match(await answer('/deaf'), /404 Not Found/)
  await until(() => one.additions().http?.inFlight === 0)
  await one.drain()
  assert.match(await answer('/deaf'), /503 Service Unavailable \| retry-after: 1/)
  await one.dispose()
  one.settle()
  assert.match(await answer('/deaf'), /404 Not Found/)
})

test('what is no plugin’s is left to the host, if it listens', async (t) => {
  const { server, start, open } = await site(t)
  const own = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/own') own.handleUpgrade(request, socket, head, (client) => client.send('host'))
  })
  start('chat', echo('one'))
  assert.equal(await message(open('/own')), 'host')
  assert.equal(await message(open('/chat')), 'one /')
})

test('a listener that throws or rejects is counted and told, and its socket closed', async (t) => {
  const told: string[] = []
  const { start, raw } = await site(t, {
    onError: (plugin, error, { path }) => void told.push(`${plugin} ${path} ${String(error)}`),
  })
  start('bad', (server) => {
    // oxlint-disable-next-line typescript/no-misused-promises -- what a plugin may do
    server.on('upgrade', async ({ url }) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (url === '/late') throw new Error('late')
    })
    server.on('upgrade', ({ url }) => {
      if (url !== '/late') throw new Error('boom')
    })
  })
  await once(raw('/bad/x?y').socket, 'close')
  await once(raw('/bad/late').socket, 'close')
  assert.deepEqual(told, ['bad /bad/x Error: boom', 'bad /bad/late Error: late'])
})
