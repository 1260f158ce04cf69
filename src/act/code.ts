import type { Problem } from '../model/problem.ts'

/** The globals that a plugin's modules see in a form that ends with their generation. */
export const timerNames = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
] as const

/** The timers that the modules of one generation see in place of the global ones. */
export type OwnedTimers = Readonly<Pick<typeof globalThis, (typeof timerNames)[number]>>

/**
 * A plugin's program, in memory: it can be evaluated any number of times, each time with fresh modules, without
 * going back to the files. That is what a rollback stands on.
 */
export interface Code {
  /** Equal for code that does the same. */
  readonly id: string
  readonly kind: 'commonjs' | 'compiled' | 'object'
  /** A part that can be loaded once a process only (a native addon): the plugin cannot be reloaded. */
  readonly once: boolean
  /**
   * Evaluates all modules anew and gives the entry's exports (a namespace, or `module.exports`), wrapped, as a module
   * that exports `then` would otherwise be taken for a promise. Throws, or rejects with, what the code threw.
   * @param timers asked for by code that may use them
   */
  evaluate(timers: () => OwnedTimers): Evaluated | Promise<Evaluated>
}

/** What the entry exports. */
export interface Evaluated {
  readonly exports: unknown
}

/** The outcome of preparing a plugin's files. */
export type Prepared = { readonly code: Code } | { readonly problem: Problem }
