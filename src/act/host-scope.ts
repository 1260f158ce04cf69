import type { Disposer, Scope } from '../model/plugin.ts'
import type { SnapshotAdditions } from '../model/snapshot.ts'
import { Effects } from './effects.ts'
import type { EffectsOptions } from './effects.ts'

/** Who a scope is about, and what it must be told. */
export interface HostScopeParts extends Pick<Scope, 'name' | 'generation' | 'metadata' | 'run'> {
  /** Made when it is first asked for. */
  readonly signal: () => AbortSignal
  readonly effects: EffectsOptions
  /** What one of the host's own callbacks threw. */
  readonly onThrown: (cause: unknown) => void
}

/** The host's view of one generation, and what the host asked to be told of it. */
export class HostScope implements Scope {
  readonly name: string
  readonly generation: number
  readonly metadata: Scope['metadata']
  readonly run: Scope['run']
  readonly onActivate: Scope['onActivate']
  readonly onPublish: Scope['onPublish']
  readonly onDrain: Scope['onDrain']
  readonly onDispose: Scope['onDispose']
  readonly onSettle: Scope['onSettle']
  readonly onSnapshot: Scope['onSnapshot']
  readonly #signal: () => AbortSignal
  readonly #onThrown: (cause: unknown) => void
  readonly #effects: Effects
  readonly #activating: (() => unknown)[] = []
  readonly #publishing: (() => void)[] = []
  readonly #draining: (() => unknown)[] = []
  readonly #settling: (() => void)[] = []
  readonly #describing: (() => SnapshotAdditions)[] = []

  constructor({ name, generation, metadata, run, signal, effects, onThrown }: HostScopeParts) {
    this.name = name
    this.generation = generation
    this.metadata = metadata
    this.run = run
    this.#signal = signal
    this.#onThrown = onThrown
    this.#effects = new Effects(effects)
    this.onActivate = (callback) => void this.#activating.push(callback)
    this.onPublish = (callback) => void this.#publishing.push(callback)
    this.onDrain = (callback) => void this.#draining.push(callback)
    this.onDispose = (callback: Disposer) => void this.#effects.add(callback)
    this.onSettle = (callback) => void this.#settling.push(callback)
    this.onSnapshot = (callback) => void this.#describing.push(callback)
  }

  get signal(): AbortSignal {
    return this.#signal()
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
