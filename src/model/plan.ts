import type { Metadata } from './metadata.ts'

/** What runs now, as far as deciding and planning must know. */
export interface RunningFact {
  readonly name: string
  /** Absolute path of its folder, as in `Candidate`: the folder that runs keeps its name. */
  readonly directory: string
  /** The folder that its newest files were found in: another one if these were tried in vain. Default: the same. */
  readonly newest?: string
  /** What its generation was started with; it is judged by this while its newest files are not usable. */
  readonly metadata: Metadata
  /** Equal to the wanted identity when nothing about the plugin changed. */
  readonly identity: string
  /** The dependencies its generation was started with, as its verdict listed them. */
  readonly dependencies: readonly string[]
}

/** What to do so that what should be, is. Every name is in one list at most. */
export interface Plan {
  /** Running, and no longer wanted; dependents first. */
  readonly stop: readonly string[]
  /** Wanted, and not running; dependencies first. */
  readonly start: readonly string[]
  /** Running and wanted, changed or dependent on something that restarts; dependencies first. */
  readonly restart: readonly string[]
  /** The part of `restart` whose own files, settings or dependencies changed. Sorted. */
  readonly changed: readonly string[]
}
