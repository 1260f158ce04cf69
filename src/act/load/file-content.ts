import { hash } from 'node:crypto'
import type { FileFact } from '../../model/facts.ts'

/** Longer texts are hashed at once: V8 keeps those that are loaded, and what is not need not stay in memory. */
const keptLength = 64 * 1024

/**
 * A file's content, as far as comparing it takes. It is hashed when it is first compared: most files are never touched
 * while the process runs.
 */
export class FileContent {
  readonly fact: FileFact
  /** The text names `metadata.json`: perhaps it is imported. */
  readonly mentionsMetadata: boolean
  /** It is as long as the look found it. If not, somebody may be writing it just now. */
  readonly whole: boolean
  #unhashed: string | Buffer | undefined
  #sha: string | undefined

  constructor(fact: FileFact, content: string | Buffer) {
    this.fact = fact
    this.mentionsMetadata = content.includes('metadata.json')
    this.whole = Buffer.byteLength(content) === fact.size
    if (typeof content === 'string' && content.length <= keptLength) this.#unhashed = content
    else this.#sha = hash('sha256', content)
  }

  /** SHA-256, in hexadecimal digits. */
  get sha(): string {
    if (this.#sha === undefined) {
      this.#sha = hash('sha256', this.#unhashed!)
      this.#unhashed = undefined
    }
    return this.#sha
  }

  /** Whether another look at the file found the same. */
  equals(other: FileContent | undefined): boolean {
    return other === this || other?.sha === this.sha
  }
}
