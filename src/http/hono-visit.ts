import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, Next } from 'hono'
import type { Exchange } from './exchange.ts'
import { NodeExchange } from './node-exchange.ts'
import { SocketExchange } from './socket-exchange.ts'

/** A request of the host's Hono that is on its way through a plugin's. */
export class HonoVisit {
  /** The host's. */
  readonly c: Context
  /** On to what the host has behind the plugins. */
  readonly next: Next
  readonly exchange: Exchange
  /** What the plugin's handler threw, while the plugin's middleware is still to hear of it. */
  thrown: Error | undefined = undefined
  /** The plugin had no answer, and the host was asked. */
  isPassedOn = false
  /** The plugin's Hono. */
  plugin: object | undefined = undefined
  /** Of the same request, with a plugin of another layer. */
  outer: HonoVisit | undefined = undefined

  constructor(c: Context, next: Next) {
    this.c = c
    this.next = next
    this.exchange = exchangeOf(c)
  }

  /** Nobody gets all of the plugin's answer. */
  isLost(): boolean {
    const { exchange } = this
    return exchange instanceof NodeExchange ? exchange.isLost() : exchange.isOver()
  }
}

function exchangeOf(c: Context): Exchange {
  const env = c.env as { incoming?: IncomingMessage; outgoing?: ServerResponse } | undefined
  if (env?.outgoing) return new NodeExchange(env.outgoing)
  // The server of the host asks whether to upgrade. It does unless the answer is an error.
  if (env?.incoming) return new SocketExchange(env.incoming.socket, env.incoming)
  return { ...WITHOUT_SERVER }
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
