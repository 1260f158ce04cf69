import type { LookRequest } from './engine.ts'

/** A look to be made. More requests join it while it waits. */
export interface QueuedLook extends LookRequest {
  /** Asked for by the clock alone: what it finds was missed by the watcher. */
  readonly unannounced: boolean
  /** Nobody waits for just this look: what is still being written can be left to the next. */
  readonly patient: boolean
}

/** What a request asks for, besides a look at folders. */
export interface LookWishes {
  /** A plugin to restart although nothing about it changed. */
  readonly forced?: string
  /** See {@link QueuedLook.unannounced}. Default false. */
  readonly unannounced?: boolean
  /** See {@link QueuedLook.patient}. Default false. */
  readonly patient?: boolean
}

interface Waiting extends QueuedLook {
  folders: Set<string> | undefined
  readonly forced: Set<string>
  unannounced: boolean
  patient: boolean
  readonly done: Promise<number | undefined>
}

/** One look at a time, in the order of asking; what is asked for while one is under way becomes one look after it. */
export class LookQueue {
  readonly #look: (request: QueuedLook) => Promise<number | undefined>
  /** The end of the last look that was lined up. */
  #tail: Promise<unknown> = Promise.resolve()
  #next: Waiting | undefined
  #closed = false

  /** @param look resolves with the ms after which to look again, if anything was still moving */
  constructor(look: (request: QueuedLook) => Promise<number | undefined>) {
    this.#look = look
  }

  /**
   * Joins the look that waits, or lines one up.
   * @param folders all without
   * @returns what that look resolves with; `undefined` after `close()`
   */
  request(
    folders: ReadonlySet<string> | undefined,
    { forced, unannounced = false, patient = false }: LookWishes = {},
  ): Promise<number | undefined> {
    if (this.#closed) return Promise.resolve(undefined)
    this.#next ??= this.#lineUp(unannounced, patient)
    const next = this.#next
    next.unannounced &&= unannounced
    next.patient &&= patient
    if (!folders) next.folders = undefined
    else if (next.folders) for (const folder of folders) next.folders.add(folder)
    if (forced !== undefined) next.forced.add(forced)
    return next.done
  }

  /** Begins no look any more. Resolves when the one under way has come to an end. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#tail
  }

  #lineUp(unannounced: boolean, patient: boolean): Waiting {
    const waiting: Waiting = {
      folders: new Set(),
      unannounced,
      patient,
      forced: new Set(),
      done: this.#tail.then(() => {
        this.#next = undefined
        return this.#closed ? undefined : this.#look(waiting)
      }),
    }
    this.#tail = waiting.done.catch(() => undefined)
    return waiting
  }
}
