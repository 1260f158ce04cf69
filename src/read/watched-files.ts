import { createHash } from 'node:crypto'
import { join } from 'node:path'
import picomatch from 'picomatch'
import type { FolderFacts } from '../model/facts.ts'
import type { FileSource } from '../model/system.ts'

const remembered = new WeakMap<FolderFacts, string>()

/** One string for the content of all files that match a plugin's `watch` globs; empty without globs. */
export function watchedFiles(source: FileSource, facts: FolderFacts, globs: readonly string[]): string {
  if (globs.length === 0) return ''
  const known = remembered.get(facts)
  if (known !== undefined) return known
  const matches = picomatch([...globs], { dot: true })
  const hash = createHash('sha256')
  for (const path of facts.files.keys()) {
    if (!matches(path)) continue
    hash
      .update(path)
      .update('\0')
      .update(contentOf(source, join(facts.real, path)))
      .update('\0')
  }
  const key = hash.digest('base64url')
  if (!facts.racy) remembered.set(facts, key)
  return key
}

function contentOf(source: FileSource, path: string): Uint8Array {
  try {
    return source.read(path)
  } catch {
    return Buffer.alloc(0)
  }
}
