import { once } from 'node:events'
import { createServer } from 'node:http'
import { httpRoutes } from '#src/http/http.js'
import type { Framework } from './framework.ts'
import { closeServer } from './close-server.ts'

/** Plain `node:http`: a plugin answers the `request` events of a server of its own. */
export const plain: Framework = {
  name: 'node:http',
  hostHearsErrors: false,
  listed: (prefix) => [{ method: 'ALL', path: `${prefix}/*` }],
  async mount(options) {
    const routes = httpRoutes(options)
    const server = createServer(
      routes.handler((request, response) => {
        if (request.url === '/host') response.end('the host')
        else response.writeHead(404).end('nothing here')
      }),
    )
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
    top: `import { pipeline } from 'node:stream/promises'`,
    begin: `
      const routes = []
      const route = (method, path, handle) => routes.push({ method, path: path.split('/'), handle })
      const decoded = (part) => {
        try { return decodeURIComponent(part) } catch { return part }
      }
      const found = (req) => {
        const { pathname, searchParams } = new URL(req.url, 'http://localhost')
        const parts = pathname.split('/').map(decoded)
        const method = req.method === 'HEAD' ? 'GET' : req.method
        const { path, handle } = routes.find((each) =>
          each.method === method && each.path.length === parts.length &&
          each.path.every((part, i) => part.startsWith(':') || part === parts[i])) ?? {}
        return handle && { handle, param: (name) => parts[path.indexOf(':' + name)], query: (name) => searchParams.get(name) }
      }
      http.on('request', (req, res) => {
        const { handle, param, query } = found(req) ?? {}
        if (handle) return handle(req, res, param, query)
        res.writeHead(404).end()
      })`,
    text: (path, expression) => `
      route('GET', '${path}', async (req, res, param, query) => {
        const text = ${expression}
        res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
      })`,
    json: (path, expression) => `
      route('GET', '${path}', async (req, res, param, query) => {
        const value = ${expression}
        res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      })`,
    stream: (path, expression) => `
      route('GET', '${path}', async (req, res) => {
        res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        for await (const piece of ${expression}) res.write(piece)
        res.end()
      })`,
    events: (path, expression) => `
      route('GET', '${path}', async (req, res) => {
        const first = ${expression}
        res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
        res.write('data: ' + first + '\\n\\n')
      })`,
    upload: (path, expression, onFirst = '') => `
      route('POST', '${path}', async (req, res) => {
        let bytes = 0
        for await (const piece of req) {
          if (bytes === 0) { ${onFirst} }
          bytes += piece.length
        }
        const text = ${expression}
        res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
      })`,
    echo: (path) => `
      route('POST', '${path}', (req, res) => {
        res.writeHead(200, { 'content-type': 'application/octet-stream' })
        return pipeline(req, res)
      })`,
    options: (path, allow) => `
      route('OPTIONS', '${path}', (req, res) => res.writeHead(204, { allow: '${allow}' }).end())`,
    throws: (path) => `
      route('GET', '${path}', () => { throw new Error('thrown at once') })`,
    rejects: (path) => `
      route('GET', '${path}', async () => {
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('rejected later')
      })`,
  },
}
