import type { Generation } from '../act/generation.ts'
import type { Code, Prepared } from '../model/code.ts'
import type { Verdict } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Previous } from '../model/plugin.ts'
import type { Problem } from '../model/problem.ts'
import type { PluginState } from '../model/snapshot.ts'
import type { FailedAttempt } from './attempt.ts'
import type { Identity } from './identity.ts'
import type { StartWindow } from './own-writes.ts'

interface Durations {
  readonly load: number
  readonly activate: number
  readonly reload: number
}

/** All that the hall remembers of one plugin. */
export interface Slot {
  readonly name: string
  state: PluginState
  /** Somebody was told of its state. */
  told: boolean
  because: string
  /** What runs. */
  live: Generation | undefined
  /** The newest files, compiled, and the look they were found in. */
  prepared: { readonly facts: FolderFacts | undefined; readonly outcome: Prepared } | undefined
  /** The identity that was asked for last. */
  identity: Identity | undefined
  /** The last attempt, if it failed; not made again while it would be the same. */
  failed: FailedAttempt | undefined
  /** When it was last started, or tried to. */
  started: StartWindow | undefined
  /** A change that waits: for a restart of the process, or as the plugin writes it itself again and again. */
  held: Problem | undefined
  /** What the last generation left, while none runs. */
  previous: Previous | undefined
  /** Of the generation that is live, or was last. */
  number: number
  /** What the last transition took, in ms. */
  took: Durations
  reloads: number
  failures: number
}

// An object of their own: a whole number that becomes a fraction costs V8 a new layout, and each slot a move to it.
const none: Durations = { load: 0, activate: 0, reload: 0 }

/** A plugin that was just found. */
export function createSlot(name: string): Slot {
  return {
    name,
    state: 'found',
    told: false,
    because: '',
    live: undefined,
    prepared: undefined,
    identity: undefined,
    failed: undefined,
    started: undefined,
    held: undefined,
    previous: undefined,
    number: 0,
    took: none,
    reloads: 0,
    failures: 0,
  }
}

/** The newest code of a plugin, if its newest files are any good. */
export function codeOf(slot: Slot): Code | undefined {
  const outcome = slot.prepared?.outcome
  return outcome && 'code' in outcome ? outcome.code : undefined
}

/** What is wrong with the newest state of a plugin, as far as loading and starting goes. */
export function problemOf(slot: Slot): Problem | undefined {
  const outcome = slot.prepared?.outcome
  return outcome && 'problem' in outcome ? outcome.problem : slot.failed?.problem
}

/** Everything that is wrong with a plugin as it is wanted. */
export function troublesOf(slot: Slot, verdict: Verdict): readonly Problem[] {
  const found: Problem[] = []
  if (verdict.problem) found.push(verdict.problem)
  if (verdict.state !== 'incomplete') found.push(...verdict.candidate.problems)
  if (slot.held) found.push(slot.held)
  const own = verdict.state === 'on' ? problemOf(slot) : undefined
  if (own) found.push(own)
  return found
}
