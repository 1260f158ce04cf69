import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { FileContent } from './file-content.ts'
import type { FileContents, ReadFile } from './file-contents.ts'
import { KnownFiles } from './known-files.ts'
import type { PluginFiles } from './plugin-files.ts'

/**
 * The names and contents of all code files of a folder. metadata.json is left out unless some code names it: its edits
 * are the manager's business.
 */
export class FolderCode {
  /** By path. */
  readonly files: ReadonlyMap<string, FileContent>
  /** Files that had to be read for it, by path. */
  readonly fresh: Map<string, ReadFile>
  readonly #names: readonly string[]
  #sha: string | undefined

  constructor(plugin: PluginFiles, contents: FileContents, known: KnownFiles = new KnownFiles(plugin)) {
    const files = new Map<string, FileContent>()
    const names: string[] = []
    let mentionsMetadata = false
    this.fresh = new Map()
    for (const name of known.code) {
      if (name === 'metadata.json') continue
      const path = known.pathOf(name)
      const found = contents.look(path, plugin.files.get(name))
      if (found === undefined) continue
      const { content, text } = found
      if (text !== undefined) this.fresh.set(path, { content, text })
      files.set(path, content)
      names.push(name)
      mentionsMetadata ||= content.mentionsMetadata
    }
    const path = mentionsMetadata ? join(plugin.real, 'metadata.json') : undefined
    const metadata = path === undefined ? undefined : contents.of(path)
    if (path !== undefined && metadata !== undefined) {
      files.set(path, metadata)
      names.push('metadata.json')
    }
    this.files = files
    this.#names = names
  }

  /** Hash of everything. */
  get sha(): string {
    if (this.#sha === undefined) {
      const contents = this.files.values()
      const lines = this.#names.map((name) => `${name}\0${contents.next().value!.sha}\n`)
      this.#sha = hash('sha256', lines.join(''))
    }
    return this.#sha
  }
}
