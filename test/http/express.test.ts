import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import express5 from 'express'
import type { ErrorRequestHandler, Router } from 'express'
import { expressRoutes } from '#src/http/express.js'
import type { RoutesOptions } from '#src/http/express.js'
import { until } from '../manager.js'
import { life } from './life.js'
import type { Life } from './life.js'
import { listening } from './listening.js'

type Express = typeof express5

const versions: readonly (readonly [string, Express])[] = [
  ['Express 4', createRequire(import.meta.url)('express4') as Express],
  ['Express 5', express5],
]

interface Site {
  readonly url: string
  readonly start: (
    name: string,
    routes: (router: Router) => void,
    generation?: number,
    prefix?: string,
  ) => Life
  readonly text: (path: string, init?: RequestInit) => Promise<string>
}

async function site(t: TestContext, express: Express, options: RoutesOptions = {}, at = '/'): Promise<Site> {
  const routes = expressRoutes({ ...options, express })
  const app = express()
  app.use(at, routes.middleware())
  app.use('/host', (request, response) => void response.send(`host ${request.baseUrl} ${request.url}`))
  app.use((request, response) => void response.status(404).send(`none ${request.baseUrl} ${request.url}`))
  app.use(((error: Error & { status?: number }, request, response, next) => {
    if (response.headersSent) next(error)
    else response.status(error.status ?? 500).send(`sorry ${request.url}: ${error.message}`)
  }) as ErrorRequestHandler)
  const server = createServer(app)
  const url = `http://127.0.0.1:${await listening(t, server)}`
  return {
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
  }
}

for (const [version, express] of versions) {
  test(`${version}: a plugin has a router of its own, mounted as app.use() would`, async (t) => {
    const { start, text } = await site(t, express)
    start('hello', (router) => {
      router.use(express.text())
      router.get('/', (request, response) => {
        const { baseUrl, url, originalUrl, path } = request
        response.json({ baseUrl, url, originalUrl, path })
      })
      router.get(
        '/who/:name',
        (request, response) =>
          void response.send(`${request.params['name']} ${JSON.stringify(request.query)}`),
      )
      router.post('/echo', (request, response) => void response.send(request.body))
      router.get('/away', (_, response) => response.redirect('/host/x'))
    })
    assert.deepEqual(JSON.parse((await text('/hello')).slice(4)), {
      baseUrl: '/hello',
      url: '/',
      originalUrl: '/hello',
      path: '/',
    })
    assert.deepEqual(JSON.parse((await text('/hello?a=1')).slice(4)), {
      baseUrl: '/hello',
      url: '/?a=1',
      originalUrl: '/hello?a=1',
      path: '/',
    })
    assert.deepEqual(JSON.parse((await text('/h%65llo/?a=1')).slice(4)), {
      baseUrl: '/h%65llo',
      url: '/?a=1',
      originalUrl: '/h%65llo/?a=1',
      path: '/',
    })
    assert.equal(await text('/hello/who/J%C3%B6rg?q=1'), '200 Jörg {"q":"1"}')
    const headers = { 'content-type': 'text/plain' }
    const body = 'x'.repeat(30_000)
    assert.equal(await text('/hello/echo', { method: 'POST', body, headers }), `200 ${body}`)
    assert.equal(await text('/hello/away'), '200 host /host /x')
    assert.equal(await text('/hello', { method: 'HEAD' }), '200 ')
    assert.equal(await text('/helloo'), '404 none  /helloo')
  })

  test(`${version}: what the plugin passes on goes to the host as it came, and is no longer in flight`, async (t) => {
    const { start, text } = await site(t, express)
    const { additions } = start('hello', (router) => {
      router.get('/pass', (_, __, next) => next())
      router.get('/leave', (_, __, next) => next('router'))
    })
    assert.equal(await text('/hello/none?a=1'), '404 none  /hello/none?a=1')
    assert.equal(await text('/hello/pass'), '404 none  /hello/pass')
    assert.equal(await text('/hello/leave'), '404 none  /hello/leave')
    assert.equal(additions().http?.inFlight, 0)
    assert.equal(additions().http?.errors, 0)
  })

  test(`${version}: the host may mount all plugins below a path of its own`, async (t) => {
    const { start, text } = await site(t, express, {}, '/plugins')
    start('hello', (router) => {
      router.get('/x', (request, response) => void response.send(`${request.baseUrl} ${request.originalUrl}`))
    })
    assert.equal(await text('/plugins/hello/x'), '200 /plugins/hello /plugins/hello/x')
    assert.equal(await text('/plugins/hello/y'), '404 none  /plugins/hello/y')
  })

  test(`${version}: what a handler throws or rejects with reaches the host's error handler, is counted and told`, async (t) => {
    const told: string[] = []
    const { start, text } = await site(t, express, {
      onError: (plugin, error, { method, path }) =>
        void told.push(`${plugin} ${method} ${path} ${String(error)}`),
    })
    const { additions } = start('bad', (router) => {
      router.get('/throws', () => {
        throw new Error('thrown')
      })
      router.get('/rejects', () => Promise.reject(new Error('rejected')))
      router.get('/nothing', () => Promise.reject())
      router.get('/passes', (_, __, next) => next(new Error('passed')))
      router.get('/teapot', (_, __, next) => next(Object.assign(new Error('teapot'), { status: 418 })))
      router.use('/middleware', async () => {
        throw new Error('in a middleware')
      })
      router.param('id', (async () => {
        throw new Error('in a parameter')
      }) as never)
      router.get('/with/:id', (_, response) => void response.send('never'))
      const nested = express.Router()
      router.use('/nested', nested)
      nested.get('/late', async () => {
        throw new Error('nested')
      })
      const own = express.Router()
      own.get('/', async () => {
        throw new Error('first')
      })
      own.use((async (error: Error, _request: unknown, _response: unknown, _next: unknown) => {
        throw new Error(`${error.message}, then the error handler`)
      }) as unknown as ErrorRequestHandler)
      router.use('/handler', own)
    })
    assert.equal(await text('/bad/throws?a=1'), '500 sorry /bad/throws?a=1: thrown')
    assert.equal(await text('/bad/rejects'), '500 sorry /bad/rejects: rejected')
    assert.match(await text('/bad/nothing'), /^500 /)
    assert.equal(await text('/bad/passes'), '500 sorry /bad/passes: passed')
    assert.equal(await text('/bad/teapot'), '418 sorry /bad/teapot: teapot')
    assert.equal(await text('/bad/middleware'), '500 sorry /bad/middleware: in a middleware')
    assert.equal(await text('/bad/with/1'), '500 sorry /bad/with/1: in a parameter')
    assert.equal(await text('/bad/nested/late'), '500 sorry /bad/nested/late: nested')
    assert.equal(await text('/bad/handler'), '500 sorry /bad/handler: first, then the error handler')
    assert.equal(additions().http?.errors, 8)
    assert.equal(told[0], 'bad GET /bad/throws Error: thrown')
    assert.equal(told.length, 8)
  })

  test(`${version}: a request during a swap waits, with its body, and is answered by the new generation`, async (t) => {
    const { start, text } = await site(t, express)
    const fill = (what: string) => (router: Router) => {
      router.use(express.text())
      router.all('/', (request, response) => void response.send(`${what} ${String(request.body)}`))
    }
    const one = start('hello', fill('one'))
    await one.drain()
    const headers = { 'content-type': 'text/plain' }
    const waiting = text('/hello', { method: 'POST', body: 'body', headers })
    assert.equal(await text('/host'), '200 host /host /')
    await one.dispose()
    start('hello', fill('two'), 2)
    assert.equal(await waiting, '200 two body')
  })

  test(`${version}: what is still written to a response that was cut off goes nowhere`, async (t) => {
    const { start, url, text } = await site(t, express)
    let go = (): void => undefined
    let failed: unknown
    const one = start('slow', (router) => {
      router.get('/', async (_, response) => {
        response.set('content-length', '100')
        await new Promise<void>((resolve) => {
          go = resolve
        })
        try {
          response.status(200).json({ much: 'too late' })
          response.write('more')
        } catch (error) {
          failed = error
        }
        go = () => undefined
      })
    })
    const asked = fetch(`${url}/slow`)
    await until(() => one.additions().http?.inFlight === 1)
    void one.drain()
    await one.dispose()
    const response = await asked
    assert.equal(`${response.status} ${await response.text()}`, '503 This plugin was stopped.\n')
    assert.equal(response.headers.get('retry-after'), '1')
    go()
    assert.equal(await text('/host'), '200 host /host /')
    assert.equal(failed, undefined)
  })

  test(`${version}: an event stream does not delay a drain, also one that begins during it, and ends cleanly`, async (t) => {
    const { start, url } = await site(t, express)
    let go = (): void => undefined
    const one = start('live', (router) => {
      router.get('/now', (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.write('data: 1\n\n')
      })
      router.get('/soon', (_, response) => {
        go = () => {
          response.setHeader('content-type', 'text/event-stream')
          response.write('data: 2\n\n')
        }
      })
    })
    const now = await fetch(`${url}/live/now`)
    const asked = fetch(`${url}/live/soon`)
    await until(() => one.additions().http?.inFlight === 2)
    const draining = one.drain()
    go()
    const soon = await asked
    await draining
    await one.dispose()
    assert.equal(await now.text(), 'data: 1\n\n')
    assert.equal(await soon.text(), 'data: 2\n\n')
  })

  test(`${version}: the routes of a plugin are known, also those of routers within`, async (t) => {
    const { start } = await site(t, express)
    const one = start(
      'shop',
      (router) => {
        const none = (): void => undefined
        router.use(none)
        router.get('/', none)
        router.route('/item/:id').get(none).delete(none)
        router.all('/any', none)
        router.get(['/a', '/b'], none)
        const nested = express.Router()
        router.use('/in', none, nested)
        nested.post('/', none)
        nested.get('/deep', none)
        const flat = express.Router()
        flat.get('/flat', none)
        router.use(flat)
      },
      1,
      '/s/hop',
    )
    assert.deepEqual(
      one.additions().http?.routes.map(({ method, path }) => `${method} ${path}`),
      [
        'GET /s/hop',
        'GET /s/hop/item/:id',
        'DELETE /s/hop/item/:id',
        'ALL /s/hop/any',
        'GET /s/hop/a',
        'GET /s/hop/b',
        'POST /s/hop/in',
        'GET /s/hop/in/deep',
        'GET /s/hop/flat',
      ],
    )
    assert.equal(one.additions().http?.routes, one.additions().http?.routes, 'listed once')
  })
}
