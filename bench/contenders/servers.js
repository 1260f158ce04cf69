import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createPluginManager } from '../../dist/index.js'

/** One route with a parameter that answers a little JSON, as each framework's authors write it. */
const ROUTES = {
  http: `http.on('request', (req, res) => {
    const { pathname } = new URL(req.url, 'http://host')
    res.setHeader('content-type', 'application/json')
    res.end(JSON.stringify({ id: pathname.slice(1) }))
  })`,
  hono: `http.get('/:id', (c) => c.json({ id: c.req.param('id') }))`,
  express: `http.get('/:id', (req, res) => res.json({ id: req.params.id }))`,
  fastify: `http.get('/:id', async (request) => ({ id: request.params.id }))`,
}

/** By framework: a server with the route behind plugbay, and one where it is registered directly. */
export const servers = {
  http: {
    async live(directory) {
      const { httpRoutes } = await import('../../dist/http/http.js')
      const routes = httpRoutes()
      return { server: createServer(routes.handler()), close: await plugins(directory, 'http', routes) }
    },
    async direct() {
      const server = createServer((req, res) => {
        const { pathname } = new URL(req.url, 'http://host')
        res.setHeader('content-type', 'application/json')
        res.end(JSON.stringify({ id: pathname.slice('/plugin/'.length) }))
      })
      return { server, close: nothing }
    },
  },
  hono: {
    async live(directory) {
      const { Hono, createAdaptorServer } = await hono()
      const { honoRoutes } = await import('../../dist/http/hono.js')
      const routes = honoRoutes()
      const app = new Hono()
      app.use('*', routes.middleware())
      return {
        server: createAdaptorServer({ fetch: app.fetch }),
        close: await plugins(directory, 'hono', routes),
      }
    },
    async direct() {
      const { Hono, createAdaptorServer } = await hono()
      const app = new Hono()
      app.get('/plugin/:id', (c) => c.json({ id: c.req.param('id') }))
      return { server: createAdaptorServer({ fetch: app.fetch }), close: nothing }
    },
  },
  express: {
    async live(directory) {
      const { default: express } = await import('express')
      const { expressRoutes } = await import('../../dist/http/express.js')
      const routes = expressRoutes()
      const app = express()
      app.use(routes.middleware())
      return { server: createServer(app), close: await plugins(directory, 'express', routes) }
    },
    async direct() {
      const { default: express } = await import('express')
      const app = express()
      const router = express.Router()
      router.get('/:id', (req, res) => res.json({ id: req.params.id }))
      app.use('/plugin', router)
      return { server: createServer(app), close: nothing }
    },
  },
  fastify: {
    async live(directory) {
      const { default: fastify } = await import('fastify')
      const { fastifyRoutes } = await import('../../dist/http/fastify.js')
      const routes = fastifyRoutes()
      const app = fastify()
      await app.register(routes.middleware())
      const close = await plugins(directory, 'fastify', routes)
      await app.listen({ port: 0, host: '127.0.0.1' })
      return { server: app.server, close }
    },
    async direct() {
      const { default: fastify } = await import('fastify')
      const app = fastify()
      await app.register(
        async (own) => {
          own.get('/:id', async (request) => ({ id: request.params.id }))
        },
        { prefix: '/plugin' },
      )
      await app.listen({ port: 0, host: '127.0.0.1' })
      return { server: app.server, close: nothing }
    },
  },
}

async function plugins(directory, framework, routes) {
  const folder = join(directory, 'plugin')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'metadata.json'), '{ "name": "plugin", "version": "1.0.0" }')
  writeFileSync(
    join(folder, 'plugin.cjs'),
    `exports.activate = ({ host: { http } }) => { ${ROUTES[framework]} }\n`,
  )
  const manager = createPluginManager({
    directory,
    config: false,
    env: {},
    context: (scope) => ({ http: routes.open(scope) }),
  })
  const { active } = await manager.start()
  if (active.length !== 1) throw new Error(manager.get('plugin')?.problem?.message)
  return () => manager.close()
}

async function hono() {
  const [{ Hono }, { createAdaptorServer }] = await Promise.all([import('hono'), import('@hono/node-server')])
  return { Hono, createAdaptorServer }
}

async function nothing() {}
