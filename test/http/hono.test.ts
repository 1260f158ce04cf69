import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { WebSocket, WebSocketServer } from 'ws'
import { honoRoutes } from '#src/http/hono.js'
import type { HonoRoutes, RoutesOptions } from '#src/http/hono.js'
import { life } from './life.js'
import type { Life } from './life.js'
import { listening } from './listening.js'

interface Site {
  readonly routes: HonoRoutes
  readonly url: string
  readonly start: (name: string, generation: number, routes: (app: Hono) => void, prefix?: string) => Life
  readonly text: (path: string, init?: RequestInit) => Promise<string>
}

async function site(t: TestContext, options: RoutesOptions = {}): Promise<Site> {
  const routes = honoRoutes(options)
  const app = new Hono()
  app.use('*', routes.middleware())
  app.get('/host', (c) => c.text('the host'))
  app.onError((error, c) =>
    error instanceof HTTPException ? error.getResponse() : c.text(`the host: ${error.message}`, 500),
  )
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const url = `http://127.0.0.1:${await listening(t, server)}`
  return {
    routes,
    url,
    start(name, generation, fill, prefix) {
      const started = life(name, generation, prefix)
      fill(routes.open(started.scope))
      started.publish()
      return started
    },
    text: async (path, init) => {
      const response = await fetch(url + path, init)
      return `${response.status} ${await response.text()}`
    },
  }
}

const until = async (holds: () => boolean | Promise<boolean>, what: string): Promise<void> => {
  const limit = performance.now() + 5000
  while (!(await holds())) {
    if (performance.now() > limit) assert.fail(`not within 5 s: ${what}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
  }
}

test('a plugin has a Hono of its own, whose paths begin at its prefix', async (t) => {
  const { start, text } = await site(t)
  start('hello', 1, (app) => {
    app.use('*', async (c, next) => {
      await next()
      c.header('x-plugin', 'hello')
    })
    app.get('/', (c) => c.text('home'))
    app.get('/who/:name', (c) => c.text(`${c.req.path} ${c.req.param('name')} ${c.req.query('q')}`))
    app.post('/echo', async (c) => c.text(await c.req.text()))
    app.notFound((c) => c.text(`hello has no ${c.req.path}`, 404))
  })
  assert.equal(await text('/hello'), '200 home')
  assert.equal(await text('/hello/'), '200 home')
  assert.equal(await text('/hello/who/J%C3%B6rg?q=1'), '200 /who/Jörg Jörg 1')
  assert.equal(
    await text('/hello/echo', { method: 'POST', body: 'x'.repeat(3000) }),
    `200 ${'x'.repeat(3000)}`,
  )
  assert.equal(await text('/hello/none'), '404 hello has no /none')
  assert.equal(await text('/helloo'), '404 404 Not Found')
  assert.equal(await text('/host'), '200 the host')
  assert.equal(await text('/hello', { method: 'HEAD' }), '200 ')
})

test("a plugin's Hono can be asked directly, with its own paths or the whole ones", async (t) => {
  const { routes } = await site(t)
  const started = life('hello')
  const app = routes.open(started.scope)
  app.get('/x', (c) => c.text('x'))
  app.get('/', (c) => c.text('home'))
  for (const [path, wanted] of [
    ['/x', 'x'],
    ['/hello/x', 'x'],
    ['/', 'home'],
    ['/hello', 'home'],
  ] as const)
    assert.equal(await (await app.request(path)).text(), wanted, path)
  assert.equal((await app.request('/hellox')).status, 404)
})

test('a prefix of several components and percent-encoded paths reach the plugin', async (t) => {
  const { start, text } = await site(t)
  start('deep', 1, (app) => void app.get('/x', (c) => c.text('deep')), '/group/deep')
  assert.equal(await text('/group/deep/x'), '200 deep')
  assert.equal(await text('/%67roup/deep/x'), '200 deep')
  assert.equal(await text('/group/x'), '404 404 Not Found')
})

test('a handler that throws gives 500, is told with the plugin and the path, and harms nothing', async (t) => {
  const told: string[] = []
  const { start, text } = await site(t, {
    onError: (plugin, error, { method, path }) =>
      void told.push(`${plugin} ${method} ${path} ${String(error)}`),
  })
  const { additions } = start('bad', 1, (app) => {
    app.get('/throws', () => {
      throw new Error('boom')
    })
    app.get('/rejects', () => Promise.reject(new Error('late boom')))
    app.get('/teapot', () => {
      throw new HTTPException(418, { message: 'short and stout' })
    })
    app.get('/fine', (c) => c.text('fine'))
  })
  assert.equal(await text('/bad/throws'), '500 the host: boom')
  assert.equal(await text('/bad/rejects'), '500 the host: late boom')
  assert.equal(await text('/bad/teapot'), '418 short and stout')
  assert.equal(await text('/bad/fine'), '200 fine')
  assert.deepEqual(told, ['bad GET /bad/throws Error: boom', 'bad GET /bad/rejects Error: late boom'])
  await until(() => additions().http?.inFlight === 0, 'nothing in flight')
  assert.equal(additions().http?.errors, 2)
  assert.equal(additions().http?.requests, 4)
})

test("a plugin's own onError is heard instead", async (t) => {
  const told: string[] = []
  const { start, text } = await site(t, { onError: (plugin) => void told.push(plugin) })
  start('own', 1, (app) => {
    app.onError((error, c) => c.text(`sorry: ${error.message}`, 502))
    app.get('/', () => {
      throw new Error('boom')
    })
  })
  assert.equal(await text('/own'), '502 sorry: boom')
  assert.deepEqual(told, [])
})

test('a request during a swap waits and is answered by the new generation', async (t) => {
  const { start, text } = await site(t)
  const one = start('hello', 1, (app) => void app.all('/', async (c) => c.text(`one ${await c.req.text()}`)))
  await one.drain()
  const waiting = [text('/hello'), text('/hello', { method: 'POST', body: 'body' })]
  assert.equal(await text('/host'), '200 the host')
  await one.dispose()
  start('hello', 2, (app) => void app.all('/', async (c) => c.text(`two ${await c.req.text()}`)))
  assert.deepEqual(await Promise.all(waiting), ['200 two ', '200 two body'])
})

test('a plugin that is not back in time gives 503 with Retry-After', async (t) => {
  const { start, url } = await site(t, { hold: 20 })
  const one = start('hello', 1, (app) => void app.get('/', (c) => c.text('one')))
  await one.drain()
  const response = await fetch(`${url}/hello`)
  assert.equal(response.status, 503)
  assert.equal(response.headers.get('retry-after'), '1')
})

test('a drain waits for a slow handler and for a stream, on the generation that began them', async (t) => {
  const { start, text } = await site(t)
  let answer: (() => void) | undefined
  let push: ReadableStreamDefaultController<Uint8Array> | undefined
  const one = start('slow', 1, (app) => {
    app.get('/wait', async (c) => {
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return c.text('one')
    })
    app.get('/stream', (c) => {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          push = controller
          controller.enqueue(Buffer.from('begun '))
        },
      })
      return c.body(stream)
    })
  })
  const asked = [text('/slow/wait'), text('/slow/stream')]
  await until(() => answer !== undefined && push !== undefined, 'both arrived')
  let drained = false
  const drain = one.drain().then(() => {
    drained = true
  })
  answer!()
  assert.equal(await asked[0], '200 one')
  assert.equal(drained, false)
  push!.enqueue(Buffer.from('ended'))
  push!.close()
  assert.equal(await asked[1], '200 begun ended')
  await drain
})

test('an event stream does not delay a drain, and ends cleanly with its generation', async (t) => {
  const { start, url } = await site(t)
  let cancelled = false
  const one = start(
    'live',
    1,
    (app) =>
      void app.get('/events', (c) => {
        const stream = new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(Buffer.from('data: one\n\n')),
          cancel: () => {
            cancelled = true
          },
        })
        return c.body(stream, 200, { 'content-type': 'text/event-stream; charset=utf-8' })
      }),
  )
  const response = await fetch(`${url}/live/events`)
  const reader = response.body!.getReader()
  assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'data: one\n\n')
  assert.equal(one.additions().http?.inFlight, 1)
  const begin = performance.now()
  await one.drain()
  assert.ok(performance.now() - begin < 1000)
  await one.dispose()
  assert.deepEqual(
    await reader.read(),
    { done: true, value: undefined },
    'a clean end, so that EventSource comes back',
  )
  await until(() => cancelled, 'the source is told')
})

test('what a generation still answers at its end is cut off: 503 before the headers, broken after them', async (t) => {
  const { start, url } = await site(t)
  let release: (() => void) | undefined
  let streams = false
  const one = start('slow', 1, (app) => {
    app.get('/wait', async (c) => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return c.text('much too late')
    })
    app.get('/stream', (c) => {
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(Buffer.from('half of')),
      })
      streams = true
      return c.body(stream)
    })
  })
  const waiting = fetch(`${url}/slow/wait`)
  const streaming = await fetch(`${url}/slow/stream`)
  await until(() => release !== undefined && streams, 'both arrived')
  void one.drain()
  await one.dispose()
  const cut = await waiting
  assert.equal(cut.status, 503)
  assert.equal(cut.headers.get('retry-after'), '1')
  await assert.rejects(streaming.text())
  release!()
})

test('a client that goes away leaves nothing in flight', async (t) => {
  const { start, url } = await site(t)
  const one = start('slow', 1, (app) => void app.get('/', () => new Promise<Response>(() => undefined)))
  const clients = Array.from({ length: 20 }, () => new AbortController())
  const asked = clients.map(({ signal }) => fetch(`${url}/slow`, { signal }).catch(() => undefined))
  await until(() => one.additions().http?.inFlight === 20, '20 in flight')
  for (const client of clients) client.abort()
  await Promise.all(asked)
  await until(() => one.additions().http?.inFlight === 0, 'none in flight')
  await one.drain()
})

test('a slow reader of a finished answer does not delay a drain', async (t) => {
  const { start, url } = await site(t)
  const big = 'x'.repeat(20_000_000)
  const one = start('big', 1, (app) => void app.get('/', (c) => c.text(big)))
  const agent = new Agent()
  t.after(() => agent.destroy())
  const outgoing = request(`${url}/big`, { agent })
  outgoing.end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  incoming.pause()
  assert.equal(one.additions().http?.inFlight, 1)
  await one.drain()
  await one.dispose()
  let length = 0
  for await (const chunk of incoming) length += (chunk as Buffer).length
  assert.equal(length, big.length, 'and it gets all of it')
})

test('the routes of a live plugin are known, without its middleware', async (t) => {
  const { start } = await site(t)
  const one = start(
    'shop',
    1,
    (app) => {
      app.use('*', async (_, next) => next())
      app.get('/', (c) => c.text(''))
      app.get(
        '/item/:id',
        async (_, next) => next(),
        (c) => c.text(''),
      )
      app.post('/item', (c) => c.text(''))
      app.all('/any', (c) => c.text(''))
    },
    '/s/hop',
  )
  assert.deepEqual(one.additions().http?.routes, [
    { method: 'GET', path: '/s/hop' },
    { method: 'GET', path: '/s/hop/item/:id' },
    { method: 'POST', path: '/s/hop/item' },
    { method: 'ALL', path: '/s/hop/any' },
  ])
})

test('what a handler starts runs as its plugin', async (t) => {
  const { routes, text } = await site(t)
  const started = life('mine', 1)
  let inside = false
  const run = <T>(code: () => T): T => {
    inside = true
    try {
      return code()
    } finally {
      inside = false
    }
  }
  const app = routes.open({ ...started.scope, run })
  app.get('/', (c) => c.text(String(inside)))
  started.publish()
  assert.equal(await text('/mine'), '200 true')
})

test('C10 1,000 requests over two plugins that swap 50 times: none fails, none meets two generations', async (t) => {
  const { routes, url } = await site(t)
  let now = 0
  const begin = (): Life[] => {
    now += 1
    const generation = now
    const lives = [life('base', generation), life('top', generation)]
    const apps = lives.map(({ scope }) => routes.open(scope))
    for (const app of apps)
      app.get('/', async (c) => {
        await new Promise((resolve) => setImmediate(resolve))
        return c.text(`${generation} ${now}`)
      })
    for (const each of lives) each.publish()
    return lives
  }
  let running = begin()
  const load = { swaps: 0, asked: 0 }
  const failures: string[] = []
  const client = async (path: string): Promise<void> => {
    while (load.swaps < 50 || load.asked < 1000) {
      load.asked += 1
      const response = await fetch(url + path)
      const [made, seen] = (await response.text()).split(' ')
      if (response.status !== 200 || made !== seen) failures.push(`${response.status} ${made} ${seen}`)
    }
  }
  const clients = Array.from({ length: 16 }, (_, i) => client(i % 2 ? '/base' : '/top'))
  for (; load.swaps < 50; load.swaps += 1) {
    await Promise.all(running.map((each) => each.drain()))
    for (const each of running) await each.dispose()
    await new Promise((resolve) => setImmediate(resolve))
    running = begin()
    const before = load.asked
    await until(() => load.asked > before + 4, 'requests between the swaps')
  }
  await Promise.all(clients)
  assert.deepEqual(failures, [])
})

test('what the host puts into c.env a plugin sees, what it sets with c.set() it does not', async (t) => {
  const routes = honoRoutes()
  const app = new Hono<{ Bindings: { user: string }; Variables: { user: string } }>()
  app.use('*', async (c, next) => {
    c.env.user = 'Ada'
    c.set('user', 'Ada')
    await next()
  })
  app.use('*', routes.middleware())
  const started = life('hello')
  t.after(() => started.dispose())
  routes
    .open(started.scope)
    .get('/', (c) => c.json([(c.env as { user: string }).user, c.get('user' as never) ?? null]))
  started.publish()
  assert.deepEqual(await (await app.request('/hello', {}, { user: '' })).json(), ['Ada', null])
})

/** A host with middleware of its own before the plugins, and a 404 and routes of its own after them. */
async function fullHost(t: TestContext, fill: (app: Hono) => void): Promise<Site['text']> {
  const routes = honoRoutes({ root: true })
  const app = new Hono()
  app.use('*', async (c, next) => {
    c.header('x-before', 'host')
    c.header('x-both', 'host')
    c.header('set-cookie', 'host=1', { append: true })
    if (c.req.header('x-read')) await c.req.json()
    await next()
    c.header('x-after', c.error ? c.error.message : 'host')
  })
  app.use('*', routes.middleware())
  app.get('/hello/host', (c) => c.text('the host has it'))
  app.notFound((c) => c.json({ none: c.req.path }, 404))
  app.onError((error, c) => c.json({ wrong: error.message }, 500))
  const started = life('hello')
  fill(routes.open(started.scope))
  started.publish()
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const url = `http://127.0.0.1:${await listening(t, server)}`
  return async (path, init) => {
    const response = await fetch(url + path, init)
    const headers = [...response.headers].filter(([name]) => name.startsWith('x-') || name === 'set-cookie')
    const said = headers.map(([name, value]) => `${name}=${value}`).join(' ')
    return `${response.status} ${await response.text()} ${said}`
  }
}

test("what the host's middleware has set is on the plugin's answers, unless the plugin sets it too", async (t) => {
  const text = await fullHost(t, (app) => {
    app.get('/at-once', (c) => c.text('at once', 200, { 'x-both': 'plugin', 'set-cookie': 'plugin=1' }))
    app.get('/later', async (c) => {
      await new Promise((resolve) => setImmediate(resolve))
      return c.text('later')
    })
    // Its headers cannot be changed.
    app.get('/fetched', () => fetch('data:text/plain,fetched'))
  })
  assert.equal(
    await text('/hello/at-once'),
    '200 at once set-cookie=plugin=1 set-cookie=host=1 x-after=host x-before=host x-both=plugin',
  )
  const ofHost = 'set-cookie=host=1 x-after=host x-before=host x-both=host'
  assert.equal(await text('/hello/later'), `200 later ${ofHost}`)
  assert.equal(await text('/hello/fetched'), `200 fetched ${ofHost}`)
})

test('a response that a plugin answers with again has the headers of each request', async () => {
  const routes = honoRoutes()
  const app = new Hono()
  app.use('*', async (c, next) => {
    c.header('x-of', c.req.query('of'))
    c.header('x-both', 'host')
    c.header('vary', 'x-a')
    const cookie = c.req.query('cookie')
    if (cookie) c.header('set-cookie', cookie, { append: true })
    await next()
  })
  app.use('*', routes.middleware())
  const started = life('hello')
  const response = new Response(null, { status: 204, headers: { 'x-both': 'plugin' } })
  routes.open(started.scope).get('/', () => response)
  started.publish()
  const said = async (query: string): Promise<string> => {
    const { headers } = await app.request(`/hello?${query}`)
    return ['x-of', 'x-both', 'vary', 'set-cookie'].map((name) => headers.get(name)).join(' ')
  }
  assert.equal(await said('of=1'), '1 plugin x-a ')
  assert.equal(await said('of=2&cookie=a=1'), '2 plugin x-a a=1')
  assert.equal(await said('of=3'), '3 plugin x-a ')
})

test("a path that a plugin's Hono does not know goes on to the host, through the plugin's middleware", async (t) => {
  const text = await fullHost(t, (app) => {
    app.use('*', async (c, next) => {
      c.header('x-early', 'plugin')
      await next()
      c.header('x-late', `plugin ${c.res.status}`)
    })
    app.get('/', (c) => c.text('home'))
    app.get('/passes', (_, next) => next())
  })
  const ofHost = 'set-cookie=host=1 x-after=host x-before=host x-both=host'
  assert.equal(await text('/hello'), `200 home ${ofHost} x-early=plugin x-late=plugin 200`)
  assert.equal(await text('/hello/host'), `200 the host has it ${ofHost} x-early=plugin x-late=plugin 200`)
  for (const path of ['/hello/none', '/hello/passes'])
    assert.equal(await text(path), `404 {"none":"${path}"} ${ofHost} x-early=plugin x-late=plugin 404`)
  assert.equal(
    await text('/hello/none', { method: 'HEAD' }),
    `404  ${ofHost} x-early=plugin x-late=plugin 404`,
  )
})

test("the plugin's middleware goes on after a handler that throws, and what it sets is on the host's answer", async (t) => {
  const seen: string[] = []
  const text = await fullHost(t, (app) => {
    app.use('*', async (c, next) => {
      c.header('x-early', 'plugin')
      await next()
      seen.push(`${c.error?.message} ${c.res.status}`)
      c.header('x-late', 'plugin')
    })
    app.use('/mended', async (c, next) => {
      await next()
      c.res = new Response('mended', { status: 200 })
    })
    app.get('/tea', () => {
      throw new HTTPException(418, { message: 'tea' })
    })
    for (const path of ['/throws', '/mended'])
      app.get(path, () => {
        throw new Error('boom')
      })
  })
  assert.equal(
    await text('/hello/throws'),
    '500 {"wrong":"boom"} set-cookie=host=1 x-after=boom x-before=host x-both=host x-early=plugin x-late=plugin',
  )
  assert.match(await text('/hello/mended'), /^200 mended /)
  assert.match(await text('/hello/tea'), /^500 {"wrong":"tea"} .* x-late=plugin$/)
  assert.deepEqual(seen, ['boom 500', 'boom 200', 'tea 418'])
})

test('of two layers of plugins, each hears of its own errors', async () => {
  const told: string[] = []
  const layer = (name: string): HonoRoutes => honoRoutes({ onError: () => void told.push(name) })
  const layers = { outer: layer('outer'), inner: layer('inner') }
  const app = new Hono()
  app.use('*', layers.outer.middleware())
  app.use('*', layers.inner.middleware())
  app.onError((error, c) => c.text(`the host: ${error.message}`, 500))
  const start = (routes: HonoRoutes, fill: (plugin: Hono) => void): void => {
    const started = life('hello')
    fill(routes.open(started.scope))
    started.publish()
  }
  start(layers.outer, (plugin) =>
    plugin.use('*', async (c, next) => {
      await next()
      if (c.req.query('fail')) throw new Error('outer')
    }),
  )
  start(layers.inner, (plugin) => plugin.get('/', (c) => c.text('inner')))
  const text = async (path: string): Promise<string> => (await app.request(path)).text()
  assert.equal(await text('/hello'), 'inner')
  assert.equal(await text('/hello?fail=1'), 'the host: outer')
  assert.deepEqual(told, ['outer'])
})

test('a body that the host has read can be read again by the plugin', async (t) => {
  const text = await fullHost(t, (app) => {
    app.post('/', async (c) => c.text(`${c.req.header('x-read')} ${JSON.stringify(await c.req.json())}`))
  })
  const question = { method: 'POST', body: '{"a":"ä"}', headers: { 'x-read': 'read' } }
  assert.match(await text('/hello', question), /^200 read {"a":"ä"} /)
})

test(
  "a socket that the host's server upgrades belongs to the generation that agreed to it, and ends with it",
  { timeout: 10_000 },
  async (t) => {
    const routes = honoRoutes()
    const app = new Hono()
    app.use('*', routes.middleware())
    const server = createAdaptorServer({
      fetch: app.fetch,
      websocket: { server: new WebSocketServer({ noServer: true }) },
    }) as Server
    const url = `ws://127.0.0.1:${await listening(t, server)}`
    const start = (generation: number): Life => {
      const started = life('hello', generation)
      routes.open(started.scope).get(
        '/live',
        upgradeWebSocket((c) => ({
          onMessage: ({ data }, socket) => socket.send(`${c.req.path} ${generation} ${data}`),
        })),
      )
      started.publish()
      return started
    }
    const one = start(1)
    const socket = new WebSocket(`${url}/hello/live`)
    await once(socket, 'open')
    socket.send('hi')
    assert.equal(String((await once(socket, 'message'))[0]), '/live 1 hi')
    assert.equal(one.additions().http?.inFlight, 1)

    const refused = new WebSocket(`${url}/hello/none`)
    await once(refused, 'error')
    await until(() => one.additions().http?.inFlight === 1, 'what is refused is let go')

    await one.drain()
    const closed = once(socket, 'close')
    await one.dispose()
    start(2)
    one.settle()
    assert.equal((await closed)[0], 1012)
    const next = new WebSocket(`${url}/hello/live`)
    await once(next, 'open')
    next.send('hi')
    assert.equal(String((await once(next, 'message'))[0]), '/live 2 hi')
    next.terminate()
  },
)
