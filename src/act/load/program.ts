import type { OwnedTimers } from '../code.ts'
import type { UnitRuntime } from './unit.ts'

/** A plugin's ES modules in memory. Each call of `instantiate` evaluates them anew. */
export interface Program {
  /** There is no top-level `await`. */
  readonly sync: boolean
  /** Hands the entry's namespace to the runtime. A promise if there is a top-level `await`. */
  instantiate(runtime: UnitRuntime, require: unknown, timers: OwnedTimers): unknown
  /** The same code was written in other lines: stack traces go by the new ones from now on. */
  remap(text: string): void
}
