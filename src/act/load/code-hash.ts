import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ContentHashes, ReadFile } from './content-hash.ts'
import { isCodeFile } from './plugin-files.ts'
import type { PluginFiles } from './plugin-files.ts'

/** What all code in a folder comes to. */
export interface FolderHash {
  readonly sha: string
  /** Of each file that is part of it, by path. */
  readonly shas: ReadonlyMap<string, string>
  /** Files that had to be read for it, by path. */
  readonly fresh: Map<string, ReadFile>
}

/**
 * Hashes the names and contents of all code files of a folder. metadata.json is left out unless some code names it:
 * its edits are the manager's business.
 */
export function hashFolder(plugin: PluginFiles, contents: ContentHashes): FolderHash {
  const shas = new Map<string, string>()
  const fresh = new Map<string, ReadFile>()
  const hash = createHash('sha256')
  let mentionsMetadata = false
  for (const [name, fact] of plugin.files) {
    if (name === 'metadata.json' || !isCodeFile(name)) continue
    const path = join(plugin.real, name)
    const content = contents.of(path, fact)
    if (content === undefined) continue
    if ('bytes' in content) fresh.set(path, content as ReadFile)
    shas.set(path, content.sha)
    mentionsMetadata ||= content.mentionsMetadata
    hash.update(`${name}\0${content.sha}\n`)
  }
  if (mentionsMetadata) {
    const path = join(plugin.real, 'metadata.json')
    const metadata = contents.of(path)
    if (metadata !== undefined) shas.set(path, metadata.sha)
    if (metadata !== undefined) hash.update(`metadata.json\0${metadata.sha}\n`)
  }
  return { sha: hash.digest('hex'), shas, fresh }
}
