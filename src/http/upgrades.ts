import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { callListeners } from './call-listeners.ts'
import type { LiveGeneration } from './live-generation.ts'
import type { LiveRoutes } from './live-routes.ts'
import { below } from './prefix.ts'
import { SocketExchange, refuse } from './socket-exchange.ts'

type Upgrading = IncomingMessage & { originalUrl?: string }

/**
 * Hands the upgrades (WebSockets) of a server to the plugins under whose prefix they come. They wait during a swap as
 * requests do. What is nobody's is left to the other listeners of the server; if there are none, it gets a 404.
 * @param urls whether the plugins see the URL without their prefix
 */
export function upgrades<Handler>(
  live: LiveRoutes<Handler>,
  server: Server,
  urls: 'below' | 'whole' = 'below',
): void {
  server.on('upgrade', (request: Upgrading, socket: Duplex, head: Buffer) => {
    // Node has let go of the socket: an error that nobody hears ends the process.
    socket.on('error', () => undefined)
    const url = request.url ?? '/'
    const exchange = new SocketExchange(socket, request)
    const go = (entered: Awaited<ReturnType<typeof live.enter>>): void => {
      if (entered === 'late') refuse(socket, 503)
      else if (entered !== 'unknown') serve(entered, exchange, request, socket, head, urls)
      else if (server.listenerCount('upgrade') === 1) refuse(socket, 404)
    }
    const entered = live.enter(url, exchange)
    if (entered instanceof Promise) void entered.then(go)
    else go(entered)
  })
}

function serve<Handler>(
  generation: LiveGeneration<Handler>,
  exchange: SocketExchange,
  request: Upgrading,
  socket: Duplex,
  head: Buffer,
  urls: 'below' | 'whole',
): void {
  const { sockets } = generation
  const url = request.url ?? '/'
  const failed = (error: unknown): void => {
    generation.failed(error, { method: request.method ?? 'GET', path: url.split('?', 1)[0]! })
    socket.destroy()
  }
  if (!sockets || sockets.listenerCount('upgrade') === 0) {
    generation.end(exchange)
    refuse(socket, 404)
    return
  }
  request.originalUrl ??= url
  if (urls === 'below') request.url = below(generation.prefix, url)
  generation.run(() => callListeners(sockets, 'upgrade', [request, socket, head], failed))
}
