import type { FileContent } from './file-content.ts'
import { PlainModule } from './plain-module.ts'
import { readPlainSource } from './plain-source.ts'

/** A module, or why there is none. */
export type ReadModule = PlainModule | { readonly refused: string }

interface Known {
  readonly content: FileContent
  readonly module: ReadModule
}

/** Remembers what was compiled, so that an edit compiles one file. */
export class PlainModules {
  /** By folder, by path. */
  readonly #known = new Map<string, Map<string, Known>>()

  /** @param read gives the text, where it has to be read */
  of(folder: string, path: string, content: FileContent, read: () => string | undefined): ReadModule {
    const known = this.#known.get(folder)?.get(path)
    if (known !== undefined && known.content.equals(content)) return known.module
    const text = read()
    if (text === undefined) return { refused: 'it was saved just now' }
    const module = compile(path, text)
    if (!this.#known.has(folder)) this.#known.set(folder, new Map())
    this.#known.get(folder)!.set(path, { content, module })
    return module
  }

  /** Lets go of everything else in a folder. */
  keep(folder: string, kept: (path: string, module: ReadModule) => boolean): void {
    const known = this.#known.get(folder)
    if (known === undefined) return
    for (const [path, { module }] of known) if (!kept(path, module)) known.delete(path)
  }

  forget(folder: string): void {
    this.#known.delete(folder)
  }
}

function compile(path: string, text: string): ReadModule {
  const source = readPlainSource(text)
  if ('refused' in source) return source
  try {
    return new PlainModule(path, source)
  } catch (error) {
    if (error instanceof SyntaxError) return { refused: error.message }
    throw error
  }
}
