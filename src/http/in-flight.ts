import type { Exchange, Follower } from './exchange.ts'

/** How long one that is over may be kept, in ms, when no other comes. */
const KEPT = 1000

/**
 * The exchanges of one generation. A `Set` would do, and costs each request as much as the rest of its way to the plugin:
 * here each knows its own place. To listen for the end of each would cost more than all of that (docs/decisions/0013):
 * whoever comes looks at two of the others instead, so that there are about as many which are over as which are not.
 */
export class InFlight {
  readonly #follower: Follower
  readonly #exchanges: Exchange[] = []
  /** The next to be looked at. */
  #at = 0
  #timer: NodeJS.Timeout | undefined

  /** @param follower told of the end of those that take long */
  constructor(follower: Follower) {
    this.#follower = follower
  }

  get size(): number {
    this.#sweep()
    return this.#exchanges.length
  }

  add(exchange: Exchange): void {
    this.#look()
    this.#look()
    exchange.place = this.#exchanges.push(exchange) - 1
    this.#timer ??= setTimeout(() => this.#follow(), KEPT).unref()
  }

  /** Does nothing to one that is not there. */
  delete(exchange: Exchange): void {
    const { place } = exchange
    if (place === -1) return
    exchange.place = -1
    const last = this.#exchanges.pop()!
    if (last === exchange) return
    last.place = place
    this.#exchanges[place] = last
  }

  /** Takes them all out. */
  clear(): Exchange[] {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const exchange of this.#exchanges) exchange.place = -1
    return this.#exchanges.splice(0)
  }

  [Symbol.iterator](): Iterator<Exchange> {
    this.#sweep()
    return this.#exchanges.values()
  }

  #look(): void {
    if (this.#at >= this.#exchanges.length) this.#at = 0
    const exchange = this.#exchanges[this.#at]
    if (exchange?.isOver()) this.delete(exchange)
    else this.#at += 1
  }

  #sweep(): void {
    // From the end, as what is there takes the place of what is taken out.
    for (let at = this.#exchanges.length - 1; at >= 0; at -= 1) {
      const exchange = this.#exchanges[at]!
      if (exchange.isOver()) this.delete(exchange)
    }
  }

  /** Nobody may come for long, and a response can hold much. */
  #follow(): void {
    this.#timer = undefined
    for (const exchange of this) exchange.follow(this.#follower)
  }
}
