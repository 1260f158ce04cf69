/** What a plugin's files ask for: a version, or nothing while it is off or gone. */
export type State = number | 'off'

interface Entry {
  readonly state: State
  /** When the files began to say so. */
  readonly from: number
  /** Generations are counted anew for each life of the folder. */
  readonly life: number
  /** When an answer first showed it. */
  seen: number | undefined
}

/** What an answer, or the lack of one, said. Times are of one clock, in ms. */
export interface Seen {
  readonly state: State
  readonly generation?: number
  readonly asked: number
  readonly answered: number
}

/**
 * All that the files of one plugin ever asked for, in order, and the judge of every answer. An answer is right if the
 * files had begun to ask for it when it came, and nothing newer had been seen when the question was put: a plugin may
 * be late, never wrong, and never goes back.
 */
export class Register {
  readonly name: string
  readonly #entries: Entry[]
  /** What was seen, and when: an answer moves it on for all questions put later. */
  readonly #floors: { readonly at: number; readonly index: number; readonly generation: number }[] = [
    { at: 0, index: 0, generation: 0 },
  ]
  #life = 0

  constructor(name: string, state: State, now: number) {
    this.name = name
    this.#entries = [{ state, from: now, life: 0, seen: undefined }]
  }

  get newest(): State {
    return this.#entries.at(-1)!.state
  }

  /** From now on the files ask for something else. To be told before they are written. */
  expect(state: State, now: number): void {
    if (state !== this.newest) this.#entries.push({ state, from: now, life: this.#life, seen: undefined })
  }

  /** The folder is gone: one of its name is another plugin. */
  end(now: number): void {
    this.#life += 1
    this.expect('off', now)
  }

  /** The newest version may have come after a moment in which the folder was gone. */
  admitGap(): void {
    const { state, from } = this.#entries.pop()!
    this.#life += 1
    for (const each of ['off', state] as const)
      this.#entries.push({ state: each, from, life: this.#life, seen: undefined })
  }

  /** @returns what is wrong with an answer; `undefined` if nothing is */
  judge({ state, generation, asked, answered }: Seen): string | undefined {
    const floor = this.#floors.findLast(({ at }) => at < asked)!
    const index = this.#entries.findIndex(
      (entry, at) => at >= floor.index && entry.state === state && entry.from <= answered,
    )
    if (index === -1) return `${this.name} says ${state}; right would be ${this.#right(floor.index)}`
    const sameLife = this.#entries[index]!.life === this.#entries[floor.index]!.life
    if (generation !== undefined && sameLife && generation < floor.generation)
      return `${this.name} goes back from generation ${floor.generation} to ${generation}`
    this.#see(index, generation ?? 0, answered)
    // What was off for too short a time to be seen, and is what it was before, is shown by any answer from then on.
    const newest = this.#entries.at(-1)!
    if (newest.state === state && asked >= newest.from) newest.seen ??= answered
    return undefined
  }

  /** From the newest change to the first answer that showed it, in ms; `undefined` as long as none did. */
  get lag(): number | undefined {
    const { from, seen } = this.#entries.at(-1)!
    return seen === undefined ? undefined : seen - from
  }

  #see(index: number, generation: number, answered: number): void {
    this.#entries[index]!.seen ??= answered
    const last = this.#floors.at(-1)!
    if (index < last.index || (index === last.index && generation <= last.generation)) return
    const sameLife = this.#entries[index]!.life === this.#entries[last.index]!.life
    this.#floors.push({
      at: answered,
      index,
      generation: sameLife ? Math.max(generation, last.generation) : generation,
    })
    // No question is under way for so long.
    if (this.#floors.length > 1000) this.#floors.splice(1, 500)
  }

  #right(floor: number): string {
    return this.#entries
      .slice(floor)
      .map(({ state }) => state)
      .join(' or ')
  }
}
