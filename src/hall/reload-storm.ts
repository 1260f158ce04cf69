/**
 * Who wrote what a reload is due for: the plugin itself while it started, somebody else, or nobody can say, as `stat`
 * shows no difference.
 */
export type Cause = 'own' | 'other' | 'unclear'

/** So many reloads in a row that a plugin brought about itself are taken as they come. */
const TOLERATED = 3
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

/**
 * The reloads of one plugin that writes what it is reloaded for: after three in a row each waits, twice as long as the
 * one before, from 1 s up to 60 s. Whatever else reloads it ends the row. All times in ms, of any clock that never goes
 * back.
 */
export class ReloadStorm {
  #inARow = 0
  #isOwn = false
  #waiting: { readonly identity: string; readonly until: number } | undefined

  /** From now on its reloads wait. */
  get rages(): boolean {
    return this.#inARow >= TOLERATED
  }

  /**
   * A reload is due. Asked again, it says how long it still waits.
   * @param identity of what would be started: one that waits and one that is due for another reason differ here
   * @param cause what was seen since the question before; `undefined` when nothing was
   * @returns how long the reload waits, in ms; 0 when it goes now
   */
  due(identity: string, cause: Cause | undefined, now: number): number {
    const waits = this.#waiting?.identity === identity && cause !== 'other'
    this.#isOwn = waits || cause === 'own' || (cause === 'unclear' && this.rages)
    if (!this.#isOwn && cause !== 'unclear') this.#inARow = 0
    if (!this.#isOwn || !this.rages) {
      this.#waiting = undefined
      return 0
    }
    const until = this.#waiting?.until ?? now + this.#pause()
    this.#waiting = { identity, until }
    return Math.max(0, until - now)
  }

  /** The reload that was due last takes place. */
  goes(): void {
    if (this.#isOwn) this.#inARow += 1
    this.#waiting = undefined
  }

  #pause(): number {
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#inARow - TOLERATED))
  }
}
