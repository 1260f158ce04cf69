import { Server } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Scope } from '../model/plugin.ts'
import { callListeners } from './call-listeners.ts'
import type { LiveGeneration } from './live-generation.ts'
import { LiveRoutes } from './live-routes.ts'
import { NodeExchange, sayLater } from './node-exchange.ts'
import { below } from './prefix.ts'
import type { RoutesOptions } from './routes-options.ts'
import { upgrades } from './upgrades.ts'

export type { RoutesOptions } from './routes-options.ts'

/** Routes of plugins, live, for a host on plain `node:http`. */
export interface HttpRoutes {
  /**
   * A server that never listens, for one generation: what it emits as `request` and `upgrade` is what comes under the
   * plugin's prefix. `request.url` is relative to the prefix, `request.originalUrl` is not. To be called in the manager's
   * `context`.
   * @throws Error if the prefix is malformed, the host's own, or another plugin's.
   */
  readonly open: (scope: Scope) => Server
  /**
   * To be mounted once: `createServer(routes.handler())`.
   * @param fallback answers what is no plugin's; default: a 404
   */
  readonly handler: (fallback?: RequestListener) => RequestListener
  /** The same server as {@link HttpRoutes.open} gives. */
  readonly sockets: (scope: Scope) => Server
  /** Hands the upgrades (WebSockets) of the host's server to the plugins. */
  readonly upgrade: (server: Server) => void
  /** What still arrives gets a 503. Resolves when what is in flight has been answered; what is endless does not count. */
  readonly close: () => Promise<void>
}

type Request = IncomingMessage & { originalUrl?: string }

/** Makes live routes for plain `node:http`. */
export function httpRoutes(options: RoutesOptions = {}): HttpRoutes {
  const live = new LiveRoutes<Server>(options, {
    make: (generation) => {
      generation.sockets = new Server()
      return generation.sockets
    },
    routes: (server) => (server.listenerCount('request') > 0 ? [{ method: 'ALL', path: '/*' }] : []),
  })

  return {
    open: (scope) => live.open(scope),
    sockets: (scope) => live.open(scope),
    upgrade: (server) => upgrades(live, server),
    close: () => live.close(),
    handler:
      (fallback = notFound) =>
      (request, response) => {
        const exchange = new NodeExchange(response)
        const go = (entered: Awaited<ReturnType<typeof live.enter>>): void => {
          if (entered === 'unknown') fallback(request, response)
          else if (entered === 'late') sayLater(response)
          else if (entered.handler!.listenerCount('request') > 0) answer(entered, exchange, request, response)
          else {
            entered.end(exchange)
            fallback(request, response)
          }
        }
        const entered = live.enter(request.url ?? '/', exchange)
        if (entered instanceof Promise) void entered.then(go)
        else go(entered)
      },
  }
}

function answer(
  generation: LiveGeneration<Server>,
  exchange: NodeExchange,
  request: Request,
  response: ServerResponse,
): void {
  const url = request.url ?? '/'
  request.originalUrl ??= url
  request.url = below(generation.prefix, url)
  const failed = (error: unknown): void => {
    if (exchange.isLost()) return
    generation.failed(error, { method: request.method ?? 'GET', path: url.split('?', 1)[0]! })
    // It is complete, and may still be on its way.
    if (response.writableEnded) return
    if (response.headersSent) {
      response.destroy()
      return
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('Internal Server Error')
  }
  generation.run(() => callListeners(generation.handler!, 'request', [request, response], failed))
}

function notFound(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not Found')
}
