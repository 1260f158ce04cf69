import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { honoRoutes } from '#src/http/hono.js'
import { closeServer } from './close-server.ts'
import type { Framework } from './framework.ts'

/** Hono on Node: a plugin has a Hono of its own. */
export const hono: Framework = {
  name: 'hono',
  hostHearsErrors: true,
  listed: (prefix) => [{ method: 'GET', path: prefix }],
  async mount(options) {
    const routes = honoRoutes(options)
    const app = new Hono()
    app.use('*', routes.middleware())
    app.onError((_, c) => c.text('Internal Server Error', 500, { 'x-heard-by': 'the host' }))
    app.get('/host', (c) => c.text('the host'))
    const server = createAdaptorServer({ fetch: app.fetch }) as Server
    routes.upgrade(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return {
      server,
      open: (scope) => routes.open(scope),
      sockets: (scope) => routes.sockets(scope),
      closeRoutes: () => routes.close(),
      close: () => closeServer(server, routes),
    }
  },
  idiom: {
    top: `import { stream, streamSSE } from 'hono/streaming'`,
    begin: `
      const reading = (c) => [(name) => c.req.param(name), (name) => c.req.query(name)]`,
    text: (path, expression) => `
      http.get('${path}', async (c) => {
        const [param, query] = reading(c)
        return c.text(${expression})
      })`,
    json: (path, expression) => `
      http.get('${path}', async (c) => {
        const [param, query] = reading(c)
        return c.json(${expression})
      })`,
    stream: (path, expression) => `
      http.get('${path}', (c) => stream(c, async (out) => {
        for await (const piece of ${expression}) await out.write(piece)
      }, async () => {}))`,
    events: (path, expression) => `
      http.get('${path}', async (c) => {
        const first = ${expression}
        return streamSSE(c, async (out) => {
          await out.writeSSE({ data: first })
          await new Promise((resolve) => out.onAbort(resolve))
        })
      })`,
    upload: (path, expression, onFirst = '') => `
      http.post('${path}', async (c) => {
        let bytes = 0
        for await (const piece of c.req.raw.body ?? []) {
          if (bytes === 0) { ${onFirst} }
          bytes += piece.length
        }
        return c.text(${expression})
      })`,
    echo: (path) => `
      http.post('${path}', (c) => c.body(c.req.raw.body, 200, { 'content-type': 'application/octet-stream' }))`,
    options: (path, allow) => `
      http.options('${path}', (c) => c.body(null, 204, { allow: '${allow}' }))`,
    throws: (path) => `
      http.get('${path}', () => { throw new Error('thrown at once') })`,
    rejects: (path) => `
      http.get('${path}', async () => {
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('rejected later')
      })`,
  },
}
