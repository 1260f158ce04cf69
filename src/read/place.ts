import { identify, sameIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import type { Ear, Listen } from './listen.ts'

export interface PlaceOptions {
  /** Absolute; it need not exist. */
  readonly path: string
  /** A plugins directory, or the config file. */
  readonly kind: 'folder' | 'file'
  readonly listen: Listen
  /** Something happened at this path, which is the place or lies in it. */
  readonly heard: (path: string) => void
  /** The place came, went, or became another; it is watched again, if it is there. */
  readonly changed: (now: Identity | undefined) => void
}

/**
 * One path that is listened to for good, whatever becomes of it: made later, removed and made again, replaced, renamed
 * away and back, a link that is led elsewhere. The kernel watches the thing and not the path, so the path is looked up
 * whenever something happened to the thing, and by {@link Place.look} whenever somebody asks.
 */
export class Place {
  readonly #options: PlaceOptions
  #now: Identity | undefined
  #ear: Ear | undefined
  #looking: Promise<void> | undefined
  #again = false
  #deaf = true
  #closed = false

  constructor(options: PlaceOptions) {
    this.#options = options
  }

  get path(): string {
    return this.#options.path
  }

  /** The place with links followed, as long as it exists. */
  get real(): string | undefined {
    return this.#now?.real
  }

  /** Compares what the path leads to with what is listened to, and listens anew if need be. Never rejects. */
  look(): Promise<void> {
    this.#again = true
    this.#looking ??= this.#looks()
    return this.#looking
  }

  /** Listens anew, whatever there is. */
  rearm(): Promise<void> {
    this.#deaf = true
    return this.look()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#ear?.close()
    await this.#looking
  }

  async #looks(): Promise<void> {
    // The promise must be in its place before it is taken out again.
    await Promise.resolve()
    while (this.#again && !this.#closed) {
      this.#again = false
      const now = await this.#find()
      if (this.#deaf || !sameIdentity(now, this.#now)) await this.#listenTo(now)
    }
    this.#looking = undefined
  }

  async #listenTo(now: Identity | undefined): Promise<void> {
    this.#deaf = false
    await this.#ear?.close()
    if (this.#closed) return
    this.#now = now
    this.#ear = now && this.#listen(now)
    await this.#ear?.ready
    if (!this.#closed) this.#options.changed(now)
  }

  async #find(): Promise<Identity | undefined> {
    const found = await identify(this.#options.path)
    return found?.kind === this.#options.kind ? found : undefined
  }

  #listen(now: Identity): Ear {
    const { kind, listen, heard } = this.#options
    return listen({
      paths: [now.real],
      reach: kind === 'folder' ? 'entries' : 'file',
      heard: (path, self) => {
        if (self) void this.#afterEnd()
        heard(path)
      },
    })
  }

  /** The thing that was listened to is no more, or no more here. */
  async #afterEnd(): Promise<void> {
    const before = this.#now
    await this.look()
    // Removed and made again in one breath: ext4 gives the new one the number of the old one.
    if (before !== undefined && this.#now === before) await this.rearm()
  }
}
