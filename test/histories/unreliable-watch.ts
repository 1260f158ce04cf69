import type { Clock, Hints, HintSource, WatchRequest } from 'plugbay'
import type { Dice } from './dice.ts'

export interface UnreliableWatchOptions {
  readonly root: string
  readonly config: string
  readonly clock: Clock
  readonly dice: Dice
  /** The folder that a link in the plugins folder leads to, and the link. */
  readonly links: () => Iterable<readonly [real: string, directory: string]>
  /** Nothing is ever lost. */
  readonly reliable: boolean
}

/**
 * Hints as bad as those of any kernel: late, so that they come in another order than they happened, some twice, and
 * some not at all.
 */
export class UnreliableWatch {
  /** Percent of the hints that are lost. */
  lost = 0
  /** Percent of the hints that come twice. */
  twice = 10
  /** They come up to so much later, in ms. */
  delay = 20
  readonly #options: UnreliableWatchOptions
  readonly #timers = new Set<unknown>()
  #hints: Hints | undefined
  began = false
  closed = false

  constructor(options: UnreliableWatchOptions) {
    this.#options = options
  }

  readonly source: HintSource = ({ hints }: WatchRequest) => {
    this.began = true
    this.#after(5, () => {
      this.#hints = hints
      hints.ready()
    })
    return {
      close: async () => {
        this.closed = true
        for (const timer of this.#timers) this.#options.clock.clearTimeout(timer)
        this.#timers.clear()
      },
    }
  }

  /** Something changed there. */
  heard(path: string): void {
    const { dice } = this.#options
    const hint = this.#hintFor(path)
    if (!hint || this.closed || (!this.#options.reliable && dice.percent(this.lost))) return
    const count = dice.percent(this.twice) ? 2 : 1
    for (let one = 0; one < count; one += 1)
      this.#after(dice.roll(this.delay + 1), () => this.#hints && hint(this.#hints))
  }

  #hintFor(path: string): ((hints: Hints) => void) | undefined {
    const { root, config } = this.#options
    if (path === config) return (hints) => hints.config()
    if (path === root) return (hints) => hints.roots()
    if (path.startsWith(`${root}/`)) {
      const rest = path.slice(root.length + 1)
      const [name] = rest.split('/')
      return (hints) => {
        if (name === rest) hints.roots()
        hints.folder(`${root}/${name}`)
      }
    }
    for (const [real, directory] of this.#options.links())
      if (path === real || path.startsWith(`${real}/`)) return (hints) => hints.folder(directory)
    return undefined
  }

  #after(ms: number, run: () => void): void {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, ms)
    this.#timers.add(timer)
  }
}
