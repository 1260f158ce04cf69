import type { Metadata } from './metadata.ts'
import type { Problem } from './problem.ts'

/** A folder (or an object given to `plugins`), judged: what it says of itself, and what is wrong with that. */
export interface Candidate {
  /** From metadata.json; the folder's name where that could not be read. */
  readonly name: string
  /** Absolute path of the folder, links not followed. Empty for a plugin given as an object. */
  readonly directory: string
  /** The same with links followed. */
  readonly real: string
  /** Missing when metadata.json is not valid. */
  readonly metadata?: Metadata
  /** Entry file relative to the folder. Missing when there is none. */
  readonly entry?: string
  /** The plugin is not whole yet, and may be soon: it has a valid metadata.json and no entry. */
  readonly incomplete: boolean
  /** Errors make it `invalid`; warnings do not. */
  readonly problems: readonly Problem[]
}

/** Where a decision came from, strongest first. */
export type DecisionSource = 'program' | 'environment' | 'config' | 'metadata' | 'unlisted' | 'dependency'

/** One source's word on whether a plugin is on. */
export interface Opinion {
  readonly source: DecisionSource
  readonly enabled: boolean
  /** Readable: `ENABLED_PLUGINS names it`, `plugins.config.json:4:5 says enabled: false`, … */
  readonly because: string
}

/** The opinion that won, and those that lost to it. */
export interface Decision extends Opinion {
  readonly lost: readonly Opinion[]
}

/** One entry of the config file's `plugins`, with its place. */
export interface ConfigEntry {
  readonly name: string
  /** Missing where the entry only carries settings. */
  readonly enabled?: boolean
  readonly settings?: Readonly<Record<string, unknown>>
  readonly line: number
  readonly column: number
}

/** The config file, validated. */
export interface Config {
  /** Absolute path; empty if there is no file. */
  readonly path: string
  readonly entries: ReadonlyMap<string, ConfigEntry>
  readonly unlisted: 'on' | 'off'
  /** The file cannot be read for what it says: whatever nobody stronger turns on is off, as it may say so. */
  readonly unusable?: true
  /** Warnings; a config with errors is not used at all. */
  readonly problems: readonly Problem[]
}

/** What the program says of one plugin: the `plugins` option, `enable()` and `disable()`. */
export interface ProgramEntry {
  readonly enabled?: boolean
  readonly settings?: Readonly<Record<string, unknown>>
  /** `the plugins option` or `manager.enable()`. */
  readonly because: string
}

/** What should become of one plugin. */
type VerdictState = 'on' | 'off' | 'blocked' | 'invalid' | 'incomplete'

export interface Verdict {
  readonly name: string
  readonly state: VerdictState
  readonly candidate: Candidate
  /** Missing for an invalid plugin. */
  readonly decision?: Decision
  /** Readable, one line: why it is in that state. */
  readonly because: string
  /** Why it is blocked or invalid; the root cause, not the neighbour. */
  readonly problem?: Problem
  /**
   * Names from this plugin to what blocks it, both ends included; a very long way has `…` in its middle. Missing unless
   * it is blocked by another plugin.
   */
  readonly path?: readonly string[]
  /** Not `on`, and stays running on its last good generation: its newest files are not usable. */
  readonly kept: boolean
  /** Declared dependencies and those optional ones that are on; sorted. Of a kept plugin: those it runs with. */
  readonly dependencies: readonly string[]
  /** Configured settings merged and completed with the schema's defaults. Empty unless the plugin is on. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** What should run. */
export interface Wanted {
  /** By name; sorted by name. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** Names that are on or kept: sorted by name, each preceded by its dependencies. */
  readonly order: readonly string[]
  /** Where a name stands in `order`. */
  readonly position: ReadonlyMap<string, number>
  /** By name, there or not: who declares it as a dependency or an optional one, or runs with it. Sorted. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
  /** Folders that lost a name to another: state `invalid`, not in `verdicts`. */
  readonly rejected: readonly Verdict[]
  /** Problems of no single plugin: an unknown name in the config, … */
  readonly problems: readonly Problem[]
}
