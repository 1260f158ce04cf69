import { plainPath } from './prefix.ts'

interface Entry<Value> {
  readonly prefix: string
  readonly value: Value
}

const SLASH = 47
const QUERY = 63
const PERCENT = 37

/**
 * Values by path prefix. A look-up walks the path once and makes no string: it is done for every request, also for those
 * that are nobody's.
 */
export class PrefixTable<Value> {
  readonly #entries = new Map<number, Entry<Value>[]>()
  readonly #accepts: (value: Value) => boolean
  /** Path components of the longest prefix: no need to look deeper. */
  #depth = 0

  /** @param accepts whether a value is to be found now */
  constructor(accepts: (value: Value) => boolean) {
    this.#accepts = accepts
  }

  add(prefix: string, value: Value): void {
    const hash = hashOf(prefix)
    this.#entries.set(hash, [...(this.#entries.get(hash) ?? []), { prefix, value }])
    this.#depth = Math.max(this.#depth, prefix.split('/').length - 1)
  }

  delete(prefix: string): void {
    const hash = hashOf(prefix)
    const left = (this.#entries.get(hash) ?? []).filter((entry) => entry.prefix !== prefix)
    if (left.length > 0) this.#entries.set(hash, left)
    else this.#entries.delete(hash)
  }

  /**
   * What has the longest prefix, compared by path component (`/foo` is not `/foobar`).
   * @param url as it arrived, or a path
   */
  find(url: string): Value | undefined {
    return url.charCodeAt(0) === SLASH ? this.#find(url, true) : this.#find(plainPath(url), false)
  }

  #find(path: string, encoded: boolean): Value | undefined {
    let found = this.#at(0, path, 0)
    let hash = 0
    let depth = 0
    for (let i = 0; depth < this.#depth; i += 1) {
      const code = i < path.length ? path.charCodeAt(i) : QUERY
      if (code === QUERY || (code === SLASH && i > 0)) {
        found = this.#at(hash, path, i) ?? found
        if (code === QUERY) break
        depth += 1
      } else if (code === PERCENT && encoded) return this.#find(plainPath(path), false)
      hash = step(hash, code)
    }
    return found
  }

  #at(hash: number, path: string, end: number): Value | undefined {
    const entries = this.#entries.get(hash)
    if (!entries) return undefined
    for (const { prefix, value } of entries)
      if (prefix.length === end && path.startsWith(prefix)) return this.#accepts(value) ? value : undefined
    return undefined
  }
}

function hashOf(prefix: string): number {
  let hash = 0
  for (let i = 0; i < prefix.length; i += 1) hash = step(hash, prefix.charCodeAt(i))
  return hash
}

function step(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0
}
