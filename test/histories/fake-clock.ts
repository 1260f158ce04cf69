import type { Clock } from 'plugbay'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** Time that stands still until somebody moves it. Its timers are the same for the same calls, in the same order. */
export class FakeClock implements Clock {
  /** Called when all that was due has happened. */
  onTurn: () => void = () => undefined
  readonly #begin: number
  readonly #timers = new Map<number, Timer>()
  #immediates: (() => void)[] = []
  #passed = 0
  #count = 0

  /** @param later than other clocks, in ms */
  constructor(later = 0) {
    this.#begin = 1_700_000_000_000 + later
  }

  now(): number {
    return this.#begin + this.#passed
  }

  elapsed(): number {
    return this.#passed
  }

  setTimeout(callback: () => void, ms: number): number {
    this.#count += 1
    this.#timers.set(this.#count, { at: this.#passed + Math.max(1, Math.ceil(ms)), callback })
    return this.#count
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number)
  }

  setImmediate(callback: () => void): void {
    this.#immediates.push(callback)
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size
  }

  /** Lets everything happen that is due now. */
  async turn(): Promise<void> {
    for (;;) {
      // All promises that can settle have settled by then.
      await new Promise((done) => {
        setImmediate(done)
      })
      const due = this.#immediates
      this.#immediates = []
      for (const callback of due) callback()
      if (due.length === 0) return this.onTurn()
    }
  }

  /** Lets so much time pass, and everything happen that is due in it. */
  async advance(ms: number): Promise<void> {
    const end = this.#passed + ms
    await this.turn()
    while (this.#fireNext(end)) await this.turn()
    // Somebody else may have moved it further meanwhile.
    this.#passed = Math.max(this.#passed, end)
  }

  /** Lets time pass until a promise has settled. Throws when it has not after `limit` ms. */
  async until<T>(promise: Promise<T>, limit: number, what: string): Promise<T> {
    const end = this.#passed + limit
    let over = false
    const mark = (): void => void (over = true)
    promise.then(mark, mark)
    await this.turn()
    while (!over) {
      if (!this.#fireNext(end)) throw new Error(`${what} has not come to an end within ${limit} ms`)
      await this.turn()
    }
    return promise
  }

  #fireNext(end: number): boolean {
    let next: number | undefined
    let first: Timer | undefined
    for (const [id, timer] of this.#timers) {
      if (timer.at <= end && (first === undefined || timer.at < first.at)) {
        next = id
        first = timer
      }
    }
    if (next === undefined || first === undefined) return false
    this.#timers.delete(next)
    this.#passed = Math.max(this.#passed, first.at)
    first.callback()
    return true
  }
}
