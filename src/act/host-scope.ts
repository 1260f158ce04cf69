import type { Scope } from '../model/plugin.ts'
import type { SnapshotAdditions } from '../model/snapshot.ts'
import { Effects } from './effects.ts'
import type { EffectsOptions } from './effects.ts'

/** Who a scope is about, and what it must be told. */
export interface HostScopeParts extends Pick<Scope, 'name' | 'generation' | 'metadata' | 'retry' | 'run'> {
  /** Made when it is first asked for. */
  readonly signal: () => AbortSignal
  readonly effects: EffectsOptions
  /** What one of the host's own callbacks threw. */
  readonly onThrown: (cause: unknown) => void
}

/** What the host asked to be told of one generation. */
export class HostScope {
  /** What the host is given. */
  readonly scope: Scope
  readonly #onThrown: (cause: unknown) => void
  readonly #effects: Effects
  readonly #activating: (() => unknown)[] = []
  readonly #publishing: (() => void)[] = []
  readonly #draining: (() => unknown)[] = []
  readonly #settling: (() => void)[] = []
  readonly #describing: (() => SnapshotAdditions)[] = []

  constructor({ signal, effects, onThrown, ...about }: HostScopeParts) {
    this.#onThrown = onThrown
    this.#effects = new Effects(effects)
    this.scope = {
      ...about,
      get signal() {
        return signal()
      },
      onActivate: (callback) => void this.#activating.push(callback),
      onPublish: (callback) => void this.#publishing.push(callback),
      onDrain: (callback) => void this.#draining.push(callback),
      onDispose: (callback) => void this.#effects.add(callback),
      onSettle: (callback) => void this.#settling.push(callback),
      onSnapshot: (callback) => void this.#describing.push(callback),
    }
  }

  /** Whether there is something to be done once `activate` has returned. */
  get waits(): boolean {
    return this.#activating.length > 0
  }

  /** Throws what a callback throws. */
  async activated(): Promise<void> {
    for (const callback of this.#activating) await callback()
  }

  publish(): void {
    this.#tell(this.#publishing)
  }

  /** Resolves when nothing is in flight; `undefined` if nobody has to be asked. */
  drained(): Promise<unknown> | undefined {
    if (this.#draining.length === 0) return undefined
    return Promise.allSettled(this.#draining.map(async (callback) => callback()))
  }

  /** Undoes what the host did for this generation. */
  async end(): Promise<void> {
    await this.#effects.end()
    this.#activating.length = 0
    this.#publishing.length = 0
    this.#draining.length = 0
    this.#describing.length = 0
  }

  /** The transition in which the generation ended is over. */
  settle(): void {
    this.#tell(this.#settling)
    this.#settling.length = 0
  }

  /** What the host adds to the plugin's snapshot. */
  additions(): SnapshotAdditions {
    const additions: SnapshotAdditions[] = []
    this.#tell(this.#describing.map((describe) => () => void additions.push(describe())))
    return Object.assign({}, ...additions) as SnapshotAdditions
  }

  /** One callback that throws keeps no other from being called. */
  #tell(callbacks: readonly (() => void)[]): void {
    for (const callback of callbacks) {
      try {
        callback()
      } catch (cause) {
        this.#onThrown(cause)
      }
    }
  }
}
