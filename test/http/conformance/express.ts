import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import type { ErrorRequestHandler } from 'express'
// @ts-expect-error -- an alias for Express 4, which has no types of its own
import express4 from 'express4'
import { expressRoutes } from '#src/http/express.js'
import { closeServer } from './close-server.ts'
import type { Framework, Idiom } from './framework.ts'

type Express = typeof express

const idiom: Idiom = {
  top: `
    import { Readable } from 'node:stream'
    import { pipeline } from 'node:stream/promises'`,
  begin: `
    const reading = (req) => [(name) => req.params[name], (name) => req.query[name]]`,
  text: (path, expression) => `
    http.get('${path}', async (req, res) => {
      const [param, query] = reading(req)
      const text = ${expression}
      res.type('text').send(text)
    })`,
  json: (path, expression) => `
    http.get('${path}', async (req, res) => {
      const [param, query] = reading(req)
      const value = ${expression}
      res.json(value)
    })`,
  stream: (path, expression) => `
    http.get('${path}', async (req, res) => {
      res.type('text')
      await pipeline(Readable.from(${expression}), res)
    })`,
  events: (path, expression) => `
    http.get('${path}', async (req, res) => {
      const first = ${expression}
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
      res.write('data: ' + first + '\\n\\n')
    })`,
  upload: (path, expression, onFirst = '') => `
    http.post('${path}', async (req, res) => {
      let bytes = 0
      for await (const piece of req) {
        if (bytes === 0) { ${onFirst} }
        bytes += piece.length
      }
      const text = ${expression}
      res.type('text').send(text)
    })`,
  echo: (path) => `
    http.post('${path}', (req, res) => {
      res.type('application/octet-stream')
      req.pipe(res)
    })`,
  options: (path, allow) => `
    http.options('${path}', (req, res) => res.set('allow', '${allow}').status(204).end())`,
  throws: (path) => `
    http.get('${path}', () => { throw new Error('thrown at once') })`,
  rejects: (path) => `
    http.get('${path}', async () => {
      await new Promise((resolve) => setImmediate(resolve))
      throw new Error('rejected later')
    })`,
}

const expressHost = (name: string, make: Express): Framework => ({
  name,
  hostHearsErrors: true,
  listed: (prefix) => [{ method: 'GET', path: prefix }],
  async mount(options) {
    const routes = expressRoutes({ ...options, express: make })
    const app = make()
    // What went wrong once an answer had begun is printed otherwise.
    app.set('env', 'test')
    app.use(routes.middleware())
    app.get('/host', (_, response) => void response.send('the host'))
    app.use(((error: { readonly status?: number }, _request, response, next) => {
      if (response.headersSent) next(error)
      else
        response
          .status(error.status ?? 500)
          .set('x-heard-by', 'the host')
          .send('Something went wrong')
    }) satisfies ErrorRequestHandler)
    const server = createServer(app)
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
  idiom,
})

/** Express 5: a plugin has an `express.Router()`. */
export const express5Host: Framework = expressHost('express 5', express)

/** Express 4: the same. */
export const express4Host: Framework = expressHost('express 4', express4 as Express)
