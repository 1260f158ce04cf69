import { sep } from 'node:path'
import { FILES_LIMIT } from '../../model/facts.ts'
import { ownName } from './own-files.ts'
import { isCodeFile } from './plugin-files.ts'
import type { PluginFiles } from './plugin-files.ts'

const extensions = ['', '.js', '.json', '.node']

/** What the last look found in a plugin's folder, so that the disk need not be asked again. */
export class KnownFiles {
  /** Names of what a program may contain, relative to the folder, with `/`. */
  readonly code: readonly string[]
  readonly #folder: string
  readonly #files: PluginFiles['files']

  constructor(plugin: PluginFiles) {
    this.#folder = plugin.real
    this.#files = plugin.files
    this.code = [...plugin.files.keys()].filter(isCodeFile)
  }

  get hasAddon(): boolean {
    return this.code.some((name) => name.endsWith('.node'))
  }

  /** @param name as in {@link code} */
  pathOf(name: string): string {
    return this.#folder + sep + (sep === '/' ? name : name.replaceAll('/', sep))
  }

  /** Whether a file of the folder is there. `undefined`: nobody knows. */
  has(path: string): boolean | undefined {
    if (this.#files.has(ownName(this.#folder, path))) return true
    return this.#files.size < FILES_LIMIT ? false : undefined
  }

  /** The path, or the path with an extension, if that is a file of the folder and no link. `undefined`: ask the disk. */
  find(path: string): string | undefined {
    const name = ownName(this.#folder, path)
    for (const extension of extensions) {
      const fact = this.#files.get(name + extension)
      if (fact !== undefined) return fact.linked ? undefined : path + extension
    }
    return undefined
  }
}
