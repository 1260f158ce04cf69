import type { Disposer } from '../model/plugin.ts'
import type { Clock } from '../model/system.ts'
import { isThenable } from './thenable.ts'
import { TIMED_OUT, within } from './within.ts'

/** How undoing one effect went wrong. */
export type EffectTrouble = { readonly kind: 'threw'; readonly cause: unknown } | { readonly kind: 'timeout' }

export interface EffectsOptions {
  /** For each disposer, in ms. */
  readonly timeout: number
  readonly clock: Clock
  onTrouble(trouble: EffectTrouble): void
  /** Something was registered after the end, and is undone at once. */
  onLate(): void
}

/**
 * What one generation did to the world, so that it can be undone: last in, first out, one after another, each for a
 * limited time, whatever throws.
 */
export class Effects {
  readonly #options: EffectsOptions
  readonly #disposers = new Set<{ readonly dispose: Disposer }>()
  #ending: Promise<void> | undefined

  constructor(options: EffectsOptions) {
    this.#options = options
  }

  get ended(): boolean {
    return this.#ending !== undefined
  }

  /**
   * Owns an undo.
   * @returns a function that disowns it without undoing it
   */
  add(dispose: Disposer): () => void {
    if (this.#ending) {
      this.#options.onLate()
      void this.#undo(dispose)
      return () => undefined
    }
    const entry = { dispose }
    this.#disposers.add(entry)
    return () => void this.#disposers.delete(entry)
  }

  /** Undoes everything, once. What is registered from now on is undone at once. */
  end(): Promise<void> {
    this.#ending ??= Promise.resolve().then(() => this.#undoAll())
    return this.#ending
  }

  async #undoAll(): Promise<void> {
    const entries = [...this.#disposers].toReversed()
    for (const entry of entries) {
      // A disposer may have disowned another one.
      if (this.#disposers.delete(entry)) await this.#undo(entry.dispose)
    }
  }

  async #undo(dispose: Disposer): Promise<void> {
    try {
      const result = dispose()
      if (!isThenable(result)) return
      const outcome = await within(Promise.resolve(result), this.#options.timeout, this.#options.clock)
      if (outcome === TIMED_OUT) this.#options.onTrouble({ kind: 'timeout' })
    } catch (cause) {
      this.#options.onTrouble({ kind: 'threw', cause })
    }
  }
}
