import { isUsable } from '../decide/health.ts'
import type { Candidate } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Roster } from './roster.ts'
import { wasPrepared } from './was-prepared.ts'

/** What a look found of a folder. */
export interface Found {
  readonly directory: string
  /** Whose folder it was before. */
  readonly before: string | undefined
  /** Missing for a folder that is gone. */
  readonly candidate?: Candidate
  readonly facts?: FolderFacts
}

/**
 * Who is behind and may be tried again, now that a folder is as it is: a plugin that is the folder's no more, or of
 * which it has files that can be used and are others than those that were tried in vain.
 */
export function renewed(behind: ReadonlySet<string>, found: Found, roster: Roster): string[] {
  const { directory, before, candidate, facts } = found
  return [...behind].filter((name) => {
    const slot = roster.slots.get(name)
    const runsHere = slot?.live?.parts.candidate.directory === directory
    if (candidate?.name === name || (runsHere && candidate && !candidate.metadata))
      return isUsable(candidate) && !wasPrepared(slot, facts)
    return runsHere || before === name
  })
}

/**
 * A candidate with the metadata.json that its plugin runs with.
 * @param nameAt whose folder a folder is now
 */
export function asItRuns(
  candidate: Candidate,
  roster: Roster,
  nameAt: (directory: string) => string | undefined,
): Candidate {
  const runs = roster.slots.get(candidate.name)?.live?.parts.candidate
  if (!runs || !isUsable(candidate)) return candidate
  if (runs.directory !== candidate.directory) {
    // Another folder has the name: it is the newest of this plugin, unless the one that runs still asks for it.
    if (!candidate.metadata || nameAt(runs.directory) === candidate.name) return candidate
  }
  // Whether it is on is for the newest to say: what does not load can be turned off.
  const { enabled } = candidate.metadata ?? runs.metadata
  const { enabled: _, ...metadata } = runs.metadata
  return { ...candidate, metadata: { ...metadata, ...(enabled !== undefined && { enabled }) } }
}
