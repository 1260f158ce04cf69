import { hash } from 'node:crypto'
import type { FileContent } from './file-content.ts'
import type { FileContents, ReadFile } from './file-contents.ts'
import { KnownFiles } from './known-files.ts'
import type { PluginFiles } from './plugin-files.ts'

interface CodeFile {
  readonly name: string
  readonly path: string
  readonly content: FileContent
}

/**
 * The names and contents of all code files of a folder. metadata.json is left out unless some code names it: its edits
 * are the manager's business.
 */
export class FolderCode {
  /** Names of files that somebody may be writing just now. */
  readonly torn: string[] = []
  readonly #files: CodeFile[] = []
  #sha: string | undefined

  /** @param fresh is given the files that had to be read for it, by path */
  constructor(
    plugin: PluginFiles,
    contents: FileContents,
    known: KnownFiles = new KnownFiles(plugin),
    fresh?: Map<string, ReadFile>,
  ) {
    let mentionsMetadata = false
    for (const name of known.code) {
      if (name === 'metadata.json') continue
      const path = known.pathOf(name)
      const found = contents.look(path, plugin.files.get(name))
      if (found === undefined) continue
      const { content, text } = found
      if (text !== undefined) fresh?.set(path, { content, text })
      if (!content.whole) this.torn.push(name)
      this.#files.push({ name, path, content })
      mentionsMetadata ||= content.mentionsMetadata
    }
    if (!mentionsMetadata) return
    const name = 'metadata.json'
    const path = known.pathOf(name)
    const content = contents.of(path)
    if (content !== undefined) this.#files.push({ name, path, content })
  }

  /** Hash of everything. */
  get sha(): string {
    return (this.#sha ??= hash(
      'sha256',
      this.#files.map(({ name, content }) => `${name}\0${content.sha}\n`).join(''),
    ))
  }

  /** The content that a file had. */
  of(path: string): FileContent | undefined {
    return this.#files.find((file) => file.path === path)?.content
  }
}
