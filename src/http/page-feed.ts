/** What the page shows of each plugin, as JSON, by the key that it carries. */
export type Shown = ReadonlyMap<string, string>

/** Readers of the page at one time; more get a 503. */
const MOST_READERS = 32
/** How much a reader may lag behind before it is let go (it comes back by itself), in bytes. */
const MOST_LAG = 1 << 20
/** A line now and then, so that nothing between takes the stream for dead, in ms. */
const HEARTBEAT = 15_000
/** Changes that come together are told together, in ms. */
const TOGETHER = 20
/** How often counts are told, in ms. */
const COUNT_EVERY = 500

type Reader = ReadableStreamDefaultController<Uint8Array>

/**
 * Tells open pages what changed, as server-sent events: `all` on connecting, then `change` with the plugins that differ
 * and the keys of those that are gone; `traffic` with the counts that differ. Nobody reading, or close(), leaves no timer.
 */
export class PageFeed {
  readonly #look: () => Shown
  readonly #count: () => Shown
  readonly #readers = new Set<Reader>()
  readonly #encoder = new TextEncoder()
  #told: Shown = new Map()
  #counted: Shown = new Map()
  #soon: NodeJS.Timeout | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #counting: NodeJS.Timeout | undefined
  #closed = false

  /**
   * @param look at what the page should show now
   * @param count what changes all the time, and is no news
   */
  constructor(look: () => Shown, count: () => Shown) {
    this.#look = look
    this.#count = count
  }

  /** A new stream for one page; `undefined` if there are too many, or it is over. */
  open(): ReadableStream<Uint8Array> | undefined {
    if (this.#closed || this.#readers.size >= MOST_READERS) return undefined
    if (this.#readers.size === 0) {
      this.#told = this.#look()
      this.#counted = this.#count()
    } else {
      this.#tell()
      this.#tellCounts()
    }
    const all = this.#encoder.encode(
      `retry: 1000\nevent: all\ndata: {"plugins":[${[...this.#told.values()].join()}]}\n\n${trafficEvent(this.#counted)}`,
    )
    let reader: Reader
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          reader = controller
          reader.enqueue(all)
          this.#readers.add(reader)
          this.#counting ??= setInterval(() => this.#tellCounts(), COUNT_EVERY).unref()
          this.#heartbeat ??= setInterval(() => this.#send(':\n\n'), HEARTBEAT).unref()
        },
        cancel: () => this.#forget(reader),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: all.byteLength + MOST_LAG }),
    )
  }

  /** Something may have changed. */
  touch(): void {
    if (this.#readers.size === 0) return
    this.#soon ??= setTimeout(() => this.#tell(), TOGETHER)
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true
    for (const reader of this.#readers) this.#end(reader)
  }

  #tell(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    const now = this.#look()
    const changed = [...now].filter(([name, json]) => this.#told.get(name) !== json).map(([, json]) => json)
    const gone = [...this.#told.keys()].filter((name) => !now.has(name))
    this.#told = now
    if (changed.length > 0 || gone.length > 0)
      this.#send(`event: change\ndata: {"plugins":[${changed.join()}],"gone":${JSON.stringify(gone)}}\n\n`)
  }

  #tellCounts(): void {
    const now = this.#count()
    const changed = new Map([...now].filter(([key, json]) => this.#counted.get(key) !== json))
    this.#counted = now
    if (changed.size > 0) this.#send(trafficEvent(changed))
  }

  #send(text: string): void {
    const bytes = this.#encoder.encode(text)
    for (const reader of this.#readers) {
      reader.enqueue(bytes)
      if ((reader.desiredSize ?? 0) <= 0) this.#end(reader)
    }
  }

  #end(reader: Reader): void {
    this.#forget(reader)
    reader.close()
  }

  #forget(reader: Reader): void {
    this.#readers.delete(reader)
    if (this.#readers.size > 0) return
    clearInterval(this.#counting)
    clearInterval(this.#heartbeat)
    clearTimeout(this.#soon)
    this.#counting = undefined
    this.#heartbeat = undefined
    this.#soon = undefined
  }
}

function trafficEvent(counts: Shown): string {
  const parts = [...counts].map(([key, json]) => `${JSON.stringify(key)}:${json}`)
  return `event: traffic\ndata: {${parts.join()}}\n\n`
}
