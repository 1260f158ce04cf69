import type { Code } from '../model/code.ts'
import type { Verdict } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { FileSource } from '../model/system.ts'
import { watchedFiles } from '../read/watched-files.ts'
import { codeOf } from './slot.ts'
import type { Slot } from './slot.ts'

/** All that a generation is made of, to be compared. */
export class Identity {
  readonly verdict: Verdict
  readonly code: Code
  readonly facts: FolderFacts | undefined
  /** Of the files as they are now: read at once, while the rest is only spelled out once somebody compares it. */
  readonly #watched: string
  #text: string | undefined

  constructor(files: FileSource, verdict: Verdict, code: Code, facts: FolderFacts | undefined) {
    this.verdict = verdict
    this.code = code
    this.facts = facts
    const { metadata } = verdict.candidate
    this.#watched = facts && metadata ? watchedFiles(files, facts, metadata.watch) : ''
  }

  /** Equal for plugins that are the same in all of it. */
  get text(): string {
    const { candidate, settings, dependencies } = this.verdict
    return (this.#text ??= [
      this.code.id,
      candidate.real,
      JSON.stringify(candidate.metadata),
      JSON.stringify(settings),
      this.#watched,
      dependencies.join(),
    ].join('\n'))
  }
}

/** The identity that a plugin has with its newest code; `undefined` while there is none. The same object while it is. */
export function preparedIdentity(
  files: FileSource,
  slot: Slot | undefined,
  verdict: Verdict,
): Identity | undefined {
  const code = slot && codeOf(slot)
  if (!slot || !code) return undefined
  const facts = slot.prepared?.facts
  const known = slot.identity
  if (known?.verdict === verdict && known.code === code && known.facts === facts) return known
  return (slot.identity = new Identity(files, verdict, code, facts))
}

/** The identity of the same plugin with other dependencies: they are its last line. */
export function withDependencies(identity: string, dependencies: readonly string[]): string {
  return identity.slice(0, identity.lastIndexOf('\n') + 1) + dependencies.join()
}

/** The names of the code files: a module that was missing may have come. */
export function codeFiles(facts: FolderFacts): string {
  return [...facts.files.keys()].filter((path) => /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path)).join()
}
