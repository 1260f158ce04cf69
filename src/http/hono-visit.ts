import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context, Next } from 'hono'
import type { Exchange } from './exchange.ts'
import { NodeExchange } from './node-exchange.ts'
import { SocketExchange } from './socket-exchange.ts'

/** A request of the host's Hono that is on its way through a plugin's. */
export interface HonoVisit extends Exchange {
  /** The host's. */
  readonly c: Context
  /** On to what the host has behind the plugins. */
  readonly next: Next
  /** What the plugin's handler threw, while the plugin's middleware is still to hear of it. */
  thrown: Error | undefined
  /** The plugin had no answer, and the host was asked. */
  isPassedOn: boolean
  /** The plugin's Hono. */
  plugin: object | undefined
  /** Of the same request, with a plugin of another layer. */
  outer: HonoVisit | undefined
  /** Nobody gets all of the plugin's answer. */
  isLost(): boolean
}

/** A request as it comes in. */
export function honoVisit(c: Context, next: Next): HonoVisit {
  const env = c.env as { incoming?: IncomingMessage; outgoing?: ServerResponse } | undefined
  if (env?.outgoing) return new ServedVisit(env.outgoing, c, next)
  return env?.incoming ? new UpgradeVisit(env.incoming, c, next) : new UnservedVisit(c, next)
}

class ServedVisit extends NodeExchange implements HonoVisit {
  readonly c: Context
  readonly next: Next
  thrown: Error | undefined = undefined
  isPassedOn = false
  plugin: object | undefined = undefined
  outer: HonoVisit | undefined = undefined

  constructor(response: ServerResponse, c: Context, next: Next) {
    super(response)
    this.c = c
    this.next = next
  }
}

/** A request that the server of the host asks whether to upgrade. It does unless the answer is an error. */
export class UpgradeVisit extends SocketExchange implements HonoVisit {
  readonly c: Context
  readonly next: Next
  thrown: Error | undefined = undefined
  isPassedOn = false
  plugin: object | undefined = undefined
  outer: HonoVisit | undefined = undefined

  constructor(request: IncomingMessage, c: Context, next: Next) {
    super(request.socket, request)
    this.c = c
    this.next = next
  }

  isLost(): boolean {
    return this.isOver()
  }
}

/** A request that came by `app.request()`: it is over when it is answered. */
class UnservedVisit implements HonoVisit {
  place = -1
  readonly c: Context
  readonly next: Next
  thrown: Error | undefined = undefined
  isPassedOn = false
  plugin: object | undefined = undefined
  outer: HonoVisit | undefined = undefined

  constructor(c: Context, next: Next) {
    this.c = c
    this.next = next
  }

  isMade(): boolean {
    return false
  }

  isOver(): boolean {
    return false
  }

  isEndless(): boolean {
    return false
  }

  isLost(): boolean {
    return false
  }

  follow(): void {}

  watch(): void {}

  cut(): void {}
}
