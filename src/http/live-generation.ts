import type { Scope } from '../model/plugin.ts'

/** One request being answered, as the adapter of its framework sees it. */
export interface Exchange {
  /** The answer is complete, or nobody waits for it any more: the plugin has no part in it now. */
  isMade(): boolean
  /** The answer ends only when somebody ends it (an event stream): nothing waits for it. */
  isEndless(): boolean
  /** Ends the answer now: an event stream cleanly, anything else so that the client can tell. */
  cut(): void
}

/** How often a drain looks whether answers have been made, in ms: there is no event for that. */
const LOOK_EVERY = 15

/** One generation's handler, and the requests that it is answering. */
export class LiveGeneration<Handler> {
  readonly name: string
  readonly number: number
  readonly prefix: string
  readonly handler: Handler
  readonly #exchanges = new Set<Exchange>()
  readonly #scope: Scope
  #draining: Promise<void> | undefined
  #drained: (() => void) | undefined

  constructor(scope: Scope, prefix: string, handler: Handler) {
    this.name = scope.name
    this.number = scope.generation
    this.prefix = prefix
    this.handler = handler
    this.#scope = scope
  }

  get inFlight(): number {
    return this.#exchanges.size
  }

  /** Runs the plugin's code, known as its own. */
  run<T>(code: () => T): T {
    return this.#scope.run(code)
  }

  begin(exchange: Exchange): void {
    this.#exchanges.add(exchange)
  }

  /** May be called more than once. */
  end(exchange: Exchange): void {
    this.#exchanges.delete(exchange)
    if (this.#drained && !this.#isBusy()) this.#drained()
  }

  /** Resolves when no answer needs this generation any more; event streams do not count. */
  async drain(): Promise<void> {
    if (!this.#isBusy()) return
    this.#draining ??= new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!this.#isBusy()) this.#drained?.()
      }, LOOK_EVERY)
      this.#drained = () => {
        clearInterval(look)
        this.#draining = undefined
        this.#drained = undefined
        resolve()
      }
    })
    await this.#draining
  }

  /** Ends whatever is left. */
  cut(): void {
    for (const exchange of this.#exchanges) if (!exchange.isMade()) exchange.cut()
    this.#exchanges.clear()
    this.#drained?.()
  }

  #isBusy(): boolean {
    for (const exchange of this.#exchanges) if (!exchange.isMade() && !exchange.isEndless()) return true
    return false
  }
}
