import type { Clock } from '../model/system.ts'

export interface PulseOptions {
  readonly clock: Clock
  /** Quiet time after the last hint, in ms. */
  readonly settle: number
  /** Between looks at everything without a hint, in ms; 0 is never. */
  readonly rescan: number
  /** Looks at the named folders, or at everything; `unannounced` when no hint asked for it. */
  readonly look: (folders: ReadonlySet<string> | undefined, unannounced: boolean) => void
  /** A look at these folders is likely to come soon: half of the quiet time is over. */
  readonly foresee: (folders: ReadonlySet<string>) => void
}

/** Hints that never pause are heard after this many quiet times. */
const PATIENCE = 40
/**
 * A change of more folders than this is not foreseen: all would be read in one turn of the event loop, and whoever
 * changes so many waits for the last of them anyway.
 */
const FORESEEN = 16
/** Between looks while the watcher is in trouble, in ms. */
const DEGRADED_RESCAN_MS = 1000

/** When to look: a quiet moment after the last hint, and every now and then. Batches hints; owns all timers. */
export class Pulse {
  readonly #options: PulseOptions
  readonly #folders = new Set<string>()
  #everything = false
  /** What `clearTimeout` takes. */
  #timer: unknown
  #halfway: unknown
  #alarm: unknown
  #regular: unknown
  /** A look comes in this turn of the event loop. */
  #soon = false
  #firstHint: number | undefined
  #closed = false

  constructor(options: PulseOptions) {
    this.#options = options
  }

  /** Begins the regular looks. */
  start(): void {
    this.#every(this.#options.rescan)
  }

  /** Something may have changed: in these folders (in none, but in the config), or anywhere. */
  hint(folders: readonly string[] | undefined): void {
    if (this.#closed) return
    if (folders === undefined) this.#everything = true
    else for (const folder of folders) this.#folders.add(folder)
    const now = this.#options.clock.elapsed()
    this.#firstHint ??= now
    const { settle } = this.#options
    const wait = now - this.#firstHint > settle * PATIENCE ? 0 : settle
    this.#arm(wait)
  }

  /** Something was still moving: look again in so many ms, at what was moving. */
  again(ms: number): void {
    if (!this.#closed && this.#timer === undefined && !this.#soon) this.#arm(ms)
  }

  /** Look again in so many ms, whatever else is due; `undefined` takes that back. */
  later(ms: number | undefined): void {
    this.#options.clock.clearTimeout(this.#alarm)
    if (this.#closed || ms === undefined) return
    this.#alarm = this.#options.clock.setTimeout(() => this.#options.look(new Set(), false), Math.ceil(ms))
  }

  /** The watcher may miss things: look more often. */
  degrade(): void {
    const { rescan } = this.#options
    if (rescan > DEGRADED_RESCAN_MS) this.#every(DEGRADED_RESCAN_MS)
  }

  close(): void {
    this.#closed = true
    for (const timer of [this.#timer, this.#halfway, this.#alarm, this.#regular])
      this.#options.clock.clearTimeout(timer)
  }

  #arm(ms: number): void {
    const { clock } = this.#options
    clock.clearTimeout(this.#timer)
    clock.clearTimeout(this.#halfway)
    this.#timer = undefined
    if (ms > 0) {
      this.#halfway = clock.setTimeout(() => this.#foresee(), ms / 2)
      this.#timer = clock.setTimeout(() => this.#fire(), ms)
    } else if (!this.#soon) {
      this.#soon = true
      // A timer takes a millisecond at least.
      clock.setImmediate(() => this.#fire())
    }
  }

  #foresee(): void {
    const { size } = this.#folders
    if (!this.#closed && size > 0 && size <= FORESEEN) this.#options.foresee(this.#folders)
  }

  #fire(): void {
    if (this.#closed) return
    this.#options.clock.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#soon = false
    this.#firstHint = undefined
    const folders = this.#everything ? undefined : new Set(this.#folders)
    this.#everything = false
    this.#folders.clear()
    this.#options.look(folders, false)
  }

  #every(ms: number): void {
    const { clock } = this.#options
    clock.clearTimeout(this.#regular)
    if (ms === 0 || this.#closed) return
    this.#regular = clock.setTimeout(() => {
      this.#every(ms)
      this.#options.look(undefined, true)
    }, ms)
  }
}
