import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { Context, MiddlewareHandler } from 'hono'
import { inspectRoutes } from 'hono/dev'
import type { Scope } from '../model/plugin.ts'
import type { Exchange, LiveGeneration } from './live-generation.ts'
import { LiveRoutes } from './live-routes.ts'
import type { LiveRoutesOptions } from './live-routes.ts'

/** One route of a plugin, with its prefix. */
export interface Route {
  readonly method: string
  readonly path: string
}

export interface HonoRoutesOptions extends LiveRoutesOptions {
  /** Told of what a plugin's handler throws; the client gets a 500. Default: `console.error`. */
  readonly onError?: (plugin: string, error: Error, request: Route) => void
}

/** Routes of plugins, live, for a Hono host. */
export interface HonoRoutes {
  /**
   * A fresh Hono for one generation; its paths are relative to the plugin's prefix. To be called in the manager's
   * `context`.
   * @throws Error if the prefix is malformed, the host's own, or another plugin's.
   */
  readonly open: (scope: Scope) => Hono
  /** To be mounted once: `app.use('*', routes.middleware())`. What is no plugin's goes on to the next handler. */
  readonly middleware: () => MiddlewareHandler
  /** The routes that a plugin has live; none if it is not live. */
  readonly routes: (name: string) => Route[]
  /** What a plugin's requests in flight number. */
  readonly inFlight: (name: string) => number
  /** To be called on the manager's `report`: what waits for a plugin that did not come back gets its 404. */
  readonly settle: () => void
  /** What still arrives gets a 503. Resolves when what is in flight has been answered; event streams do not count. */
  readonly close: () => Promise<void>
}

/** Makes live routes for Hono on Node (`@hono/node-server`). */
export function honoRoutes(options: HonoRoutesOptions = {}): HonoRoutes {
  const live = new LiveRoutes<Hono>(options)
  const onError = options.onError ?? ((plugin, error) => console.error(`[${plugin}]`, error))

  return {
    open(scope) {
      const plain = new Hono()
      const app: Hono = new Hono({
        // The plugin's own paths, without another Request: that would cost a copy of every one.
        getPath: (request) => below(generation.prefix, plain.getPath(request)),
      })
      app.onError((error, c) => {
        if ('getResponse' in error) return error.getResponse()
        onError(scope.name, error, { method: c.req.method, path: new URL(c.req.url).pathname })
        return c.text('Internal Server Error', 500)
      })
      const generation = live.open(scope, app)
      return app
    },

    middleware: () => async (c, next) => {
      const exchange = new HonoExchange((c.env as { outgoing?: ServerResponse } | undefined)?.outgoing)
      const entered = live.enter(c.req.path, exchange)
      const who = entered instanceof Promise ? await entered : entered
      if (who === 'unknown') return next()
      if (who === 'late') return late(c)
      return exchange.answer(who, c)
    },

    routes(name) {
      const generation = live.live(name)
      if (!generation) return []
      const seen = new Map<string, Route>()
      for (const { method, path, isMiddleware } of inspectRoutes(generation.handler)) {
        const full = `${generation.prefix}${path === '/' ? '' : path}` || '/'
        if (!isMiddleware) seen.set(`${method} ${full}`, { method, path: full })
      }
      return [...seen.values()]
    },

    inFlight: (name) => live.live(name)?.inFlight ?? 0,
    settle: () => live.settle(),
    close: () => live.close(),
  }
}

function below(prefix: string, path: string): string {
  return path.length === prefix.length ? '/' : path.slice(prefix.length)
}

function late(c: Context): Response {
  return c.text('This plugin is being reloaded. Try again in a moment.\n', 503, { 'retry-after': '1' })
}

class HonoExchange implements Exchange {
  readonly #outgoing: ServerResponse | undefined
  #response: Response | undefined
  #isCut = false

  constructor(outgoing: ServerResponse | undefined) {
    this.#outgoing = outgoing
  }

  async answer(generation: LiveGeneration<Hono>, c: Context): Promise<Response> {
    const end = (): void => generation.end(this)
    this.#outgoing?.once('close', end)
    try {
      this.#response = await generation.run(() => generation.handler.fetch(c.req.raw, c.env))
      return this.#isCut ? RESPONSE_ALREADY_SENT : this.#response
    } catch (error) {
      // Hono's own onError has had everything that is an Error.
      end()
      throw error
    } finally {
      if (!this.#outgoing) end()
    }
  }

  isMade(): boolean {
    return this.#outgoing !== undefined && (this.#outgoing.writableEnded || this.#outgoing.destroyed)
  }

  // Looked at late, and seldom: reading the headers of every response would cost more than routing it.
  isEndless(): boolean {
    return this.#response?.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  }

  cut(): void {
    const outgoing = this.#outgoing
    if (!outgoing) return
    this.#isCut = true
    if (this.isEndless()) outgoing.end()
    else if (outgoing.headersSent) outgoing.destroy()
    else
      outgoing
        .writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' })
        .end('This plugin was stopped.\n')
  }
}
