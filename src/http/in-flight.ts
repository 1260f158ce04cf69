import type { Exchange } from './exchange.ts'

/**
 * The exchanges of one generation. A `Set` would do, and costs each request as much as the rest of its way to the plugin:
 * here each knows its own place.
 */
export class InFlight {
  readonly #exchanges: Exchange[] = []

  get size(): number {
    return this.#exchanges.length
  }

  add(exchange: Exchange): void {
    exchange.place = this.#exchanges.push(exchange) - 1
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
    for (const exchange of this.#exchanges) exchange.place = -1
    return this.#exchanges.splice(0)
  }

  [Symbol.iterator](): Iterator<Exchange> {
    return this.#exchanges.values()
  }
}
