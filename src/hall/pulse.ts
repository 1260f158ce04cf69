export interface PulseOptions {
  /** Quiet time after the last hint, in ms. */
  readonly settle: number
  /** Between looks at everything without a hint, in ms; 0 is never. */
  readonly rescan: number
  /** Looks at the named folders, or at everything; `unannounced` when no hint asked for it. */
  readonly look: (folders: ReadonlySet<string> | undefined, unannounced: boolean) => void
}

/** Hints that never pause are heard after this many quiet times. */
const PATIENCE = 40
/** Between looks while the watcher is in trouble, in ms. */
const DEGRADED_RESCAN_MS = 1000

/** When to look: a quiet moment after the last hint, and every now and then. Batches hints; owns all timers. */
export class Pulse {
  readonly #options: PulseOptions
  readonly #folders = new Set<string>()
  #everything = false
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #alarm: NodeJS.Timeout | undefined
  #firstHint: number | undefined
  #interval: NodeJS.Timeout | undefined
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
    const now = performance.now()
    this.#firstHint ??= now
    const { settle } = this.#options
    const wait = now - this.#firstHint > settle * PATIENCE ? 0 : settle
    this.#arm(wait)
  }

  /** Something was still moving: look again in so many ms, at what was moving. */
  again(ms: number): void {
    if (!this.#closed && !this.#timer && !this.#immediate) this.#arm(ms)
  }

  /** Look again in so many ms, whatever else is due; `undefined` takes that back. */
  later(ms: number | undefined): void {
    clearTimeout(this.#alarm)
    if (this.#closed || ms === undefined) return
    this.#alarm = setTimeout(() => this.#options.look(new Set(), false), Math.ceil(ms))
  }

  /** The watcher may miss things: look more often. */
  degrade(): void {
    const { rescan } = this.#options
    if (rescan > DEGRADED_RESCAN_MS) this.#every(DEGRADED_RESCAN_MS)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#alarm)
    clearImmediate(this.#immediate)
    clearInterval(this.#interval)
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer)
    // A timer takes a millisecond at least.
    if (ms === 0) this.#immediate ??= setImmediate(() => this.#fire())
    else this.#timer = setTimeout(() => this.#fire(), ms)
  }

  #fire(): void {
    this.#timer = undefined
    this.#immediate = undefined
    this.#firstHint = undefined
    const folders = this.#everything ? undefined : new Set(this.#folders)
    this.#everything = false
    this.#folders.clear()
    this.#options.look(folders, false)
  }

  #every(ms: number): void {
    clearInterval(this.#interval)
    if (ms > 0 && !this.#closed) this.#interval = setInterval(() => this.#options.look(undefined, true), ms)
  }
}
