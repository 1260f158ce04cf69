import type { Code } from '../model/code.ts'
import type { Verdict } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { FileSource } from '../model/system.ts'
import { watchedFiles } from '../read/watched-files.ts'
import { codeOf } from './slot.ts'
import type { Slot } from './slot.ts'

/** Equal for plugins that are the same in all that a generation is made of. */
export function identityOf(
  files: FileSource,
  verdict: Verdict,
  code: Code,
  facts: FolderFacts | undefined,
): string {
  const { metadata, real } = verdict.candidate
  const watched = facts && metadata ? watchedFiles(files, facts, metadata.watch) : ''
  return [
    code.id,
    real,
    JSON.stringify(metadata),
    JSON.stringify(verdict.settings),
    watched,
    verdict.dependencies.join(),
  ].join('\n')
}

/** The identity that a plugin has with its newest code; `undefined` while there is none. Worked out once. */
export function preparedIdentity(
  files: FileSource,
  slot: Slot | undefined,
  verdict: Verdict,
): string | undefined {
  const code = slot && codeOf(slot)
  if (!slot || !code) return undefined
  const facts = slot.prepared?.facts
  const known = slot.identity
  if (known?.verdict === verdict && known.code === code && known.facts === facts) return known.text
  const text = identityOf(files, verdict, code, facts)
  slot.identity = { text, verdict, code, facts }
  return text
}

/** The identity of the same plugin with other dependencies: they are its last line. */
export function withDependencies(identity: string, dependencies: readonly string[]): string {
  return identity.slice(0, identity.lastIndexOf('\n') + 1) + dependencies.join()
}

/** The names of the code files: a module that was missing may have come. */
export function codeFiles(facts: FolderFacts): string {
  return [...facts.files.keys()].filter((path) => /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path)).join()
}
