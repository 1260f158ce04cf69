import type { PluginFiles } from '../../act/load/plugin-files.ts'
import type { CodePosition } from '../../model/code-position.ts'
import type { Candidate } from '../../model/decision.ts'
import type { Metadata } from '../../model/metadata.ts'
import type { Problem } from '../../model/problem.ts'

/** What the process that evaluates is told, as its only message. */
export interface LoadOrder {
  readonly plugins: readonly {
    readonly candidate: Candidate & { readonly metadata: Metadata }
    readonly files: PluginFiles
  }[]
  /** All plugin folders, links followed. */
  readonly owners: readonly { readonly name: string; readonly real: string }[]
  /** For each plugin, in ms. */
  readonly timeout: number
}

/** What it says, one a line. */
export type LoadEvent =
  | { readonly kind: 'compiling' | 'evaluating' | 'done'; readonly name: string }
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** It ends before everybody had their turn; `by` says whose code ended it, where that is known. */
  | {
      readonly kind: 'exit'
      readonly code: number
      readonly by?: { readonly name: string; readonly place: CodePosition }
    }

/** Where it writes to: it must be able to say something while it ends. */
export const EVENTS_FD = 4

/** What to do about one that takes too long. */
export const LATE_HINT =
  'Let its top level come to an end: move loops and slow work into activate, or give it longer with --timeout.'
