import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fastify } from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { ManagerOptions, Scope } from 'plugbay'
import { fastifyRoutes } from '#src/http/fastify.js'
import type { FastifyRoutes, FastifyRoutesOptions } from '#src/http/fastify.js'
import { afterwards } from '../afterwards.ts'
import { managerFor, snapshot, until } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { PluginsFolder } from '../plugin-folder.ts'

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))

interface Site {
  readonly app: FastifyInstance
  readonly routes: FastifyRoutes
  readonly manager: TestManager
  readonly folder: PluginsFolder
  readonly url: string
  /** What the plugins say with `ctx.host.say()`. */
  readonly said: string[]
  readonly drop: (name: string, code: string, metadata?: object) => void
  readonly text: (path: string, init?: RequestInit) => Promise<string>
}

interface SiteOptions {
  /** `activate` by plugin; `http` and `ctx` are in reach. */
  readonly plugins?: Readonly<Record<string, string>>
  readonly routes?: FastifyRoutesOptions
  readonly app?: FastifyServerOptions
  /** On the host, before the routes are mounted. */
  readonly before?: (app: FastifyInstance) => unknown
  /** On the host, after that. */
  readonly after?: (app: FastifyInstance) => unknown
  readonly context?: (scope: Scope, routes: FastifyRoutes) => unknown
  readonly timeouts?: ManagerOptions['timeouts']
}

function entry(code: string): string {
  return `export const activate = async (ctx) => { const { http } = ctx.host; ${code} }\n`
}

async function site(t: TestContext, options: SiteOptions = {}): Promise<Site> {
  const { plugins = {}, before, after } = options
  const folder = pluginsFolder(t)
  symlinkSync(modules, join(folder.root, 'node_modules'))
  const drop = (name: string, code: string, metadata: object = {}): void =>
    folder.write({ [`${name}/metadata.json`]: metadata, [`${name}/plugin.mjs`]: entry(code) })
  for (const [name, code] of Object.entries(plugins)) drop(name, code)

  const routes = fastifyRoutes(options.routes)
  const app = fastify({ forceCloseConnections: true, ...options.app })
  afterwards(t, () => app.close())
  await before?.(app)
  await app.register(routes.middleware())
  app.get('/host', () => 'the host')
  await after?.(app)
  const said: string[] = []
  const manager = managerFor(t, folder, {
    ...(options.timeouts && { timeouts: options.timeouts }),
    context: (scope: Scope) =>
      options.context
        ? options.context(scope, routes)
        : { http: routes.open(scope), say: (line: string) => said.push(line) },
  })
  await manager.start()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const text = async (path: string, init?: RequestInit): Promise<string> => {
    const response = await fetch(url + path, init)
    return `${response.status} ${await response.text()}`
  }
  return { app, routes, manager, folder, url, said, drop, text }
}

test('a plugin has a Fastify of its own, whose routes are under its prefix', async (t) => {
  const { drop, manager, text } = await site(t)
  drop(
    'hello',
    `http.get('/', async (request) => [request.url, request.originalUrl, http.prefix, request.routeOptions.url].join())
     http.get('/who/:name', async (request) => request.params.name + ' ' + request.query.q)
     http.post('/echo', async (request) => request.body)
     http.register(async (inner) => { inner.get('/', async () => inner.prefix) }, { prefix: '/inner' })`,
    { routes: { prefix: '/group/hello' } },
  )
  await manager.settled()
  assert.equal(await text('/group/hello'), '200 /group/hello,/group/hello,/group/hello,/group/hello')
  assert.match(await text('/group/hello/'), /^200 \/group\/hello\/,/)
  assert.equal(await text('/group/hello/who/J%C3%B6rg?q=1'), '200 Jörg 1')
  assert.equal(await text('/%67roup/hello/who/me?q=2'), '200 me 2')
  assert.equal(await text('/group/hello/inner'), '200 /group/hello/inner')
  const headers = { 'content-type': 'application/json' }
  assert.equal(await text('/group/hello/echo', { method: 'POST', headers, body: '{"a":1}' }), '200 {"a":1}')
  assert.match(await text('/group/hello/none'), /^404 .*Route GET:\/group\/hello\/none not found/)
  assert.match(await text('/group/helloo'), /^404 .*Route GET:\/group\/helloo not found/)
  assert.equal(await text('/host'), '200 the host')
})

test('decorators and hooks of a plugin are seen by no other, nor by the host', async (t) => {
  const shows = `async (request) => [http.hasDecorator('mine'), http.hasRequestDecorator('own'), request.own].join()`
  const { app, text, url } = await site(t, {
    plugins: {
      one: `http.decorate('mine', 1); http.decorateRequest('own', 'one')
            http.addHook('onSend', async (request, reply) => { reply.header('x-plugin', 'one') })
            http.get('/', ${shows})`,
      two: `http.get('/', ${shows})`,
    },
    before: (host) => void host.decorate('hosts', true),
  })
  assert.equal(await text('/one'), '200 true,true,one')
  assert.equal(await text('/two'), '200 false,false,')
  assert.equal(app.hasDecorator('mine'), false)
  assert.equal((await fetch(`${url}/one`)).headers.get('x-plugin'), 'one')
  for (const path of ['/two', '/host', '/none'])
    assert.equal((await fetch(url + path)).headers.get('x-plugin'), null, path)
})

test('a request that does not fit the schema of its route gets 400 the Fastify way, and is no error', async (t) => {
  const { manager, text } = await site(t, {
    plugins: {
      strict: `http.get('/:id', {
        schema: {
          params: { type: 'object', properties: { id: { type: 'integer' } } },
          response: { 200: { type: 'object', properties: { id: { type: 'integer' } } } },
        },
      }, async (request) => ({ id: request.params.id, secret: true }))`,
    },
  })
  assert.equal(await text('/strict/7'), '200 {"id":7}')
  assert.match(await text('/strict/seven'), /^400 .*FST_ERR_VALIDATION.*params\/id must be integer/)
  assert.equal(snapshot(manager, 'strict').http?.errors, 0)
})

test('plugins of Fastify are registered inside, awaited or not, and routes may follow', async (t) => {
  const shared = `
    const shared = Object.assign(async (instance, { word }) => {
      instance.decorate('word' + word, word)
      instance.addHook('onRequest', async (request, reply) => { reply.header('x-' + word, '1') })
    }, { [Symbol.for('skip-override')]: true })`
  const { manager, text, url } = await site(t, {
    plugins: {
      uses: `${shared}
        http.register(shared, { word: 'early' })
        await http.register(shared, { word: 'awaited' })
        http.get('/', async () => [http.wordearly, http.wordawaited, http.wordlate].join())
        await http.register(async (inner) => { inner.get('/inner', async () => inner.wordearly) })
        await http.after()
        http.decorate('more', 1)
        await http
        http.get('/after', async () => http.more + 1 + '')
        http.register(shared, { word: 'late' })`,
      waits: `await http.after(); http.get('/', async () => 'one'); await http; http.get('/two', async () => 'two')`,
    },
  })
  assert.deepEqual(
    manager.heard.problems.map(({ message }) => message),
    [],
  )
  assert.equal(await text('/uses'), '200 early,awaited,late')
  assert.equal(await text('/uses/inner'), '200 early')
  assert.equal(await text('/uses/after'), '200 2')
  assert.equal(await text('/waits/two'), '200 two')
  assert.equal((await fetch(`${url}/uses`)).headers.get('x-awaited'), '1')
})

test("the instance may be the whole of a plugin's context, though it is thenable", async (t) => {
  const { text, manager } = await site(t, {
    plugins: { whole: `ctx.host.get('/', async () => 'whole')` },
    context: (scope, routes) => routes.open(scope),
  })
  assert.equal(await text('/whole'), '200 whole')
  await manager.reload('whole')
  assert.equal(await text('/whole'), '200 whole')
})

test('what fails while an instance boots fails its start, and the old generation is back', async (t) => {
  const good = (edition: number): string =>
    `http.addHook('onClose', async () => { ctx.host.say('${edition} closed') }); http.get('/', async () => 'edition ${edition}')`
  const { drop, manager, said, text } = await site(t, { plugins: { hello: good(1) } })
  const bad = {
    "Method 'GET' already declared for route '/hello'": `${good(2)}; http.register(async (inner) => { inner.get('/', async () => '') })`,
    'the database is away': `${good(3)}; http.register(async () => { throw new Error('the database is away') })`,
    'not ready': `${good(4)}; http.addHook('onReady', async () => { throw new Error('not ready') })`,
    FST_ERR_SCH: `${good(5)}; http.post('/odd', { schema: { body: { type: 'odd' } } }, async () => '')`,
  }
  for (const [message, code] of Object.entries(bad)) {
    drop('hello', code)
    await manager.settled()
    const { state, problem } = snapshot(manager, 'hello')
    assert.equal(state, 'active', message)
    assert.equal(problem?.code, 'ERR_PLUGIN_ACTIVATE', message)
    assert.ok(JSON.stringify(problem).includes(message.slice(0, 10)), problem?.message)
    assert.equal(await text('/hello'), '200 edition 1', message)
  }
  for (const edition of [2, 3, 4, 5]) assert.ok(said.includes(`${edition} closed`), said.join())
  drop('hello', good(6))
  await manager.settled()
  assert.equal(await text('/hello'), '200 edition 6')
})

test('a plugin that tries to listen is told not to', async (t) => {
  const { manager, text } = await site(t, {
    plugins: { ears: `http.get('/', async () => ''); await http.listen({ port: 0 })` },
  })
  const { state, problem } = snapshot(manager, 'ears')
  assert.equal(state, 'failed')
  assert.match(problem?.message ?? '', /ears calls listen\(\).* under \/ears.* Leave the call out/)
  assert.match(await text('/ears'), /^404/)
})

test('a handler that throws gives 500, is counted, and is told with the plugin and the path', async (t) => {
  const told: string[] = []
  const { manager, text } = await site(t, {
    routes: {
      onError: (plugin, error, { method, path }) =>
        void told.push(`${plugin} ${method} ${path} ${(error as Error).message}`),
    },
    plugins: {
      bad: `
        http.get('/throws', () => { throw new Error('boom') })
        http.get('/rejects', async () => { throw new Error('late boom') })
        http.addHook('preHandler', async (request) => { if (request.url === '/bad/hook') throw new Error('hook boom') })
        http.get('/hook', async () => '')
        http.get('/teapot', async () => { throw Object.assign(new Error('short and stout'), { statusCode: 418 }) })
        http.get('/gone', async (request, reply) => reply.code(410).send(new Error('gone')))
        http.get('/fine', async () => 'fine')`,
    },
  })
  const body = (message: string): string =>
    JSON.stringify({ statusCode: 500, error: 'Internal Server Error', message })
  assert.equal(await text('/bad/throws?x'), `500 ${body('boom')}`)
  assert.equal(await text('/bad/rejects'), `500 ${body('late boom')}`)
  assert.equal(await text('/bad/hook'), `500 ${body('hook boom')}`)
  assert.match(await text('/bad/teapot'), /^418 .*short and stout/)
  assert.match(await text('/bad/gone'), /^410 .*gone/)
  assert.equal(await text('/bad/fine'), '200 fine')
  assert.deepEqual(told, [
    'bad GET /bad/throws boom',
    'bad GET /bad/rejects late boom',
    'bad GET /bad/hook hook boom',
  ])
  await until(() => snapshot(manager, 'bad').http?.inFlight === 0, 'nothing in flight')
  const { requests, errors } = snapshot(manager, 'bad').http!
  assert.deepEqual({ requests, errors }, { requests: 6, errors: 3 })
})

test('a plugin has an error handler and a 404 handler of its own', async (t) => {
  const { text } = await site(t, {
    plugins: {
      own: `
        http.setErrorHandler((error, request, reply) => reply.code(502).send('sorry: ' + error.message))
        http.setNotFoundHandler((request, reply) => reply.code(404).send('own has no ' + request.url))
        http.get('/', async () => { throw new Error('boom') })
        http.get('/call', (request, reply) => reply.callNotFound())
        http.get('/inject', async () => (await http.inject('/elsewhere')).body)
        http.register(async (inner) => {
          inner.setNotFoundHandler((request, reply) => reply.code(404).send('inner has no ' + request.url))
        }, { prefix: '/inner' })`,
      other: `http.register(async (inner) => {
          inner.setNotFoundHandler((request, reply) => reply.code(404).send('other has no ' + request.url))
        })
        http.get('/inject', async () => (await http.inject('/elsewhere')).body)`,
    },
    after: (app) => void app.setNotFoundHandler((_, reply) => reply.code(404).send('the host has none')),
  })
  assert.equal(await text('/own'), '502 sorry: boom')
  assert.equal(await text('/own/none'), '404 own has no /own/none')
  assert.equal(await text('/own/call'), '404 own has no /own/call')
  assert.equal(await text('/own/inner/none'), '404 inner has no /own/inner/none')
  assert.equal(await text('/own/inject'), '200 own has no /elsewhere')
  assert.equal(await text('/other/none'), '404 other has no /other/none')
  assert.equal(await text('/other/inject'), '200 other has no /elsewhere')
  assert.equal(await text('/none'), '404 the host has none')
})

test('what a plugin has no route for goes on to the host as it came, past the hooks of the plugin', async (t) => {
  const ended: string[] = []
  const { text, manager } = await site(t, {
    plugins: {
      hello: `
        http.addHook('onRequest', async (request, reply) => void reply.header('x-plugin', request.url))
        http.post('/', async (request) => request.body)`,
    },
    after: (app) => {
      app.get('/hello/host', async (_, reply) => `the host's, ${String(reply.getHeader('x-plugin'))}`)
      app.setNotFoundHandler(async (request, reply) => {
        await reply
          .code(404)
          .send({ none: request.url, body: request.body, plugin: reply.getHeader('x-plugin') })
      })
      app.addHook('onResponse', async (request) => void ended.push(request.url))
    },
  })
  const body = (value: string): RequestInit => ({
    method: 'POST',
    body: JSON.stringify(value),
    headers: { 'content-type': 'application/json' },
  })
  for (let generation = 1; generation <= 2; generation += 1) {
    assert.equal(await text('/hello', body('known')), '200 known')
    assert.equal(await text('/hello/host'), "200 the host's, undefined")
    assert.equal(await text('/hello/none'), '404 {"none":"/hello/none"}')
    assert.equal(
      await text('/hello/none?a=1', body('unknown')),
      '404 {"none":"/hello/none?a=1","body":"unknown"}',
    )
    assert.equal(await text('/hello'), '404 {"none":"/hello"}')
    await manager.reload('hello')
  }
  await until(
    () => ended.length === 10,
    () => ended,
  )
  assert.equal(snapshot(manager, 'hello').http?.inFlight, 0)
  assert.equal(snapshot(manager, 'hello').http?.errors, 0)
})

test("the host's onRequest hooks guard plugins, and what they set arrives", async (t) => {
  const ended: string[] = []
  const { text, url } = await site(t, {
    before: (app) => {
      app.decorateRequest('user', '')
      app.addHook('onRequest', async (request, reply) => {
        reply.headers({ 'x-frame-options': 'deny', 'set-cookie': 'host=1' }).code(203)
        if (request.headers.authorization === undefined) await reply.code(401).send('who are you?')
        Object.assign(request, { user: request.headers.authorization })
      })
      app.addHook(
        'onResponse',
        async (request, reply) => void ended.push(`${request.url} ${reply.statusCode}`),
      )
    },
    plugins: {
      guarded: `
        http.get('/', async (request, reply) => {
          reply.header('set-cookie', 'plugin=1')
          return [request.hostRequest.user, request.id === request.hostRequest.id, request.user].join()
        })
        http.get('/own', async (request, reply) => reply.header('x-frame-options', 'sameorigin').code(200).send('own'))`,
    },
  })
  for (const path of ['/guarded', '/guarded/none', '/none'])
    assert.equal(await text(path), '401 who are you?', path)
  const headers = { authorization: 'me' }
  const response = await fetch(`${url}/guarded`, { headers })
  assert.equal(response.status, 203)
  assert.equal(await response.text(), 'me,true,')
  assert.equal(response.headers.get('x-frame-options'), 'deny')
  assert.deepEqual(response.headers.getSetCookie(), ['host=1', 'plugin=1'])
  const own = await fetch(`${url}/guarded/own`, { headers })
  assert.deepEqual([own.status, own.headers.get('x-frame-options')], [200, 'sameorigin'])
  await until(
    () => ended.length === 5,
    () => ended,
  )
  assert.deepEqual(ended.slice(3), ['/guarded 203', '/guarded/own 200'])
})

test("what the host sets on the response itself arrives beside the plugin's own", async (t) => {
  const { url } = await site(t, {
    before: (app) => {
      app.addHook('onRequest', (_, reply, done) => {
        reply.raw.setHeader('set-cookie', 'raw=1')
        done()
      })
    },
    plugins: {
      cookies: `http.get('/', async (_, reply) => reply.header('set-cookie', 'plugin=1').send('hi'))`,
    },
  })
  const { headers } = await fetch(`${url}/cookies`)
  assert.deepEqual(headers.getSetCookie(), ['raw=1', 'plugin=1'])
})

test("a plugin's instance has the options that the host gives, and a child of the host's logger", async (t) => {
  const lines: Record<string, unknown>[] = []
  const server: FastifyServerOptions = {
    bodyLimit: 10,
    trustProxy: true,
    logger: { stream: { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) } },
  }
  const { text } = await site(t, {
    app: server,
    routes: { fastify: server },
    plugins: {
      logs: `
        http.get('/', async (request) => { request.log.warn('here'); return request.ip })
        http.get('/throws', async () => { throw new Error('boom') })
        http.post('/', async () => 'took it')
        http.log.info('begun')`,
    },
  })
  assert.equal(await text('/logs', { headers: { 'x-forwarded-for': '10.1.1.1' } }), '200 10.1.1.1')
  assert.match(await text('/logs', { method: 'POST', body: 'more than ten' }), /^413/)
  assert.match(await text('/logs/throws'), /^500/)
  await until(
    () => lines.filter(({ msg }) => msg === 'request completed').length === 3,
    () => lines,
  )
  const own = lines.filter(({ plugin }) => plugin === 'logs')
  assert.deepEqual(
    own.map(({ msg, reqId }) => [msg, reqId]),
    [
      ['begun', undefined],
      ['here', 'req-1'],
      ['Request body is too large', 'req-2'],
      ['boom', 'req-3'],
    ],
  )
  assert.equal(lines.filter(({ msg }) => msg === 'incoming request').length, 3)
})

test('the routes of a plugin are listed, without the HEADs that Fastify adds', async (t) => {
  const { manager } = await site(t, {
    plugins: {
      shop: `
        http.get('/', async () => '')
        http.get('/item/:id', async () => '')
        http.route({ method: ['POST', 'PUT'], url: '/item', handler: async () => '' })
        http.head('/only', async () => '')
        http.register(async (inner) => { inner.get('/', async () => ''); inner.all('/any', async () => '') }, { prefix: '/in' })`,
    },
  })
  assert.deepEqual(snapshot(manager, 'shop').http?.routes, [
    { method: 'GET', path: '/shop' },
    { method: 'GET', path: '/shop/item/:id' },
    { method: 'POST', path: '/shop/item' },
    { method: 'PUT', path: '/shop/item' },
    { method: 'HEAD', path: '/shop/only' },
    { method: 'GET', path: '/shop/in' },
    { method: 'ALL', path: '/shop/in/any' },
  ])
})

test('a plugin that has / gets what the host has no route for', async (t) => {
  const { drop, manager, text } = await site(t, { routes: { root: true } })
  drop('root', `http.get('/', async () => 'home'); http.get('/page', async (request) => request.url)`, {
    routes: { prefix: '/' },
  })
  await manager.settled()
  assert.equal(await text('/'), '200 home')
  assert.equal(await text('/page?a=1'), '200 /page?a=1')
  assert.equal(await text('/host'), '200 the host')
  assert.match(await text('/none'), /^404/)
  assert.equal(snapshot(manager, 'root').http?.requests, 3, "what is the host's is not counted")
})

test("a swap of a plugin that has / does not delay the host's own routes", { timeout: 10_000 }, async (t) => {
  let drained = (): void => undefined
  const { drop, manager, text } = await site(t, {
    routes: { root: true },
    context: (scope, routes) => {
      scope.onDrain(
        () =>
          new Promise<void>((resolve) => {
            drained = resolve
          }),
      )
      return { http: routes.open(scope) }
    },
  })
  drop('root', `http.get('/', async () => ctx.generation)`, { routes: { prefix: '/' } })
  await manager.settled()
  const reloaded = manager.reload('root')
  const before = drained
  await until(
    () => drained !== before,
    () => 'it drains',
  )
  assert.equal(await text('/host'), '200 the host')
  const waiting = text('/')
  drained()
  await reloaded
  assert.equal(await waiting, '200 2')
})

test('requests during reloads are all answered, each by one generation', async (t) => {
  const { drop, manager, text } = await site(t)
  const edition = (number: number): void =>
    drop('hello', `http.get('/', async () => { await new Promise(setImmediate); return '${number}' })`)
  edition(0)
  await manager.settled()
  let swaps = 0
  const answers: string[] = []
  const client = async (): Promise<void> => {
    while (swaps < 20) answers.push(await text('/hello'))
  }
  const clients = Array.from({ length: 8 }, client)
  for (; swaps < 20; swaps += 1) {
    const before = answers.length
    edition(swaps + 1)
    await manager.settled()
    await until(() => answers.length > before + 8, 'answers between the swaps')
  }
  await Promise.all(clients)
  assert.deepEqual(
    answers.filter((answer) => !/^200 \d+$/.test(answer)),
    [],
  )
  assert.equal(await text('/hello'), '200 20')
})

test('a request that waits too long for its plugin gets 503 with Retry-After', async (t) => {
  const { manager, url } = await site(t, {
    routes: { hold: 20 },
    plugins: { slow: `http.addHook('onReady', () => ctx.host.ready()); http.get('/', async () => 'back')` },
    context: (scope, routes) => ({
      http: routes.open(scope),
      ready: async () => {
        if (scope.generation > 1) await asked
      },
    }),
  })
  const asked = (async () => {
    await until(() => snapshot(manager, 'slow').state === 'loading')
    const response = await fetch(`${url}/slow`)
    return [response.status, response.headers.get('retry-after'), await response.text()]
  })()
  await manager.reload('slow')
  assert.deepEqual(await asked, [503, '1', 'This plugin is being reloaded. Try again in a moment.\n'])
})

test('onClose and preClose run when a generation ends, also if its author closes it himself', async (t) => {
  const { manager, said, url } = await site(t, {
    plugins: {
      ends: `
        const streams = new Set()
        http.addHook('preClose', async () => { for (const raw of streams) raw.end('data: bye\\n\\n') })
        http.addHook('onClose', async () => { await null; ctx.host.say('closed') })
        http.get('/', (request, reply) => {
          reply.hijack()
          reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
          reply.raw.write('data: hi\\n\\n')
          streams.add(reply.raw)
        })`,
      himself: `http.addHook('onClose', async () => { ctx.host.say('himself') }); ctx.use(http)`,
    },
  })
  const response = await fetch(`${url}/ends`)
  await manager.disable('ends')
  assert.deepEqual(said, ['closed'])
  assert.equal(await response.text(), 'data: hi\n\ndata: bye\n\n')
  await manager.disable('himself')
  assert.deepEqual(said, ['closed', 'himself'])
  assert.deepEqual(manager.heard.codes(), [])
})

test('an onClose that hangs is cut short by the manager, and the next generation starts', async (t) => {
  const { drop, manager, text } = await site(t, {
    plugins: { hangs: `http.addHook('onClose', () => new Promise(() => {}))` },
    context: (scope, routes) => ({ http: routes.open(scope) }),
    timeouts: { deactivate: 50 },
  })
  drop('hangs', `http.get('/', async () => 'next')`)
  await manager.settled()
  assert.equal(await text('/hangs'), '200 next')
  assert.deepEqual(manager.heard.codes('hangs'), ['ERR_PLUGIN_DISPOSE_TIMEOUT'])
})

test('an upgrade reaches the server of the instance, with the whole URL', async (t) => {
  const { app, routes, manager, url } = await site(t, {
    plugins: {
      sockets: `http.server.on('upgrade', (request, socket) => {
        socket.end('HTTP/1.1 101 Switching Protocols\\r\\nupgrade: x\\r\\nconnection: upgrade\\r\\n\\r\\n' + request.url)
      })`,
    },
  })
  routes.upgrade(app.server)
  const ask = async (): Promise<string> =>
    new Promise((resolve, reject) => {
      const asking = request(`${url}/sockets/a?b`, { headers: { connection: 'upgrade', upgrade: 'x' } })
      asking.on('error', reject)
      asking.on('response', ({ statusCode }) => resolve(String(statusCode)))
      asking.on('upgrade', (_, socket, head) => {
        let got = head.toString()
        socket.on('data', (data: Buffer) => (got += data.toString()))
        socket.on('end', () => resolve(got))
      })
      asking.end()
    })
  assert.equal(await ask(), '/sockets/a?b')
  await manager.reload('sockets')
  assert.equal(await ask(), '/sockets/a?b')
})

test('when the routes are closed, the plugins answer 503', async (t) => {
  const { routes, text } = await site(t, { plugins: { hello: `http.get('/', async () => 'hi')` } })
  assert.equal(await text('/hello'), '200 hi')
  await routes.close()
  assert.match(await text('/hello'), /^503/)
})
