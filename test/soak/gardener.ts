import { setTimeout as delay } from 'node:timers/promises'
import { dice } from '../dice.ts'
import { BEDS } from './garden.ts'
import type { Garden, Save } from './garden.ts'

const SAVES: readonly Save[] = ['in place', 'in two writes', 'rename over', 'vim']
/** On average, between the beginnings of two things that are done, in ms. */
const PAUSE_MS = 100
/** A change that no answer shows within this time is lost: a rescan, and what a loaded machine adds. */
const PATIENCE_MS = 10_000

/** Does to the plugins what people do: edits, toggles, breakage; one thing at a time to each plugin. */
export class Gardener {
  /** How often each thing was done. */
  readonly done: Record<string, number> = {}
  /** From a change until an answer showed it, in ms. */
  readonly lags: number[] = []
  readonly lost: string[] = []
  readonly #garden: Garden
  readonly #roll = dice(2)
  /** The chain is one: what happens to one of it happens to others. */
  readonly #plots: readonly (readonly string[])[]
  readonly #busy = new Set<readonly string[]>()
  readonly #jobs = new Set<Promise<void>>()
  #config: Promise<unknown> = Promise.resolve()

  constructor(garden: Garden) {
    this.#garden = garden
    const alone = Object.keys(BEDS).filter(
      (name) => BEDS[name]!.needs === undefined && Object.values(BEDS).every(({ needs }) => needs !== name),
    )
    this.#plots = [...alone.map((name) => [name]), Object.keys(BEDS).filter((name) => !alone.includes(name))]
  }

  /** Works until `end` (of `performance.now()`), or until `stop` says so, and leaves everything good and on. */
  async work(end: number, stop: () => boolean): Promise<void> {
    while (performance.now() < end && !stop()) {
      await delay(1 + this.#roll(2 * PAUSE_MS))
      const free = this.#plots.filter((plot) => !this.#busy.has(plot))
      if (free.length === 0) continue
      const plot = this.#pick(free)
      this.#busy.add(plot)
      const job = this.#task(this.#pick(plot)).finally(() => {
        this.#busy.delete(plot)
        this.#jobs.delete(job)
      })
      this.#jobs.add(job)
    }
    await Promise.all(this.#jobs)
  }

  async #task(name: string): Promise<void> {
    const tasks = [
      ['edit', 10, () => this.#edit(name)],
      ['burst', 3, () => this.#burst(name)],
      ['break, mend', 4, () => this.#break(name)],
      ['off, on', 3, () => this.#toggle(name)],
      ['off, edit, on', 1, () => this.#blink(name)],
      ['remove, make', 1, () => this.#remove(name)],
      ['swap', 2, () => this.#swap(name)],
      ['break the config', 1, () => this.#breakConfig()],
      ['touch', 1, () => this.#touch(name)],
    ] as const
    let rest = this.#roll(tasks.reduce((sum, [, weight]) => sum + weight, 0))
    const [what, , task] = tasks.find(([, weight]) => (rest -= weight) < 0)!
    this.done[what] = (this.done[what] ?? 0) + 1
    await task()
  }

  async #edit(name: string): Promise<void> {
    this.#garden.edit(name, this.#pick(SAVES), this.#pick(['entry', 'lib'] as const))
    await this.#shown(name, 'edit')
  }

  /** Some saves in one breath, or nearly. */
  async #burst(name: string): Promise<void> {
    for (let count = 2 + this.#roll(4); count > 0; count -= 1) {
      this.#garden.edit(name, this.#pick(SAVES), 'entry')
      await delay(this.#roll(60))
    }
    await this.#shown(name, 'burst')
  }

  /** For longer than it takes to be noticed. */
  async #break(name: string): Promise<void> {
    this.#garden.break(name, this.#roll(3))
    await delay(this.#roll(800))
    this.#garden.mend(name)
    await this.#shown(name, 'mend')
  }

  #toggle(name: string): Promise<void> {
    return this.#withConfig(async () => {
      this.#garden.toggle(name, false, this.#pick(SAVES))
      await this.#shown(name, 'off')
      await delay(this.#roll(300))
      this.#garden.toggle(name, true, this.#pick(SAVES))
      await this.#shown(name, 'on')
    })
  }

  /** The time in which it is off may be over before it is noticed. */
  #blink(name: string): Promise<void> {
    return this.#withConfig(async () => {
      this.#garden.toggle(name, false, this.#pick(SAVES))
      this.#garden.edit(name, 'in place', 'entry')
      await delay(this.#roll(100))
      this.#garden.toggle(name, true, this.#pick(SAVES))
      await this.#shown(name, 'on')
    })
  }

  async #remove(name: string): Promise<void> {
    this.#garden.remove(name)
    await this.#shown(name, 'remove')
    await delay(this.#roll(300))
    this.#garden.mend(name)
    await this.#shown(name, 'make')
  }

  async #swap(name: string): Promise<void> {
    this.#garden.swap(name)
    await this.#shown(name, 'swap')
  }

  async #touch(name: string): Promise<void> {
    this.#garden.touch(name)
    await delay(200)
  }

  #breakConfig(): Promise<void> {
    return this.#withConfig(async () => {
      this.#garden.breakConfig()
      await delay(this.#roll(300))
      this.#garden.mendConfig()
    })
  }

  /** One at a time has the config file, until all that it says is in force: while it is broken, what was read last holds. */
  #withConfig(run: () => Promise<void>): Promise<void> {
    const turn = this.#config.then(run)
    this.#config = turn
    return turn
  }

  /** Waits until answers have shown what the files ask for, of a plugin and of those that depend on it. */
  async #shown(name: string, what: string): Promise<void> {
    const plot = this.#plots.find((each) => each.includes(name))!
    const registers = plot.map((each) => this.#garden.registers.get(each)!)
    const late = performance.now() + PATIENCE_MS
    while (registers.some(({ lag }) => lag === undefined)) {
      if (performance.now() > late) {
        const missing = registers.filter(({ lag }) => lag === undefined)
        const states = missing.map((register) => `${register.name} ${register.newest}`).join()
        this.lost.push(`${Math.round(performance.now())} ms ${what} ${name}: no answer shows ${states}`)
        return
      }
      await delay(5)
    }
    this.lags.push(this.#garden.registers.get(name)!.lag!)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#roll(list.length)]!
  }
}
