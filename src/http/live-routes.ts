import { Server } from 'node:http'
import type { Scope } from '../model/plugin.ts'
import type { Route } from '../model/snapshot.ts'
import type { Exchange } from './exchange.ts'
import { LiveGeneration } from './live-generation.ts'
import { PrefixTable } from './prefix-table.ts'
import { prefixOf } from './prefix.ts'
import type { RoutesOptions } from './routes-options.ts'
import { Traffic } from './traffic.ts'

/** What the live routes must know of a framework. */
export interface Framework<Handler> {
  /** What answers for one generation. */
  readonly make: (generation: LiveGeneration<Handler>) => Handler
  /** The routes that it has by now, without the prefix. */
  readonly routes: (handler: Handler) => Iterable<Route>
}

/**
 * What becomes of a request: the generation that answers it; `unknown` (404) if the path is no plugin's, `late` (503, if
 * anybody still waits for that) if the plugin was not back in time.
 */
export type Entered<Handler> = LiveGeneration<Handler> | 'unknown' | 'late'

/** All that lives under one prefix. */
interface Mount<Handler> {
  readonly prefix: string
  /** Answers. */
  live: LiveGeneration<Handler> | undefined
  /** Is being started, or answers. */
  claimant: LiveGeneration<Handler> | undefined
  /** What arrives waits. */
  swapping: boolean
  readonly waiting: Set<() => void>
  /** Those who want the prefix too: tried again when it comes free. */
  readonly losers: Map<string, Scope>
}

/**
 * Routes that come and go with the generations of plugins, under any framework.
 *
 * A generation's handler is reached from its publish on. When it drains, what arrives under its prefix waits; the next
 * publish sends it on, to the new handler or, after a rollback, to the old code's. As everything that goes live together
 * is published in one go, and what waits is looked up anew only after that, no request meets half a swap. If nothing is
 * published, the wait ends with the transition.
 */
export class LiveRoutes<Handler> {
  readonly #framework: Framework<Handler>
  readonly #options: RoutesOptions
  readonly #traffic = new Traffic()
  readonly #generations = new WeakMap<Scope, LiveGeneration<Handler>>()
  readonly #mounts = new Map<string, Mount<Handler>>()
  readonly #table = new PrefixTable<Mount<Handler>>((mount) => mount.live !== undefined || mount.swapping)
  #closed = false

  constructor(options: RoutesOptions, framework: Framework<Handler>) {
    this.#options = options
    this.#framework = framework
  }

  /**
   * What answers for a generation, under `/<name>` or the `routes.prefix` of its metadata.json.
   * @throws Error if the prefix is malformed, the host's own, or another plugin's.
   */
  open(scope: Scope): Handler {
    const generation = this.#generation(scope)
    if (generation.handler === undefined) {
      const handler = this.#framework.make(generation)
      generation.handler = handler
      generation.list = () => this.#framework.routes(handler)
    }
    return generation.handler
  }

  /**
   * What is told of upgrades under a generation's prefix: a server that never listens.
   * @throws as {@link LiveRoutes.open}
   */
  sockets(scope: Scope): Server {
    const generation = this.#generation(scope)
    generation.sockets ??= new Server()
    return generation.sockets
  }

  /**
   * Finds who answers, and counts the request in with them until it is over. A promise only while the plugin is swapped.
   * The longest prefix wins; prefixes are compared by path component (`/foo` is not `/foobar`).
   * @param url as it arrived, or a path
   * @param isHosts the host has a route for it: a plugin that has `/` is not asked
   */
  enter(url: string, exchange: Exchange, isHosts = false): Entered<Handler> | Promise<Entered<Handler>> {
    const mount = this.#find(url, isHosts)
    if (!mount) return 'unknown'
    if (this.#closed) return 'late'
    if (mount.swapping) return this.#wait(mount, url, exchange, isHosts, performance.now() + this.#hold)
    // One whose client is gone would never be told to be over.
    return exchange.isOver() ? 'late' : begun(mount, exchange)
  }

  /**
   * Nobody enters any more: what waits, and what still arrives, is `late`.
   * @returns when what is in flight has been answered; what is endless does not count
   */
  async close(): Promise<void> {
    this.#closed = true
    const mounts = [...this.#mounts.values()]
    for (const mount of mounts) wake(mount)
    await Promise.all(mounts.map(async ({ live }) => live?.drain()))
  }

  get #hold(): number {
    return this.#options.hold ?? 10_000
  }

  #generation(scope: Scope): LiveGeneration<Handler> {
    let generation = this.#generations.get(scope)
    if (!generation) {
      generation = this.#claimed(scope)
      this.#generations.set(scope, generation)
    }
    return generation
  }

  #claimed(scope: Scope): LiveGeneration<Handler> {
    const prefix = prefixOf(scope, this.#options)
    const mount = this.#mount(prefix)
    const other = [mount.claimant, mount.live].find((holder) => holder && holder.name !== scope.name)
    if (other) {
      mount.losers.set(scope.name, scope)
      throw new Error(
        `the plugins ${other.name} and ${scope.name} both want the routes under ${prefix || '/'}; ` +
          `${other.name} has them. Give one of them another "routes": { "prefix": … } in its metadata.json`,
      )
    }
    mount.losers.delete(scope.name)
    const counts = this.#traffic.of(scope.name)
    const generation = new LiveGeneration<Handler>(scope, prefix, counts, this.#options.onError)
    mount.claimant = generation
    scope.onPublish(() => {
      mount.live = generation
      mount.swapping = false
      wake(mount)
    })
    scope.onDrain(async () => {
      if (mount.live === generation) mount.swapping = true
      await generation.drain()
    })
    scope.onDispose(() => {
      generation.cut()
      if (mount.claimant === generation) mount.claimant = undefined
      if (mount.live === generation) mount.live = undefined
      this.#sweep(mount)
    })
    // Whoever follows has been published by now; if nobody does, what waits goes on to a 404.
    scope.onSettle(() => {
      mount.swapping = false
      wake(mount)
      this.#sweep(mount)
    })
    scope.onSnapshot(() => ({ http: generation.snapshot() }))
    return generation
  }

  async #wait(
    mount: Mount<Handler>,
    url: string,
    exchange: Exchange,
    isHosts: boolean,
    until: number,
  ): Promise<Entered<Handler>> {
    const left = until - performance.now()
    if (left <= 0) return 'late'
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(timer)
        mount.waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, left)
      mount.waiting.add(go)
    })
    // The client may be gone, or the host may have answered.
    if (this.#closed || exchange.isMade()) return 'late'
    // Another plugin may have the path by now.
    const now = this.#find(url, isHosts)
    if (!now) return 'unknown'
    return now.swapping ? this.#wait(now, url, exchange, isHosts, until) : begun(now, exchange)
  }

  #find(url: string, isHosts: boolean): Mount<Handler> | undefined {
    const mount = this.#table.find(url)
    return isHosts && mount?.prefix === '' ? undefined : mount
  }

  #mount(prefix: string): Mount<Handler> {
    let mount = this.#mounts.get(prefix)
    if (!mount) {
      mount = {
        prefix,
        live: undefined,
        claimant: undefined,
        swapping: false,
        waiting: new Set(),
        losers: new Map(),
      }
      this.#mounts.set(prefix, mount)
      this.#table.add(prefix, mount)
    }
    return mount
  }

  #sweep(mount: Mount<Handler>): void {
    if (mount.live || mount.claimant || mount.swapping || this.#mounts.get(mount.prefix) !== mount) return
    this.#mounts.delete(mount.prefix)
    this.#table.delete(mount.prefix)
    for (const scope of mount.losers.values()) scope.retry()
  }
}

function begun<Handler>({ live }: Mount<Handler>, exchange: Exchange): Entered<Handler> {
  live!.begin(exchange)
  return live!
}

/** Promises go on only after everything that is published together has been. */
function wake<Handler>({ waiting }: Mount<Handler>): void {
  for (const go of waiting) go()
}
