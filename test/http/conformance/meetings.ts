/** Where a test and the code of a plugin wait for each other, by name. */
export class Meetings {
  readonly #arrivals = new Map<string, number>()
  readonly #opened = new Set<string>()
  readonly #atDoor = new Map<string, (() => void)[]>()
  readonly #looking: (() => void)[] = []
  #closed = false

  /** For plugins: tells that it is there, and waits until the test opens. Once open it stays open. */
  readonly meet = async (name: string): Promise<void> => {
    this.pass(name)
    if (this.#closed || this.#opened.has(name)) return
    await new Promise<void>((resolve) => {
      this.#atDoor.set(name, [...(this.#atDoor.get(name) ?? []), resolve])
    })
  }

  /** Comes, and waits for nobody. */
  pass(name: string): void {
    this.#arrivals.set(name, this.arrived(name) + 1)
    for (const look of this.#looking.splice(0)) look()
  }

  /** How many came so far. */
  arrived(name: string): number {
    return this.#arrivals.get(name) ?? 0
  }

  open(name: string): void {
    this.#opened.add(name)
    for (const go of this.#atDoor.get(name) ?? []) go()
    this.#atDoor.delete(name)
  }

  /** Resolves once so many have come. */
  async arrival(name: string, count = 1, limit = 10_000): Promise<void> {
    const late = AbortSignal.timeout(limit)
    while (this.arrived(name) < count) {
      if (late.aborted)
        throw new Error(`${this.arrived(name)} of ${count} came to ${name} within ${limit} ms`)
      await new Promise<void>((resolve) => {
        this.#looking.push(resolve)
        late.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  /** Lets everybody go, also those who come later. */
  close(): void {
    this.#closed = true
    for (const name of this.#atDoor.keys()) this.open(name)
  }
}
