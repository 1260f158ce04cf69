import { readFileSync } from 'node:fs'
import { asText } from '../../model/as-text.ts'
import type { FileFact } from '../../model/facts.ts'
import { sameFact } from '../../model/same-fact.ts'
import { FileContent } from './file-content.ts'
import { isInside } from './own-files.ts'
import { statOf } from './stat-of.ts'

/** A file as it was just read. */
export interface ReadFile {
  readonly content: FileContent
  /** As Node decodes a module's source; nothing of an addon. */
  readonly text: string
}

/**
 * Clocks of file systems tick coarsely, so that two writes can leave the same times behind: a hash that was taken this
 * soon after the file was touched is taken again the next time. Milliseconds.
 */
const racyMs = 40

/** Remembers the content of files while they look the same. */
export class FileContents {
  readonly #known = new Map<string, FileContent>()
  /** Read so soon after they were touched, or while they were, that looking the same says nothing. */
  readonly #racy = new Set<string>()

  /** A file's content, from memory where `fact` says that it has not been touched. `undefined` if it cannot be read. */
  of(path: string, fact?: FileFact): FileContent | undefined {
    return this.look(path, fact)?.content
  }

  /** The same, and the text if the file had to be read for it. */
  look(
    path: string,
    fact: FileFact | undefined = factOf(path),
  ): ReadFile | { readonly content: FileContent; readonly text?: undefined } | undefined {
    const content = this.#known.get(path)
    if (content !== undefined && fact !== undefined && !this.#racy.has(path) && sameFact(content.fact, fact))
      return { content }
    return this.read(path, fact)
  }

  /**
   * Reads a file. `undefined` if that is not possible.
   * @param fact from before now: a write since then shows as a difference
   */
  read(path: string, fact: FileFact | undefined = factOf(path)): ReadFile | undefined {
    if (fact === undefined) return undefined
    let data: string | Buffer
    try {
      data = path.endsWith('.node') ? readFileSync(path) : readFileSync(path, asText)
    } catch {
      this.forget(path)
      return undefined
    }
    const content = new FileContent(fact, data)
    this.#known.set(path, content)
    if (!content.whole || Date.now() - fact.ctimeMs < racyMs) this.#racy.add(path)
    else this.#racy.delete(path)
    return { content, text: typeof data === 'string' ? data : '' }
  }

  forget(path: string): void {
    this.#known.delete(path)
    this.#racy.delete(path)
  }

  forgetFolder(folder: string): void {
    for (const path of this.#known.keys()) if (isInside(folder, path)) this.forget(path)
  }
}

/** What `stat` says of a file now. */
export function factOf(path: string): FileFact | undefined {
  const stat = statOf(path)
  return stat === undefined
    ? undefined
    : { size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, ino: stat.ino }
}
