import type { FolderFacts } from '../model/facts.ts'
import { sameLook } from '../read/discover.ts'
import type { Slot } from './slot.ts'

/** Whether the newest code of a plugin, or what is wrong with it, came of these very files. */
export function wasPrepared(slot: Slot | undefined, facts: FolderFacts | undefined): boolean {
  const before = slot?.prepared?.facts
  return before !== undefined && facts !== undefined && !before.racy && sameLook(before, facts)
}
