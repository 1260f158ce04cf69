import type { FileFact } from './facts.ts'
import type { Problem } from './problem.ts'

/** The timers that the modules of one generation see in place of the global ones: they end with it. */
export type OwnedTimers = Readonly<
  Pick<
    typeof globalThis,
    'setTimeout' | 'setInterval' | 'setImmediate' | 'clearTimeout' | 'clearInterval' | 'clearImmediate'
  >
>

/** A plugin's folder, as it was last looked at. */
export interface PluginFiles {
  readonly name: string
  /** Absolute path as found. */
  readonly directory: string
  /** The same with links followed. */
  readonly real: string
  /** Relative to the folder. */
  readonly entry: string
  /** By path relative to the folder, with `/`. */
  readonly files: ReadonlyMap<string, FileFact>
}

/**
 * A plugin's program, in memory: it can be evaluated any number of times, each time with fresh modules, without
 * going back to the files. That is what a rollback stands on.
 */
export interface Code {
  /** Equal for code that does the same. */
  readonly id: string
  /** How it was made, for people. */
  readonly kind?: string
  /** A part that can be loaded once a process only (a native addon): the plugin cannot be reloaded. Default false. */
  readonly once?: boolean
  /** Has no top-level `await`: it has been evaluated when `evaluate` returns. Default false. */
  readonly sync?: boolean
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
