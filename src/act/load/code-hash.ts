import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { ContentHashes, ReadFile } from './content-hash.ts'
import { KnownFiles } from './known-files.ts'
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
export function hashFolder(
  plugin: PluginFiles,
  contents: ContentHashes,
  known: KnownFiles = new KnownFiles(plugin),
): FolderHash {
  const shas = new Map<string, string>()
  const fresh = new Map<string, ReadFile>()
  let text = ''
  let mentionsMetadata = false
  for (const name of known.code) {
    if (name === 'metadata.json') continue
    const path = known.pathOf(name)
    const content = contents.of(path, plugin.files.get(name))
    if (content === undefined) continue
    if ('text' in content) fresh.set(path, content as ReadFile)
    shas.set(path, content.sha)
    mentionsMetadata ||= content.mentionsMetadata
    text += `${name}\0${content.sha}\n`
  }
  if (mentionsMetadata) {
    const path = join(plugin.real, 'metadata.json')
    const metadata = contents.of(path)
    if (metadata !== undefined) shas.set(path, metadata.sha)
    if (metadata !== undefined) text += `metadata.json\0${metadata.sha}\n`
  }
  return { sha: hash('sha256', text), shas, fresh }
}
