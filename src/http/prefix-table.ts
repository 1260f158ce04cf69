import { plainPath } from './prefix.ts'

interface Entry<Value> {
  readonly prefix: string
  readonly hash: number
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
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #accepts: (value: Value) => boolean
  /** A hash table of its own: a `Map` would be asked twice for every request (docs/decisions/0011). */
  #buckets: Entry<Value>[][] = [[]]
  /** Path components of the longest prefix: no need to look deeper. */
  #depth = 0

  /** @param accepts whether a value is to be found now */
  constructor(accepts: (value: Value) => boolean) {
    this.#accepts = accepts
  }

  add(prefix: string, value: Value): void {
    const entry = { prefix, hash: hashOf(prefix), value }
    this.#entries.set(prefix, entry)
    if (this.#entries.size > this.#buckets.length) this.#grow()
    else this.#bucket(entry.hash).push(entry)
    this.#depth = Math.max(this.#depth, prefix.split('/').length - 1)
  }

  delete(prefix: string): void {
    const entry = this.#entries.get(prefix)
    if (!entry) return
    this.#entries.delete(prefix)
    const bucket = this.#bucket(entry.hash)
    bucket.splice(bucket.indexOf(entry), 1)
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
    let hash = SLASH
    let depth = 0
    for (let i = 1; depth < this.#depth; i += 1) {
      const code = i < path.length ? path.charCodeAt(i) : QUERY
      if (code === QUERY || code === SLASH) {
        found = this.#at(hash, path, i) ?? found
        if (code === QUERY) break
        depth += 1
      } else if (code === PERCENT && encoded) return this.#find(plainPath(path), false)
      hash = step(hash, code)
    }
    return found
  }

  #at(hash: number, path: string, end: number): Value | undefined {
    for (const entry of this.#bucket(hash))
      if (entry.prefix.length === end && path.startsWith(entry.prefix))
        return this.#accepts(entry.value) ? entry.value : undefined
    return undefined
  }

  #bucket(hash: number): Entry<Value>[] {
    return this.#buckets[hash & (this.#buckets.length - 1)]!
  }

  #grow(): void {
    this.#buckets = Array.from({ length: 2 * this.#buckets.length }, () => [])
    for (const entry of this.#entries.values()) this.#bucket(entry.hash).push(entry)
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
