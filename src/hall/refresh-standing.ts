import { preparedIdentity } from './identity.ts'
import type { Intent } from './intent.ts'
import type { Roster } from './roster.ts'

/** Brings what is said of a plugin in line with what is wanted of it, after a transition or a look. */
export function refreshStanding(name: string, roster: Roster, intent: Intent): void {
  const slot = roster.slots.get(name)
  const verdict = intent.wanted.verdicts.get(name)
  if (slot?.failed && slot.live && verdict && !intent.behind.has(name)) {
    const now = preparedIdentity(intent.files, slot, verdict)?.text
    // The files went back to what runs: the attempt that failed is history. One with these very files is not.
    if (now === slot.live.parts.identity && now !== slot.failed.identity) slot.failed = undefined
  }
  roster.refresh(name, verdict)
}
