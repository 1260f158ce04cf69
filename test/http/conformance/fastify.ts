import { fastify as createFastify } from 'fastify'
import { fastifyRoutes } from '#src/http/fastify.js'
import type { Framework } from './framework.ts'

/** Fastify 5: a plugin has an encapsulated instance. */
export const fastify: Framework = {
  name: 'fastify',
  hostHearsErrors: false,
  listed: (prefix) => [{ method: 'GET', path: prefix }],
  async mount(options) {
    const routes = fastifyRoutes(options)
    const app = createFastify({ forceCloseConnections: true })
    await app.register(routes.middleware())
    app.get('/host', () => 'the host')
    routes.upgrade(app.server)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      server: app.server,
      open: (scope) => routes.open(scope),
      sockets: (scope) => routes.sockets(scope),
      closeRoutes: () => routes.close(),
      async close() {
        app.server.closeAllConnections()
        await routes.close()
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
  idiom: {
    top: `import { Readable } from 'node:stream'`,
    begin: `
      const reading = (request) => [(name) => request.params[name], (name) => request.query[name]]
      http.addContentTypeParser('application/octet-stream', (request, payload, done) => done(null, payload))`,
    text: (path, expression) => `
      http.get('${path}', async (request, reply) => {
        const [param, query] = reading(request)
        return ${expression}
      })`,
    json: (path, expression) => `
      http.get('${path}', async (request, reply) => {
        const [param, query] = reading(request)
        return ${expression}
      })`,
    stream: (path, expression) => `
      http.get('${path}', (request, reply) => reply.type('text/plain; charset=utf-8').send(Readable.from(${expression})))`,
    events: (path, expression) => `
      http.get('${path}', async (request, reply) => {
        const first = ${expression}
        reply.hijack()
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
        reply.raw.write('data: ' + first + '\\n\\n')
      })`,
    upload: (path, expression, onFirst = '') => `
      http.post('${path}', async (request) => {
        let bytes = 0
        for await (const piece of request.body ?? []) {
          if (bytes === 0) { ${onFirst} }
          bytes += piece.length
        }
        return ${expression}
      })`,
    echo: (path) => `
      http.post('${path}', (request, reply) => reply.type('application/octet-stream').send(request.body))`,
    options: (path, allow) => `
      http.options('${path}', (request, reply) => reply.code(204).header('allow', '${allow}').send())`,
    throws: (path) => `
      http.get('${path}', () => { throw new Error('thrown at once') })`,
    rejects: (path) => `
      http.get('${path}', async () => {
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('rejected later')
      })`,
  },
}
