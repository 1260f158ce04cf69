import type { Verdict } from '../model/decision.ts'
import type { PluginState } from '../model/snapshot.ts'
import { problemOf } from './slot.ts'
import type { Slot } from './slot.ts'

/** The state of a plugin between transitions. */
export function stateOf(slot: Slot, verdict: Verdict): PluginState {
  if (slot.live) return 'active'
  if (verdict.state === 'incomplete') return 'found'
  if (verdict.state !== 'on') return verdict.state
  return problemOf(slot) ? 'failed' : 'found'
}

/** Why it is in that state, in one line. */
export function becauseOf(slot: Slot, verdict: Verdict): string {
  const problem = problemOf(slot)
  // What was wrong with older files is no news any more.
  if (slot.live && (verdict.state === 'invalid' || verdict.state === 'incomplete'))
    return `generation ${slot.number} keeps running: ${verdict.because}`
  if (slot.live && problem) return `generation ${slot.number} keeps running: ${problem.message}`
  if (verdict.state === 'on' && problem) return problem.message
  return verdict.because
}
