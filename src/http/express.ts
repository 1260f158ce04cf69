import type { Server } from 'node:http'
import express from 'express'
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'
import type { Scope } from '../model/plugin.ts'
import { forwardRejections } from './express-rejections.ts'
import { expressRouteList, rememberMounts } from './express-route-list.ts'
import { isAnswer } from './is-answer.ts'
import type { LiveGeneration } from './live-generation.ts'
import { LiveRoutes } from './live-routes.ts'
import type { Entered } from './live-routes.ts'
import { NodeExchange, sayLater } from './node-exchange.ts'
import { below, endOfPrefix } from './prefix.ts'
import type { RoutesOptions } from './routes-options.ts'
import { upgrades } from './upgrades.ts'

export type { RoutesOptions } from './routes-options.ts'

export interface ExpressRoutesOptions extends RoutesOptions {
  /** The Express that makes the plugins' routers. Default: the one that `plugbay` finds beside itself. */
  readonly express?: { readonly Router: () => Router }
}

/** Routes of plugins, live, for a host on Express 4 or 5. */
export interface ExpressRoutes {
  /**
   * A fresh `express.Router()` for one generation, mounted at the plugin's prefix. To be called in the manager's
   * `context`.
   * @throws Error if the prefix is malformed, the host's own, or another plugin's.
   */
  readonly open: (scope: Scope) => Router
  /**
   * To be mounted once: `app.use(routes.middleware())`. What no plugin answers goes on to the next handler, what a
   * plugin's handler throws, or rejects with, to the host's error handlers.
   */
  readonly middleware: () => RequestHandler
  /** A server that never listens and is told of the upgrades (WebSockets) under the plugin's prefix. */
  readonly sockets: (scope: Scope) => Server
  /** Hands the upgrades of the host's server to the plugins. */
  readonly upgrade: (server: Server) => void
  /** What still arrives gets a 503. Resolves when what is in flight has been answered; what is endless does not count. */
  readonly close: () => Promise<void>
}

/** Makes live routes for Express. */
export function expressRoutes(options: ExpressRoutesOptions = {}): ExpressRoutes {
  const { Router } = options.express ?? express
  const live = new LiveRoutes<Router>(options, {
    make: () => routerOf(Router()),
    routes: expressRouteList,
  })

  return {
    open: (scope) => live.open(scope),
    sockets: (scope) => live.sockets(scope),
    upgrade: (server) => upgrades(live, server),
    close: () => live.close(),
    middleware: () => (request, response, next) => {
      const exchange = new NodeExchange(response)
      const go = (entered: Entered<Router>): void => {
        if (entered === 'unknown') next()
        else if (entered === 'late') sayLater(response)
        else answer(entered, exchange, request, response, next)
      }
      const entered = live.enter(request.url, exchange)
      if (entered instanceof Promise) void entered.then(go)
      else go(entered)
    },
  }
}

function routerOf(router: Router): Router {
  rememberMounts(router)
  // Express 5 heeds what handlers reject with by itself, and keeps the handlers of parameters elsewhere.
  return '_params' in router ? forwardRejections(router) : router
}

/** As `app.use(prefix, router)` does it. */
function answer(
  generation: LiveGeneration<Router>,
  exchange: NodeExchange,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  const { prefix, handler } = generation
  const { url, baseUrl } = request
  const passOn = (error?: unknown): void => {
    // It has been answered, and the host would break the connection for it.
    if (exchange.isCut) return
    request.url = url
    request.baseUrl = baseUrl
    generation.end(exchange)
    if (error && error !== 'route' && error !== 'router' && !isAnswer(error) && !exchange.isLost())
      generation.failed(error, { method: request.method, path: request.originalUrl.split('?', 1)[0]! })
    next(error)
  }
  if (!handler) {
    passOn()
    return
  }
  const rest = below(prefix, url)
  request.baseUrl = baseUrl + (url.startsWith('/') ? url.slice(0, endOfPrefix(prefix, url)) : prefix)
  request.url = rest
  generation.run(() => handler(request, response, passOn))
}
