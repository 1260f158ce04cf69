import type { FastifyReply } from 'fastify'
import { NodeExchange } from './node-exchange.ts'

/** Where a request of Node's keeps its visit. */
export const VISIT: unique symbol = Symbol('plugbay.visit')

/** A request of Node's, on its way from the host to a plugin. */
export interface Handed {
  [VISIT]?: FastifyVisit
}

/** A request of the host's Fastify that is on its way through a plugin's. */
export class FastifyVisit extends NodeExchange {
  /** The host's. */
  readonly reply: FastifyReply
  /** On to what the host has for it. */
  readonly next: () => void

  constructor(reply: FastifyReply, next: () => void) {
    super(reply.raw)
    this.reply = reply
    this.next = next
  }
}
