import type { Candidate } from '../model/decision.ts'
import type { FileFact, FolderFacts } from '../model/facts.ts'

type Judge = (facts: FolderFacts) => Candidate

/** A judge with a memory. */
export interface RememberingJudge {
  judge(facts: FolderFacts): Candidate
  /** A folder is gone. */
  forget(directory: string): void
}

/**
 * A judge that remembers what it said of each folder: most changes are in the code, of which it asks no more than which
 * files there are, and which of them are empty. The very same candidate stands for the same judgement.
 */
export function judgeOnce(judge: Judge): RememberingJudge {
  const remembered = new Map<string, { readonly facts: FolderFacts; readonly candidate: Candidate }>()
  return {
    judge(facts) {
      const before = remembered.get(facts.directory)
      if (before && looksTheSame(before.facts, facts)) return before.candidate
      const candidate = judge(facts)
      remembered.set(facts.directory, { facts, candidate })
      return candidate
    },
    forget: (directory) => void remembered.delete(directory),
  }
}

function looksTheSame(a: FolderFacts, b: FolderFacts): boolean {
  return (
    a.real === b.real &&
    a.metadata.kind === 'text' &&
    b.metadata.kind === 'text' &&
    a.metadata.text === b.metadata.text &&
    a.problems.length === 0 &&
    b.problems.length === 0 &&
    sameNames(a.files, b.files)
  )
}

function sameNames(a: ReadonlyMap<string, FileFact>, b: ReadonlyMap<string, FileFact>): boolean {
  if (a.size !== b.size) return false
  for (const [name, { size, linked }] of a) {
    const other = b.get(name)
    if (!other || (size === 0) !== (other.size === 0) || linked !== other.linked) return false
  }
  return true
}
