import { isThenable } from '../act/thenable.ts'
import type { ManagerEvents } from '../model/snapshot.ts'

type Listener<K extends keyof ManagerEvents> = (event: ManagerEvents[K]) => unknown

/**
 * Tells listeners what happens. One that throws or rejects is reported and harms neither the others nor the manager; what
 * they return is not waited for.
 */
export class Events {
  readonly #listeners = new Map<keyof ManagerEvents, Set<Listener<any>>>()
  readonly #onThrow: (cause: unknown) => void

  constructor(onThrow: (cause: unknown) => void) {
    this.#onThrow = onThrow
  }

  on<K extends keyof ManagerEvents>(event: K, listener: Listener<K>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    // A function of its own, so that one listener may be added twice and removed once.
    const entry: Listener<K> = (value) => listener(value)
    listeners.add(entry)
    return () => void listeners.delete(entry)
  }

  has(event: keyof ManagerEvents): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0
  }

  emit<K extends keyof ManagerEvents>(event: K, value: ManagerEvents[K]): void {
    // A listener may add or remove others: those hear the next event.
    for (const listener of Array.from(this.#listeners.get(event) ?? [])) {
      try {
        const returned: unknown = listener(value)
        if (isThenable(returned)) returned.then(undefined, this.#onThrow)
      } catch (cause) {
        this.#onThrow(cause)
      }
    }
  }

  clear(): void {
    this.#listeners.clear()
  }
}
