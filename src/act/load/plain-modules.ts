import type { FileContent } from './file-content.ts'
import { isInside } from './own-files.ts'
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
  readonly #known = new Map<string, Known>()

  /** @param read gives the text, where it has to be read */
  of(path: string, content: FileContent, read: () => string | undefined): ReadModule {
    const known = this.#known.get(path)
    if (known !== undefined && known.content.equals(content)) return known.module
    const text = read()
    if (text === undefined) return { refused: 'it was saved just now' }
    const module = compile(path, text)
    this.#known.set(path, { content, module })
    return module
  }

  /** Lets go of everything in a folder, or of what can be had again. */
  forget(folder: string, what: 'all' | 'modules' = 'all'): void {
    for (const [path, { module }] of this.#known) {
      if (isInside(folder, path) && (what === 'all' || module instanceof PlainModule))
        this.#known.delete(path)
    }
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
