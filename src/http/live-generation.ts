import type { Server } from 'node:http'
import type { Scope } from '../model/plugin.ts'
import type { HttpSnapshot, Route } from '../model/snapshot.ts'
import type { Exchange, Follower } from './exchange.ts'
import { InFlight } from './in-flight.ts'
import type { RoutesOptions } from './routes-options.ts'
import type { Counts } from './traffic.ts'

/** What becomes of one generation's routes: its handler, and the requests that it is answering. */
export class LiveGeneration<Handler> implements Follower {
  readonly scope: Scope
  /** The root is the empty string. */
  readonly prefix: string
  /** Answers requests; missing if the host opened sockets only. */
  handler: Handler | undefined
  /** Is told of upgrades; never listens. */
  sockets: Server | undefined
  /** Its routes, without the prefix. Asked once. */
  list: () => Iterable<Route> = () => []
  readonly #counts: Counts
  readonly #onError: RoutesOptions['onError']
  readonly #exchanges = new InFlight(this)
  #routes: readonly Route[] | undefined
  /** What a drain waits for. */
  #awaited: Set<Exchange> | undefined
  #draining: Promise<void> | undefined
  #drained: (() => void) | undefined

  constructor(scope: Scope, prefix: string, counts: Counts, onError: RoutesOptions['onError']) {
    this.scope = scope
    this.prefix = prefix
    this.#counts = counts
    this.#onError = onError
  }

  get name(): string {
    return this.scope.name
  }

  get inFlight(): number {
    return this.#exchanges.size
  }

  snapshot(): HttpSnapshot {
    this.#routes ??= this.#listed()
    return {
      prefix: this.prefix || '/',
      routes: this.#routes,
      ...this.#counts,
      inFlight: this.#exchanges.size,
    }
  }

  /** Runs the plugin's code, known as its own. */
  run<T>(code: () => T): T {
    return this.scope.run(code)
  }

  /** Counts an exchange in, until it is over. */
  begin(exchange: Exchange): void {
    this.#counts.requests += 1
    this.#exchanges.add(exchange)
  }

  /** The plugin has no part in it any more. May be called more than once. */
  end(exchange: Exchange): void {
    this.#exchanges.delete(exchange)
    if (this.#awaited) this.#notAwaited(exchange)
  }

  /** Counts an error of the plugin's code, and tells the host. */
  failed(error: unknown, request: Route): void {
    this.#counts.errors += 1
    try {
      this.#onError?.(this.name, error, request)
    } catch (cause) {
      // The host's own fault must not change what its clients get.
      process.emitWarning(cause instanceof Error ? cause : String(cause))
    }
  }

  /** Resolves when no answer needs this generation any more; what is endless does not count. */
  async drain(): Promise<void> {
    this.#draining ??= new Promise<void>((resolve) => {
      this.#drained = resolve
      this.#awaited = new Set(this.#exchanges)
      for (const exchange of this.#awaited) {
        if (isIdle(exchange)) this.#awaited.delete(exchange)
        else {
          exchange.follow(this)
          exchange.watch(() => isIdle(exchange) && this.#notAwaited(exchange))
        }
      }
      this.#looked()
    })
    await this.#draining
  }

  /** Ends whatever is left. */
  cut(): void {
    for (const exchange of this.#exchanges.clear()) if (!exchange.isMade()) exchange.cut()
    this.#awaited?.clear()
    this.#looked()
  }

  #notAwaited(exchange: Exchange): void {
    this.#awaited?.delete(exchange)
    this.#looked()
  }

  #looked(): void {
    if (!this.#awaited || this.#awaited.size > 0) return
    this.#drained?.()
    this.#awaited = undefined
    this.#draining = undefined
    this.#drained = undefined
  }

  #listed(): Route[] {
    const routes = new Map<string, Route>()
    for (const { method, path } of this.list()) {
      const full = `${this.prefix}${path === '/' ? '' : path}` || '/'
      routes.set(`${method} ${full}`, { method, path: full })
    }
    return [...routes.values()]
  }
}

function isIdle(exchange: Exchange): boolean {
  return exchange.isMade() || exchange.isEndless()
}
