import { Hono } from 'hono'
import type { Context } from 'hono'
import { cloneRawRequest } from 'hono/request'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Exchange } from './exchange.ts'
import { headersSetOn, setHeadersOn, withHeaders } from './hono-headers.ts'
import type { HonoVisit } from './hono-visit.ts'
import { isAnswer } from './is-answer.ts'
import type { LiveGeneration } from './live-generation.ts'
import { NodeExchange } from './node-exchange.ts'
import { below } from './prefix.ts'
import { SocketExchange } from './socket-exchange.ts'

const VISIT: unique symbol = Symbol('plugbay.visit')

/** A request that the host has handed to a plugin. */
type Handed = Request & { [VISIT]?: HonoVisit }

type Answer = Response | Promise<Response>

/** As Hono finds the path in a request. */
const { getPath } = new Hono()

/** The Hono of one generation, and the way into it. */
export class HonoPlugin {
  readonly app: Hono
  readonly #generation: LiveGeneration<HonoPlugin>
  /** Of the request that is on its way in. */
  #path: string | undefined

  constructor(generation: LiveGeneration<HonoPlugin>) {
    const { prefix } = generation
    this.#generation = generation
    this.app = new Hono({
      // The plugin's own paths, without another Request: that would cost a copy of every one.
      getPath: (request) => {
        const path = this.#path
        this.#path = undefined
        return path === undefined ? ownPath(prefix, getPath(request)) : below(prefix, path)
      },
    })
    this.app.onError((error, inner) => this.#thrown(error, inner))
    this.app.notFound((inner) => this.#notFound(inner))
  }

  /** The answer to a request, also if it is the host's in the end. */
  answer(visit: HonoVisit): Answer {
    const { c } = visit
    // If nothing of the host's ran before, it cannot have set headers.
    const headers = c.req.routeIndex > 0 ? headersSetOn(c) : undefined
    const answer = isRead(c) ? this.#reread(visit) : this.#enter(visit, c.req.raw)
    if (!headers || headers.keys().next().done) return answer
    if (answer instanceof Promise)
      return answer.then((made) => (visit.isPassedOn ? made : withHeaders(made, headers)))
    return withHeaders(answer, headers)
  }

  #enter(visit: HonoVisit, raw: Handed): Answer {
    const { c } = visit
    visit.plugin = this
    visit.outer = raw[VISIT]
    raw[VISIT] = visit
    let answer: Answer | undefined
    try {
      answer = this.#generation.run(() => {
        this.#path = c.req.path
        return this.app.fetch(raw, c.env)
      })
    } catch (error) {
      this.#failed(error, visit)
      throw error
    } finally {
      if (!(visit.exchange instanceof NodeExchange)) void this.#endAfter(answer, visit.exchange)
    }
    return answer instanceof Promise ? this.#finishLater(visit, answer) : finished(visit, answer)
  }

  async #finishLater(visit: HonoVisit, answer: Promise<Response>): Promise<Response> {
    try {
      return finished(visit, await answer)
    } catch (error) {
      if (error !== visit.thrown) this.#failed(error, visit)
      throw error
    }
  }

  /** The host has read the body: the plugin gets it from the host's cache. */
  async #reread(visit: HonoVisit): Promise<Response> {
    return this.#enter(visit, await cloneRawRequest(visit.c.req))
  }

  /**
   * The plugin's middleware goes on as if the plugin had answered; then the error goes on to the host's `app.onError`,
   * which only throwing reaches.
   */
  #thrown(error: Error, inner: Context): Response {
    const visit = this.#visitOf(inner)
    if (!visit) throw error
    visit.thrown = error
    this.#failed(error, visit)
    return inner.body(null, statusOf(error))
  }

  /** What the plugin does not know goes on to the host. */
  async #notFound(inner: Context): Promise<Response> {
    const visit = this.#visitOf(inner)
    if (!visit || visit.isPassedOn) return inner.text('404 Not Found', 404)
    const { c, next } = visit
    visit.isPassedOn = true
    this.#generation.end(visit.exchange)
    setHeadersOn(c, headersSetOn(inner))
    await next()
    return c.res
  }

  /** Missing for a request that the plugin asks of itself. */
  #visitOf(inner: Context): HonoVisit | undefined {
    let visit = (inner.req.raw as Handed)[VISIT]
    while (visit && visit.plugin !== this) visit = visit.outer
    return visit
  }

  #failed(error: unknown, visit: HonoVisit): void {
    const { c } = visit
    if (!visit.isLost() && !isAnswer(error))
      this.#generation.failed(error, { method: c.req.method, path: c.req.path })
  }

  async #endAfter(answer: Answer | undefined, exchange: Exchange): Promise<void> {
    try {
      const made = await answer
      // It is a socket from now on.
      if (made?.ok && exchange instanceof SocketExchange) return
    } catch {
      // Told already.
    }
    this.#generation.end(exchange)
  }
}

/** Of a request that did not come from the host: one with the prefix, or one of `app.request()` and WebSockets, without. */
function ownPath(prefix: string, path: string): string {
  return path === prefix || path.startsWith(`${prefix}/`) ? below(prefix, path) : path
}

/** Whether the host has read the body by way of its context. */
function isRead({ req }: Context): boolean {
  for (const _ in req.bodyCache) return req.method !== 'GET' && req.method !== 'HEAD'
  return false
}

/** What the answer to an error will probably have, for the plugin's middleware. */
function statusOf(error: Error): ContentfulStatusCode {
  return isAnswer(error) && 'status' in error ? (error.status as ContentfulStatusCode) : 500
}

/** The plugin's middleware is through. */
function finished({ c, thrown, isPassedOn }: HonoVisit, answer: Response): Response {
  // Unless its middleware has made an answer of it.
  if (thrown && answer.status === statusOf(thrown) && answer.body === null) {
    setHeadersOn(c, answer.headers)
    throw thrown
  }
  if (isPassedOn && answer !== c.res) {
    // Hono would add what the old one has.
    c.res = undefined
    c.res = answer
  }
  return answer
}
