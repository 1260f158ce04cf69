import type { Scope } from '../model/plugin.ts'
import { LiveGeneration } from './live-generation.ts'
import type { Exchange } from './live-generation.ts'

/** Where the routes of plugins may be, and how long a request waits for them. */
export interface LiveRoutesOptions {
  /** How long a request waits while its plugin is swapped, in ms. Default 10,000. */
  readonly hold?: number
  /** Prefixes that are the host's own. A plugin can have neither them nor what lies below. Default none. */
  readonly reserved?: readonly string[]
  /** Whether a plugin may have `/`. Default false. */
  readonly root?: boolean
}

/**
 * What becomes of a request: the generation that answers it; `unknown` (404) if the path is no plugin's, `late` (503) if
 * the plugin was not back in time.
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
  /** When the last generation ended and none was there to follow; on the clock of `performance.now()`. */
  emptySince: number
  readonly waiting: Set<() => void>
}

/**
 * Routes that come and go with the generations of plugins, under any framework.
 *
 * A generation's handler is reached from its publish on. When it drains, what arrives under its prefix waits; the next
 * publish sends it on, to the new handler or, after a rollback, to the old code's. As everything that goes live together
 * is published in one go, and what waits is looked up anew only after that, no request meets half a swap. If nothing is
 * published, the wait ends with {@link settle}.
 */
export class LiveRoutes<Handler> {
  readonly #mounts = new Map<string, Mount<Handler>>()
  readonly #hold: number
  readonly #reserved: readonly string[]
  readonly #root: boolean
  /** Path components of the longest prefix: no need to look deeper. */
  #depth = 0
  #closed = false

  constructor(options: LiveRoutesOptions = {}) {
    this.#hold = options.hold ?? 10_000
    this.#reserved = options.reserved ?? []
    this.#root = options.root ?? false
  }

  /**
   * Gives a generation its place under `/<name>`, or the `routes.prefix` of its metadata.json.
   * @throws Error if the prefix is malformed, the host's own, or another plugin's.
   */
  open(scope: Scope, handler: Handler): LiveGeneration<Handler> {
    const prefix = this.#prefix(scope)
    const mount = this.#mount(prefix)
    const other = [mount.claimant, mount.live].find(
      (generation) => generation && generation.name !== scope.name,
    )
    if (other)
      throw new Error(
        `the plugins ${other.name} and ${scope.name} both want the routes under ${prefix}; ` +
          `${other.name} has them. Give one of them another "routes": { "prefix": … } in its metadata.json`,
      )
    const generation = new LiveGeneration(scope, prefix, handler)
    mount.claimant = generation
    scope.onPublish(() => this.#publish(mount, generation))
    scope.onDrain(async () => {
      if (mount.live === generation) mount.swapping = true
      await generation.drain()
    })
    scope.onDispose(() => this.#dispose(mount, generation))
    return generation
  }

  /**
   * Finds who answers, and counts the request in with them: `end(exchange)` counts it out again. A promise only while the
   * plugin is swapped. The longest prefix wins; prefixes are compared by path component (`/foo` is not `/foobar`).
   * @param path decoded, without the query
   */
  enter(path: string, exchange: Exchange): Entered<Handler> | Promise<Entered<Handler>> {
    if (this.#closed) return 'late'
    const mount = this.#find(path)
    if (!mount) return 'unknown'
    if (mount.swapping) return this.#wait(mount, path, exchange, performance.now() + this.#hold)
    mount.live!.begin(exchange)
    return mount.live!
  }

  /** The generation that answers for a plugin. */
  live(name: string): LiveGeneration<Handler> | undefined {
    for (const { live } of this.#mounts.values()) if (live?.name === name) return live
    return undefined
  }

  /**
   * To be called when a transition is over, whatever came of it (on the manager's `report`): what waits for a plugin that
   * did not come back goes on, to a 404. Without it, it waits until its time is over.
   */
  settle(): void {
    for (const mount of this.#mounts.values()) {
      if (!mount.swapping) continue
      mount.swapping = false
      this.#wake(mount)
      this.#sweep(mount)
    }
  }

  /**
   * Nobody enters any more: what waits, and what still arrives, is `late`.
   * @returns when what is in flight has been answered; event streams do not count
   */
  async close(): Promise<void> {
    this.#closed = true
    const mounts = [...this.#mounts.values()]
    for (const mount of mounts) this.#wake(mount)
    await Promise.all(mounts.map(async ({ live }) => live?.drain()))
  }

  #prefix(scope: Scope): string {
    const wanted = scope.metadata.routes.prefix ?? `/${scope.name}`
    const prefix = wanted === '/' ? '' : wanted.replace(/\/$/, '')
    if (!wanted.startsWith('/') || !/^(?:\/[\w.~-]+)*$/.test(prefix) || /\/\.\.?(?:\/|$)/.test(prefix))
      throw new Error(
        `the plugin ${scope.name} asks for the routes under ${JSON.stringify(wanted)}; ` +
          'a prefix looks like /name or /group/name, of letters, digits and . _ ~ -',
      )
    if (prefix === '' && !this.#root)
      throw new Error(
        `the plugin ${scope.name} asks for the routes under /, which this host keeps for itself`,
      )
    const reserved = this.#reserved.find((own) => prefix === own || prefix.startsWith(`${own}/`))
    if (reserved !== undefined)
      throw new Error(
        `the plugin ${scope.name} asks for the routes under ${prefix}; ${reserved} is the host's own`,
      )
    return prefix
  }

  #publish(mount: Mount<Handler>, generation: LiveGeneration<Handler>): void {
    mount.live = generation
    mount.swapping = false
    this.#wake(mount)
  }

  #dispose(mount: Mount<Handler>, generation: LiveGeneration<Handler>): void {
    generation.cut()
    if (mount.claimant === generation) mount.claimant = undefined
    if (mount.live === generation) mount.live = undefined
    mount.emptySince = performance.now()
    this.#sweep(mount)
  }

  async #wait(
    mount: Mount<Handler>,
    path: string,
    exchange: Exchange,
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
    if (this.#closed || exchange.isMade()) return 'late'
    // Another plugin may have the path by now.
    const now = this.#find(path)
    if (!now) return 'unknown'
    if (now.swapping) return this.#wait(now, path, exchange, until)
    now.live!.begin(exchange)
    return now.live!
  }

  /** Promises go on only after everything that is published together has been. */
  #wake(mount: Mount<Handler>): void {
    for (const go of mount.waiting) go()
  }

  #find(path: string): Mount<Handler> | undefined {
    let found = this.#reachable('')
    for (let depth = 0, end = 0; depth < this.#depth && end !== -1; depth++) {
      end = path.indexOf('/', end + 1)
      found = this.#reachable(end === -1 ? path : path.slice(0, end)) ?? found
    }
    return found
  }

  #reachable(prefix: string): Mount<Handler> | undefined {
    const mount = this.#mounts.get(prefix)
    if (!mount || mount.live) return mount
    if (!mount.swapping) return undefined
    // A host that never calls settle(): what has not come back for so long is gone.
    if (!mount.claimant && performance.now() - mount.emptySince > this.#hold) mount.swapping = false
    return mount.swapping ? mount : undefined
  }

  #mount(prefix: string): Mount<Handler> {
    let mount = this.#mounts.get(prefix)
    if (!mount) {
      mount = {
        prefix,
        live: undefined,
        claimant: undefined,
        swapping: false,
        emptySince: 0,
        waiting: new Set(),
      }
      this.#mounts.set(prefix, mount)
      this.#depth = Math.max(this.#depth, prefix.split('/').length - 1)
    }
    return mount
  }

  #sweep(mount: Mount<Handler>): void {
    if (!mount.live && !mount.claimant && !mount.swapping) this.#mounts.delete(mount.prefix)
  }
}
