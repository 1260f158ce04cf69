import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import express from 'express'
import { fastify as createFastify } from 'fastify'
import { Hono } from 'hono'
import type { Scope } from 'plugbay'
import { expressRoutes } from '#src/http/express.js'
import { fastifyRoutes } from '#src/http/fastify.js'
import { honoRoutes } from '#src/http/hono.js'
import { httpRoutes } from '#src/http/http.js'
import { afterwards } from '../afterwards.js'
import { life } from './life.js'

interface Host {
  readonly server: Server
  readonly open: (scope: Scope) => unknown
}

const HOLD = { hold: 20 }
const impatient = (response: ServerResponse): void =>
  void setImmediate(() => response.writeHead(504).end('the host is tired of waiting'))

/** Hosts that do not wait for as long as plugbay does. */
const hosts: Readonly<Record<string, () => Host | Promise<Host>>> = {
  'node:http': () => {
    const routes = httpRoutes(HOLD)
    const handler = routes.handler()
    const server = createServer((request, response) => {
      impatient(response)
      handler(request, response)
    })
    return { server, open: routes.open }
  },
  hono: () => {
    const routes = honoRoutes(HOLD)
    const app = new Hono()
    app.use('*', async (c, next) => {
      const tired = new Promise<void>((resolve) => {
        setImmediate(() => {
          c.res = c.text('the host is tired of waiting', 504)
          resolve()
        })
      })
      await Promise.race([next(), tired])
    })
    app.use('*', routes.middleware())
    return { server: createAdaptorServer({ fetch: app.fetch }) as Server, open: routes.open }
  },
  express: () => {
    const routes = expressRoutes(HOLD)
    const app = express()
    app.use((_, response, next) => {
      impatient(response)
      next()
    })
    app.use(routes.middleware())
    return { server: createServer(app), open: routes.open }
  },
  fastify: async () => {
    const routes = fastifyRoutes(HOLD)
    const app = createFastify()
    app.addHook('onRequest', (_, reply, done) => {
      setImmediate(() => void reply.code(504).send('the host is tired of waiting'))
      done()
    })
    await app.register(routes.middleware())
    await app.ready()
    return { server: app.server, open: routes.open }
  },
}

for (const [name, make] of Object.entries(hosts))
  for (const end of ['is too late', 'is back', 'is gone'] as const)
    test(`${name}: a host that has answered while a request waits is left alone when the plugin ${end}`, async (t) => {
      const { server, open } = await make()
      await once(server.listen(0, '127.0.0.1'), 'listening')
      afterwards(t, async () => {
        await new Promise((resolve) => {
          server.close(resolve)
          server.closeAllConnections()
        })
      })
      const one = life('hello')
      open(one.scope)
      await one.activate()
      one.publish()
      await one.drain()
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hello`)
      assert.equal(`${response.status} ${await response.text()}`, '504 the host is tired of waiting')
      await one.dispose()
      // Begun after that of the request, so it ends after it.
      if (end === 'is too late') await sleep(HOLD.hold + 1)
      else if (end === 'is back') {
        const two = life('hello', 2)
        open(two.scope)
        await two.activate()
        two.publish()
      }
      one.settle()
      // What is thrown in vain would be heard of by now.
      await new Promise((resolve) => setImmediate(resolve))
    })
