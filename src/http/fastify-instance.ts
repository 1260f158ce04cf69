import { Server } from 'node:http'
import Fastify from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyServerOptions } from 'fastify'
import type { Route } from '../model/snapshot.ts'
import { hasHeaders } from './fastify-headers.ts'
import { mountFastify } from './fastify-prefix.ts'
import { VISIT } from './fastify-visit.ts'
import type { Handed } from './fastify-visit.ts'
import { isAnswer } from './is-answer.ts'
import type { LiveGeneration } from './live-generation.ts'

/** Options that are the host's business: a plugin's instance has no connections, and the host has the URL and the log. */
const HOSTS_OWN = {
  logger: undefined,
  https: undefined,
  http2: undefined,
  rewriteUrl: undefined,
  requestIdHeader: undefined,
}

const logController = quiet()

/**
 * A Fastify for one generation: it never listens, boots at the end of `activate`, and closes when its generation ends.
 * @param logger the host's, if it has one
 */
export function fastifyInstance(
  generation: LiveGeneration<FastifyInstance>,
  options: FastifyServerOptions,
  logger: FastifyBaseLogger | undefined,
): FastifyInstance {
  const { name, prefix, scope } = generation
  const server = (generation.sockets ??= new Server())
  const instance: FastifyInstance = Fastify({
    ...(logController && { logController }),
    ...options,
    ...HOSTS_OWN,
    ...(logger && { loggerInstance: logger.child({ plugin: name }) }),
    genReqId: requestIds(options.genReqId),
    serverFactory: () => server,
  })
  const mounted = mountFastify(instance, prefix)
  instance.listen = () => {
    throw new Error(
      `the plugin ${name} calls listen(): the host listens for it, and its routes are under ${prefix || '/'}. ` +
        'Leave the call out',
    )
  }
  instance.decorateRequest('hostRequest', {
    getter() {
      return (this.raw as Handed)[VISIT]?.reply.request
    },
  })
  instance.addHook('onRequest', (request, reply, done) => {
    const visit = (request.raw as Handed)[VISIT]
    if (visit && request.is404 && !mounted.hasNotFoundHandler) {
      reply.hijack()
      generation.end(visit)
      visit.next()
      return
    }
    if (visit) {
      const { reply: host } = visit
      // From here on the host's own hooks hear only of the end: onResponse, onRequestAbort, onTimeout.
      host.hijack()
      if (hasHeaders(host)) reply.headers(host.getHeaders())
    }
    done()
  })
  instance.addHook('onError', (request, reply, error, done) => {
    const answers = isAnswer(error) || (reply.statusCode >= 400 && reply.statusCode < 500)
    const left = error === request.raw.errored
    if (!answers && !left)
      generation.failed(error, { method: request.method, path: request.url.split('?', 1)[0]! })
    done()
  })
  collectRoutes(instance, prefix)
  scope.onActivate(async () => {
    // A route that follows `await http` after `await http.after()` would keep ready() waiting for ever.
    await instance.after()
    await instance.ready()
  })
  // Before what is left of the answers is cut off: a `preClose` hook may end them with more grace.
  scope.onDispose(() => scope.run(() => instance.close()))
  return instance
}

const lists = new WeakMap<FastifyInstance, Route[]>()

/** The routes that an instance of {@link fastifyInstance} has by now, without its prefix. */
export function fastifyRouteList(instance: FastifyInstance): readonly Route[] {
  return lists.get(instance) ?? []
}

function collectRoutes(instance: FastifyInstance, prefix: string): void {
  const list: Route[] = []
  // Fastify adds a HEAD to every GET, with the same handler.
  const getters = new Set<unknown>()
  lists.set(instance, list)
  instance.addHook('onRoute', ({ method, url, handler }) => {
    const path = url.slice(prefix.length) || '/'
    const methods = [method].flat()
    if (methods.includes('GET')) getters.add(handler)
    if (methods.length >= instance.supportedMethods.length) list.push({ method: 'ALL', path })
    else
      for (const each of methods)
        if (each !== 'HEAD' || !getters.has(handler)) list.push({ method: each, path })
  })
}

/** A request keeps the id that the host gave it. */
function requestIds(own: FastifyServerOptions['genReqId']): NonNullable<FastifyServerOptions['genReqId']> {
  let count = 0
  return (raw) => {
    const visit = (raw as Handed)[VISIT]
    if (visit) return visit.reply.request.id
    count += 1
    return own?.(raw) ?? `req-${count.toString(36)}`
  }
}

/** Says what goes wrong, and leaves the two lines for each request to the host. Missing in the first releases of Fastify 5. */
function quiet(): FastifyServerOptions['logController'] {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- the types are the newest ones
  if (!Fastify.LogController) return undefined
  class Quiet extends Fastify.LogController {
    override incomingRequest(): void {}
    override requestCompleted(): void {}
  }
  return new Quiet()
}
