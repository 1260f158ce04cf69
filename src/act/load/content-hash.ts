import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FileFact } from '../../model/facts.ts'
import { sameFact } from '../../model/same-fact.ts'
import { isInside } from './own-files.ts'
import { statOf } from './stat-of.ts'

/** A file's content, as far as comparing it takes. */
export interface ContentHash {
  readonly fact: FileFact
  readonly sha: string
  /** The text names `metadata.json`: perhaps it is imported. */
  readonly mentionsMetadata: boolean
}

/** A file as it was just read. */
export interface ReadFile extends ContentHash {
  /** As Node decodes a module's source; nothing of an addon. */
  readonly text: string
}

/**
 * Clocks of file systems tick coarsely, so that two writes can leave the same times behind: a hash that was taken this
 * soon after the file was touched is taken again the next time. Milliseconds.
 */
const racyMs = 50

/** Remembers content hashes while the files look the same. */
export class ContentHashes {
  readonly #known = new Map<string, ContentHash & { readonly racy: boolean }>()

  /**
   * The hash of a file's content, from memory where `fact` says that it has not been touched.
   * `undefined` if it cannot be read.
   */
  of(path: string, fact: FileFact | undefined = factOf(path)): ContentHash | undefined {
    const known = this.#known.get(path)
    if (known !== undefined && fact !== undefined && !known.racy && sameFact(known.fact, fact)) return known
    return this.read(path, fact)
  }

  /**
   * Reads a file. `undefined` if that is not possible.
   * @param fact from before now: a write since then shows as a difference
   */
  read(path: string, fact: FileFact | undefined = factOf(path)): ReadFile | undefined {
    if (fact === undefined) return undefined
    let content: string | Buffer
    try {
      content = path.endsWith('.node') ? readFileSync(path) : readFileSync(path, 'utf8')
    } catch {
      this.#known.delete(path)
      return undefined
    }
    const sha = hash('sha256', content)
    const mentionsMetadata = content.includes('metadata.json')
    this.#known.set(path, { fact, sha, mentionsMetadata, racy: Date.now() - fact.ctimeMs < racyMs })
    return { fact, sha, mentionsMetadata, text: typeof content === 'string' ? content : '' }
  }

  forget(path: string): void {
    this.#known.delete(path)
  }

  forgetFolder(folder: string): void {
    for (const path of this.#known.keys()) if (isInside(folder, path)) this.#known.delete(path)
  }
}

/** What `stat` says of a file now. */
export function factOf(path: string): FileFact | undefined {
  const stat = statOf(path)
  return stat === undefined
    ? undefined
    : { size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, ino: stat.ino }
}
