import type { Generation } from '../act/generation.ts'
import type { Prepared } from '../act/code.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Previous } from '../model/plugin.ts'
import type { Problem } from '../model/problem.ts'
import type { PluginState } from '../model/snapshot.ts'

/** All that the hall remembers of one plugin. */
export interface Slot {
  readonly name: string
  state: PluginState
  because: string
  /** What runs. */
  live: Generation | undefined
  /** The newest files, compiled, and the look they were found in. */
  prepared: { readonly facts: FolderFacts | undefined; readonly outcome: Prepared } | undefined
  /** The last attempt, if it failed; not made again until its key differs. */
  failed: { readonly key: string; readonly problem: Problem } | undefined
  /** A change that waits for a restart of the process. */
  held: Problem | undefined
  /** What the last generation left, while none runs. */
  previous: Previous | undefined
  /** Of the generation that is live, or was last. */
  number: number
  loadMs: number
  activateMs: number
  reloadMs: number
  reloads: number
  failures: number
}

/** A plugin that was just found. */
export function createSlot(name: string): Slot {
  return {
    name,
    state: 'found',
    because: '',
    live: undefined,
    prepared: undefined,
    failed: undefined,
    held: undefined,
    previous: undefined,
    number: 0,
    loadMs: 0,
    activateMs: 0,
    reloadMs: 0,
    reloads: 0,
    failures: 0,
  }
}
