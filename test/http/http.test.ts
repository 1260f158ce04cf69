import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import express from 'express'
import { httpRoutes } from '#src/http/http.js'
import type { RoutesOptions } from '#src/http/http.js'
import { until } from '../manager.js'
import { life } from './life.js'
import type { Life } from './life.js'
import { listening } from './listening.js'

interface Site {
  readonly port: number
  readonly url: string
  readonly start: (name: string, fill: (server: Server) => void, generation?: number, prefix?: string) => Life
  readonly text: (path: string, init?: RequestInit) => Promise<string>
  readonly close: () => Promise<void>
}

async function site(t: TestContext, options: RoutesOptions = {}, fallback?: RequestListener): Promise<Site> {
  const routes = httpRoutes(options)
  const server = createServer(routes.handler(fallback))
  const port = await listening(t, server)
  const url = `http://127.0.0.1:${port}`
  return {
    port,
    url,
    start(name, fill, generation = 1, prefix) {
      const started = life(name, generation, prefix)
      fill(routes.open(started.scope))
      started.publish()
      return started
    },
    text: async (path, init) => {
      const response = await fetch(url + path, init)
      return `${response.status} ${await response.text()}`
    },
    close: () => routes.close(),
  }
}

const saysUrl = (server: Server): void =>
  void server.on('request', (request: IncomingMessage & { originalUrl?: string }, response) =>
    response.end(`${request.method} ${request.url} of ${request.originalUrl}`),
  )

test('a plugin has a server of its own that never listens, and paths that begin at its prefix', async (t) => {
  const { start, text } = await site(t)
  start('hello', saysUrl)
  start('deep', saysUrl, 1, '/group/deep')
  assert.equal(await text('/hello'), '200 GET / of /hello')
  assert.equal(await text('/hello?a=/b'), '200 GET /?a=/b of /hello?a=/b')
  assert.equal(await text('/hello/x/y?z'), '200 GET /x/y?z of /hello/x/y?z')
  assert.equal(await text('/gro%75p/deep/a%2Fb'), '200 GET /a%2Fb of /gro%75p/deep/a%2Fb')
  assert.equal(await text('/hello%2Fx'), '404 Not Found')
  assert.equal(await text('/group'), '404 Not Found')
})

test('a request in the form that clients of a proxy use finds its plugin, nonsense finds none', async (t) => {
  const { start, port } = await site(t)
  start('hello', saysUrl)
  const raw = async (target: string, method = 'GET'): Promise<string> => {
    const outgoing = ask({ host: '127.0.0.1', port, path: target, method })
    outgoing.end()
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    return `${incoming.statusCode} ${await textOf(incoming)}`
  }
  const target = 'http://h:1/hello/x?y'
  assert.equal(await raw(target), `200 GET http://h:1/x?y of ${target}`)
  assert.equal(await raw('*', 'OPTIONS'), '404 Not Found')
  assert.equal(await raw('//hello'), '404 Not Found')
  assert.equal(await raw('/%'), '404 Not Found')
  assert.equal(await raw('/hello/%zz'), '200 GET /%zz of /hello/%zz')
})

test('what is no plugin’s goes to the fallback as it came', async (t) => {
  const { start, text } = await site(t, {}, (request, response) => void response.end(`host ${request.url}`))
  start('hello', () => undefined)
  assert.equal(await text('/other'), '200 host /other')
  assert.equal(await text('/hello/x'), '200 host /hello/x', 'and what nobody listens for')
})

test('an Express application can be what listens', async (t) => {
  const { start, text } = await site(t)
  const app = express()
  app.get('/x/:id', (request, response) => void response.send(`${request.params.id} ${request.originalUrl}`))
  start('hello', (server) => void server.on('request', app))
  assert.equal(await text('/hello/x/1'), '200 1 /hello/x/1')
  assert.match(await text('/hello/y'), /^404 /)
})

test('a listener that throws or rejects gives 500, is counted and told, and ends nothing', async (t) => {
  const told: string[] = []
  const { start, text, url } = await site(t, {
    onError: (plugin, error, { method, path }) =>
      void told.push(`${plugin} ${method} ${path} ${String(error)}`),
  })
  const { additions } = start(
    'bad',
    (server) =>
      // oxlint-disable-next-line typescript/no-misused-promises -- what a plugin may do
      void server.on('request', async (request, response) => {
        if (request.url === '/late') await new Promise((resolve) => setImmediate(resolve))
        if (request.url === '/begun') response.write('half')
        response.setHeader?.('x-y', 'z')
        throw new Error('async')
      }),
  )
  start(
    'worse',
    (server) =>
      void server.on('request', (_, response) => {
        response.setHeader('content-length', 1000)
        throw new Error('sync')
      }),
  )
  assert.equal(await text('/bad/late'), '500 Internal Server Error')
  assert.equal(await text('/worse?x'), '500 Internal Server Error')
  await assert.rejects(fetch(`${url}/bad/begun`).then((response) => response.text()))
  assert.equal(told[0], 'bad GET /bad/late Error: async')
  assert.equal(told[1], 'worse GET /worse Error: sync')
  assert.equal(told.length, 3)
  await until(() => additions().http?.inFlight === 0)
  assert.equal(additions().http?.errors, 2)
})

test('what goes wrong after the end of an answer does not cut it off, and is counted', async (t) => {
  const { start, text } = await site(t)
  const { additions } = start('hello', (server) =>
    server.on('request', (_, response) => {
      response.end('x'.repeat(20_000_000))
      throw new Error('too late')
    }),
  )
  assert.equal((await text('/hello')).length, 20_000_004)
  assert.equal(additions().http?.errors, 1)
})

test('its routes are all under its prefix, if it listens', async (t) => {
  const { start } = await site(t, { root: true })
  assert.deepEqual(start('hello', saysUrl).additions().http?.routes, [{ method: 'ALL', path: '/hello/*' }])
  assert.deepEqual(start('site', saysUrl, 1, '/').additions().http, {
    prefix: '/',
    routes: [{ method: 'ALL', path: '/*' }],
    requests: 0,
    errors: 0,
    inFlight: 0,
  })
  assert.deepEqual(start('idle', () => undefined).additions().http?.routes, [])
})

test('late writes after the end of a generation end nothing: not to a stream, nor to what was cut', async (t) => {
  const { start, url, text } = await site(t)
  const late: (() => void)[] = []
  const one = start(
    'slow',
    (server) =>
      void server.on('request', (request, response) => {
        if (request.url === '/events') {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write('data: 1\n\n')
        }
        if (request.url === '/begun') response.write('begun')
        late.push(() => {
          if (!response.headersSent) response.writeHead(200, { 'x-late': '1' })
          response.write('late')
          response.end('later')
        })
      }),
  )
  const events = await fetch(`${url}/slow/events`)
  const begun = await fetch(`${url}/slow/begun`)
  const waiting = fetch(`${url}/slow/wait`)
  await until(() => late.length === 3)
  void one.drain()
  await one.dispose()
  for (const write of late) write()
  assert.equal(await events.text(), 'data: 1\n\n')
  await assert.rejects(begun.text())
  assert.equal((await waiting).status, 503)
  for (const write of late) write()
  one.settle()
  assert.equal(await text('/slow'), '404 Not Found')
})

test('a drain hears of the end of an answer that its reader takes slowly', async (t) => {
  const { start, url } = await site(t)
  let finish = (): void => undefined
  const big = 'x'.repeat(20_000_000)
  const one = start(
    'big',
    (server) =>
      void server.on('request', (_, response) => {
        response.writeHead(200)
        response.flushHeaders()
        finish = () => response.end(big)
      }),
  )
  const outgoing = ask(`${url}/big`)
  outgoing.end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  incoming.pause()
  let drained = false
  const draining = one.drain().then(() => {
    drained = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(drained, false)
  finish()
  await draining
  await one.dispose()
  assert.equal((await textOf(incoming)).length, big.length, 'and it gets all of it')
})

test('pipelined requests are answered in order over a swap', async (t) => {
  const { start, port } = await site(t)
  const fill = (what: string) => (server: Server) =>
    void server.on('request', (request, response) => void response.end(`[${what} ${request.url}]`))
  const one = start('hello', fill('one'))
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  let said = ''
  socket.on('data', (chunk) => {
    said += String(chunk)
  })
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`
  socket.write(get('/hello/1') + get('/hello/2'))
  await until(() => said.includes('/2]'))
  await one.drain()
  socket.write(get('/hello/3') + get('/other') + get('/hello/4'))
  await one.dispose()
  start('hello', fill('two'), 2)
  await until(() => said.includes('/4]'))
  assert.deepEqual(said.match(/\[.*?\]|(?<=\n)Not Found/g), [
    '[one /1]',
    '[one /2]',
    '[two /3]',
    'Not Found',
    '[two /4]',
  ])
})

test('what arrives after close() is told to come again, if it is a plugin’s', async (t) => {
  const { start, url, close } = await site(t)
  start('hello', saysUrl)
  await close()
  const response = await fetch(`${url}/hello`)
  assert.equal(response.status, 503)
  assert.equal(response.headers.get('retry-after'), '1')
  assert.equal((await fetch(`${url}/nobody`)).status, 404)
})
