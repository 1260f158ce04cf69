import type { Server } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  FastifyServerOptions,
} from 'fastify'
import type { Scope } from '../model/plugin.ts'
import { fastifyInstance, fastifyRouteList } from './fastify-instance.ts'
import { FastifyVisit, VISIT } from './fastify-visit.ts'
import type { Handed } from './fastify-visit.ts'
import type { LiveGeneration } from './live-generation.ts'
import { LiveRoutes } from './live-routes.ts'
import type { Entered } from './live-routes.ts'
import { LATE } from './node-exchange.ts'
import type { RoutesOptions } from './routes-options.ts'
import { upgrades } from './upgrades.ts'

export type { RoutesOptions } from './routes-options.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** In a plugin: the host's own request, with what the host's hooks put there. Missing under `inject()`. */
    readonly hostRequest: FastifyRequest | undefined
  }
}

export interface FastifyRoutesOptions extends RoutesOptions {
  /**
   * What the plugins' instances are made with (`bodyLimit`, `trustProxy`, `ajv`, …); nothing but the logger is taken from
   * the host, so it may well be the object that the host is made with. Ignored: `logger`, `http2`, `https`,
   * `requestIdHeader`, `rewriteUrl` and `serverFactory`, which are the host's business.
   */
  readonly fastify?: FastifyServerOptions
}

/** Routes of plugins, live, for a host on Fastify 5. */
export interface FastifyRoutes {
  /**
   * A Fastify for one generation, with hooks, decorators, plugins, error and 404 handler of its own, mounted at the
   * plugin's prefix. It boots at the end of `activate`, and closes when the generation ends. To be called in the manager's
   * `context`.
   * @throws Error if the prefix is malformed, the host's own, or another plugin's.
   */
  readonly open: (scope: Scope) => FastifyInstance
  /**
   * To be registered once, on the host itself, before the manager starts: `await app.register(routes.middleware())`. The
   * host's `onRequest` hooks that were added before it guard the plugins too. What a plugin has no route for goes on to the
   * host's, unless the plugin has a 404 handler of its own.
   */
  readonly middleware: () => FastifyPluginAsync
  /** The `server` of {@link FastifyRoutes.open}: never listens, and is told of the upgrades under the plugin's prefix. */
  readonly sockets: (scope: Scope) => Server
  /** Hands the upgrades (WebSockets) of the host's server to the plugins. */
  readonly upgrade: (server: Server) => void
  /** What still arrives gets a 503. Resolves when what is in flight has been answered; what is endless does not count. */
  readonly close: () => Promise<void>
}

/** Makes live routes for Fastify. */
export function fastifyRoutes(options: FastifyRoutesOptions = {}): FastifyRoutes {
  let logger: FastifyBaseLogger | undefined
  const live = new LiveRoutes<FastifyInstance>(options, {
    make: (generation) =>
      fastifyInstance(generation, options.fastify ?? {}, options.fastify?.loggerInstance ?? logger),
    routes: fastifyRouteList,
  })

  const plugin: FastifyPluginAsync = async (host) => {
    // Without a logger, Fastify has one whose children are itself.
    if (host.log.child({}) !== host.log) logger = host.log
    host.addHook('onRequest', (request, reply, done) => {
      const visit = new FastifyVisit(reply, done)
      const go = (entered: Entered<FastifyInstance>): void => {
        if (entered === 'unknown') done()
        else if (entered === 'late') sayLater(reply)
        else if (!entered.handler) {
          entered.end(visit)
          done()
        } else answer(entered, request, visit)
      }
      // A plugin that has `/` gets what the host has no route for.
      const entered = live.enter(request.url, visit, !request.is404)
      if (entered instanceof Promise) void entered.then(go)
      else go(entered)
    })
  }
  // The hook is to be the host's, not one of a context of its own.
  Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'plugbay',
    [Symbol.for('plugin-meta')]: { name: 'plugbay', fastify: '5.x' },
  })

  return {
    open: (scope) => live.open(scope),
    middleware: () => plugin,
    sockets: (scope) => live.sockets(scope),
    upgrade: (server) => upgrades(live, server, 'whole'),
    close: () => live.close(),
  }
}

function answer(
  generation: LiveGeneration<FastifyInstance>,
  request: FastifyRequest,
  visit: FastifyVisit,
): void {
  const { handler } = generation
  const { raw } = request
  const { reply } = visit
  ;(raw as Handed)[VISIT] = visit
  try {
    generation.run(() => handler!.routing(raw, reply.raw))
  } catch (error) {
    reply.hijack()
    generation.failed(error, { method: request.method, path: request.url.split('?', 1)[0]! })
    reply.raw.destroy()
  }
}

function sayLater(reply: FastifyReply): void {
  reply.code(503).header('retry-after', '1').type('text/plain; charset=utf-8').send(LATE)
}
