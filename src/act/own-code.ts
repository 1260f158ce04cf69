import { attribute, attributeCall, awaitPlugin } from './attribution.ts'
import type { Attribution } from './attribution.ts'
import { isThenable } from './thenable.ts'

/** Calls the code of one generation: whose it is, and whether a transition waits for it, is known meanwhile. */
export class OwnCode {
  readonly #attribution: Attribution
  #over: () => void = () => undefined

  constructor(name: string, generation: number) {
    this.#attribution = { name, generation, inTransition: false }
  }

  /** Calls code that no transition waits for. */
  run<T>(code: () => T): T {
    return attribute(this.#attribution, code)
  }

  /** Calls what answers requests: also while a transition waits for the plugin, it may wait for the manager. */
  answering(): <T>(code: () => T) => T {
    const answering = { ...this.#attribution, inTransition: false }
    return (code) => attribute(answering, code)
  }

  /**
   * Calls code that a transition waits for, until it is done or given up.
   * @param goesOn it is known to go on after it has returned
   */
  runAwaited<T>(code: () => T, goesOn: boolean): T {
    if (goesOn) this.#await()
    try {
      const result = goesOn ? attribute(this.#attribution, code) : attributeCall(this.#attribution, code)
      if (!isThenable(result)) this.#over()
      else {
        if (!goesOn) this.#await()
        result.then(this.#over, this.#over)
      }
      return result
    } catch (cause) {
      this.#over()
      throw cause
    }
  }

  /** The transition waits no longer. */
  giveUp(): void {
    this.#over()
  }

  #await(): void {
    this.#over = awaitPlugin(this.#attribution)
  }
}
