import type { Scope } from 'plugbay'
import { show } from './ledger.ts'
import type { Instance, Ledger } from './ledger.ts'

/** What one generation serves. */
interface Stall {
  readonly name: string
  instance: Instance | undefined
  /** What arrives waits. */
  held: boolean
  inFlight: number
  idle: (() => void)[]
}

/** The host's side: who answers for which plugin, and requests that are in flight. */
export interface Exchange {
  serve(instance: Instance): void
}

/** A host that holds what arrives while a plugin is reloaded, and finishes what is in flight, as the ready-made ones do. */
export class Market {
  /** Called at the moment in which a plugin goes live. */
  onPublish: (name: string) => void = () => undefined
  readonly #ledger: Ledger
  readonly #now: () => number
  readonly #stalls = new Map<string, Stall>()
  #waiting: (() => void)[] = []

  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  /** The `context` option. */
  readonly open = (scope: Scope): Exchange => {
    const { name } = scope
    const stall: Stall = { name, instance: undefined, held: false, inFlight: 0, idle: [] }
    scope.onPublish(() => {
      this.#stalls.set(name, stall)
      this.onPublish(name)
      this.#ledger.tell(`publish ${name} ${stall.instance?.id}`)
      if (!stall.instance || stall.instance.disposed)
        this.#ledger.violated(`I4: ${name} is published and disposed`)
    })
    scope.onDrain(() => {
      stall.held = true
      if (stall.inFlight === 0) return undefined
      return new Promise<void>((done) => stall.idle.push(done))
    })
    scope.onSettle(() => {
      if (this.#stalls.get(name) === stall) this.#stalls.delete(name)
      const waiting = this.#waiting
      this.#waiting = []
      for (const go of waiting) go()
    })
    return { serve: (instance) => (stall.instance = instance) }
  }

  serving(name: string): Instance | undefined {
    return this.#stalls.get(name)?.instance
  }

  get names(): Iterable<string> {
    return this.#stalls.keys()
  }

  /**
   * Asks some plugins at one moment, and is in flight for as long as the gate is closed.
   * @returns who answered
   */
  async request(names: readonly string[], gate: Promise<void>): Promise<(Instance | undefined)[]> {
    let stalls = names.map((name) => this.#stalls.get(name))
    while (stalls.some((stall) => stall?.held)) {
      await new Promise<void>((go) => this.#waiting.push(go))
      stalls = names.map((name) => this.#stalls.get(name))
    }
    const here = stalls.filter((stall) => stall !== undefined)
    for (const stall of here) stall.inFlight += 1
    const answers = stalls.map((stall) => stall?.instance)
    for (const one of answers) {
      for (const bound of one?.bound ?? []) {
        const other = answers.find((answer) => answer?.name === bound.name)
        if (other && other !== bound)
          this.#ledger.violated(
            `I6: an answer of ${show(one!)}, made for ${show(bound)}, beside ${show(other)}`,
          )
      }
    }
    const began = this.#now()
    await gate
    for (const one of answers)
      // A drain is not waited for any longer than that.
      if (one?.disposed && this.#now() - began < 10_000)
        this.#ledger.violated(`I5: ${show(one)} was disposed with a request in flight`)
    for (const stall of here) {
      stall.inFlight -= 1
      if (stall.inFlight === 0) for (const done of stall.idle.splice(0)) done()
    }
    return answers
  }

  /** What answers now fits together. */
  check(): void {
    for (const { instance, held } of this.#stalls.values()) {
      if (held || !instance) continue
      if (instance.disposed) this.#ledger.violated(`I5: ${show(instance)} answers, and is disposed`)
      for (const bound of instance.bound) {
        const other = this.#stalls.get(bound.name)
        if (other?.instance !== bound)
          this.#ledger.violated(
            `I6: ${show(instance)} answers with ${show(bound)}, while ${other?.instance ? show(other.instance) : 'nobody'} does`,
          )
      }
    }
  }
}
