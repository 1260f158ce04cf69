import type { Server } from 'node:http'
import type { Hono, MiddlewareHandler } from 'hono'
import { every } from 'hono/combine'
import { inspectRoutes } from 'hono/dev'
import type { Scope } from '../model/plugin.ts'
import { HonoVisit } from './hono-visit.ts'
import { LiveMiddleware } from './live-middleware.ts'
import { LiveRoutes } from './live-routes.ts'
import type { Entered } from './live-routes.ts'
import { LATE } from './node-exchange.ts'
import { HonoPlugin } from './hono-plugin.ts'
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
   * To be mounted once: `app.use('*', routes.middleware())`. What is no plugin's, or what a plugin has no route for, goes
   * on to the next handler, and what a plugin's handler throws to the host's `app.onError`; unless the plugin has its own
   * `notFound` and `onError`.
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

/** Makes live routes for Hono. */
export function honoRoutes(options: RoutesOptions = {}): HonoRoutes {
  const live = new LiveRoutes<HonoPlugin>(options, {
    make: (generation) => new HonoPlugin(generation),
    routes: ({ app }) => inspectRoutes(app).filter(({ isMiddleware }) => !isMiddleware),
  })

  const route: MiddlewareHandler = (c, next) => {
    const visit = new HonoVisit(c, next)
    const entered = live.enter(c.req.path, visit.exchange)
    // A promise more for every request would cost more than finding the plugin.
    return (
      entered instanceof Promise ? entered.then((late) => go(late, visit)) : go(entered, visit)
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

function go(entered: Entered<HonoPlugin>, visit: HonoVisit): Response | Promise<Response | void> {
  const { c, next } = visit
  if (entered === 'unknown') return next()
  if (entered === 'late') return c.text(LATE, 503, { 'retry-after': '1' })
  if (entered.handler) return entered.handler.answer(visit)
  entered.end(visit.exchange)
  return next()
}
