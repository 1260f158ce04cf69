import type { Server, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { every } from 'hono/combine'
import { inspectRoutes } from 'hono/dev'
import type { Scope } from '../model/plugin.ts'
import type { Exchange } from './exchange.ts'
import { isAnswer } from './is-answer.ts'
import type { LiveGeneration } from './live-generation.ts'
import { LiveMiddleware } from './live-middleware.ts'
import { LiveRoutes } from './live-routes.ts'
import type { Entered } from './live-routes.ts'
import { LATE, NodeExchange } from './node-exchange.ts'
import { below } from './prefix.ts'
import type { RoutesOptions } from './routes-options.ts'
import { upgrades } from './upgrades.ts'

export type { RoutesOptions } from './routes-options.ts'

/** Routes of plugins, live, for a Hono host on Node (`@hono/node-server`). */
export interface HonoRoutes {
  /**
   * A fresh Hono for one generation; its paths are relative to the plugin's prefix. To be called in the manager's
   * `context`.
   * @throws Error if the prefix is malformed, the host's own, or another plugin's.
   */
  readonly open: (scope: Scope) => Hono
  /**
   * To be mounted once: `app.use('*', routes.middleware())`. What is no plugin's goes on to the next handler, and what a
   * plugin's handler throws to the host's `app.onError`, unless the plugin has its own.
   */
  readonly middleware: () => MiddlewareHandler
  /**
   * Gives a generation a way to put middleware around every request that comes to {@link HonoRoutes.middleware}, the
   * host's and other plugins' included. It is in effect from the publish on, until the next generation's is.
   */
  readonly around: (scope: Scope) => (middleware: MiddlewareHandler) => void
  /** A server that never listens and is told of the upgrades (WebSockets) under the plugin's prefix. */
  readonly sockets: (scope: Scope) => Server
  /** Hands the upgrades of the host's server to the plugins. */
  readonly upgrade: (server: Server) => void
  /** What still arrives gets a 503. Resolves when what is in flight has been answered; what is endless does not count. */
  readonly close: () => Promise<void>
}

/** As Hono finds the path in a request. */
const { getPath } = new Hono()

/** Makes live routes for Hono. */
export function honoRoutes(options: RoutesOptions = {}): HonoRoutes {
  const live = new LiveRoutes<PluginHono>(options, {
    make: (generation) => new PluginHono(generation),
    routes: ({ app }) => inspectRoutes(app).filter(({ isMiddleware }) => !isMiddleware),
  })

  const route: MiddlewareHandler = (c, next) => {
    const exchange = exchangeOf(c)
    const entered = live.enter(c.req.path, exchange)
    // A promise more for every request would cost more than finding the plugin.
    return (
      entered instanceof Promise
        ? entered.then((late) => go(late, exchange, c, next))
        : go(entered, exchange, c, next)
    ) as Promise<Response | void>
  }
  let around: MiddlewareHandler | undefined
  const middlewares = new LiveMiddleware<MiddlewareHandler>((all) => {
    around = all.length === 0 ? undefined : every(...all, route)
  })

  return {
    open: (scope) => live.open(scope).app,
    sockets: (scope) => live.sockets(scope),
    upgrade: (server) => upgrades(live, server),
    close: () => live.close(),
    around: (scope) => {
      const add = middlewares.open(scope)
      return (middleware) => add((c, next) => scope.run(() => middleware(c, next)))
    },
    middleware: () => (c, next) => (around ? around(c, next) : route(c, next)),
  }
}
function go(
  entered: Entered<PluginHono>,
  exchange: Exchange,
  c: Context,
  next: Next,
): Response | Promise<Response | void> {
  if (entered === 'unknown') return next()
  if (entered === 'late') return c.text(LATE, 503, { 'retry-after': '1' })
  if (entered.handler) return entered.handler.answer(exchange, c)
  entered.end(exchange)
  return next()
}

/** The Hono of one generation, and the way into it. */
class PluginHono {
  readonly app: Hono
  readonly #generation: LiveGeneration<PluginHono>
  /** Of the request that is on its way in. */
  #path: string | undefined

  constructor(generation: LiveGeneration<PluginHono>) {
    this.#generation = generation
    this.app = new Hono({
      // The plugin's own paths, without another Request: that would cost a copy of every one.
      getPath: (request) => {
        const path = this.#path ?? getPath(request)
        this.#path = undefined
        return below(generation.prefix, path)
      },
    })
    // On to the host's own app.onError.
    this.app.onError((error) => {
      throw error
    })
  }

  answer(exchange: Exchange, c: Context): Response | Promise<Response> {
    let response: Response | Promise<Response> | undefined
    try {
      response = this.#generation.run(() => {
        this.#path = c.req.path
        return this.app.fetch(c.req.raw, c.env)
      })
      if (response instanceof Promise) response.catch((error: unknown) => this.#failed(error, exchange, c))
      return response
    } catch (error) {
      this.#failed(error, exchange, c)
      throw error
    } finally {
      if (!(exchange instanceof NodeExchange)) void this.#endAfter(response, exchange)
    }
  }

  #failed(error: unknown, exchange: Exchange, c: Context): void {
    if (exchange instanceof NodeExchange && exchange.isLost()) return
    if (!isAnswer(error)) this.#generation.failed(error, { method: c.req.method, path: c.req.path })
  }

  async #endAfter(response: Response | Promise<Response> | undefined, exchange: Exchange): Promise<void> {
    try {
      await response
    } catch {
      // Told already.
    } finally {
      this.#generation.end(exchange)
    }
  }
}

function exchangeOf({ env }: Context): Exchange {
  const outgoing = (env as { outgoing?: ServerResponse } | undefined)?.outgoing
  return outgoing ? new NodeExchange(outgoing) : { ...WITHOUT_SERVER }
}

/** A request that came by `app.request()`: it is over when it is answered. */
const WITHOUT_SERVER: Exchange = {
  place: -1,
  isMade: () => false,
  isEndless: () => false,
  isOver: () => false,
  follow: () => undefined,
  watch: () => undefined,
  cut: () => undefined,
}
