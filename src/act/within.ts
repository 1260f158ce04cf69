import type { Clock } from '../model/system.ts'

/** What {@link within} gives when the time is over first. */
export const TIMED_OUT: unique symbol = Symbol('timed out')

/**
 * Waits for a promise, for at most `ms` milliseconds, and no longer than until the signal is aborted. The promise goes
 * on; its late rejection is not unhandled. Leaves no timer and no listener.
 */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  clock: Clock,
  signal?: AbortSignal,
): Promise<T | typeof TIMED_OUT> {
  let timer: unknown
  let giveUp = (): void => undefined
  let over = false
  const limit = new Promise<typeof TIMED_OUT>((resolve) => {
    giveUp = () => resolve(TIMED_OUT)
    if (signal?.aborted) giveUp()
    // Most promises settle in this very turn: a timer costs more than all the rest. Not by process.nextTick(), after which
    // Node 24 takes 3 µs more for every request of the process.
    clock.setImmediate(() => {
      if (over) return
      timer = clock.setTimeout(giveUp, ms)
      signal?.addEventListener('abort', giveUp)
      if (signal?.aborted) giveUp()
    })
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    over = true
    if (timer !== undefined) {
      clock.clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
    }
    promise.catch(() => undefined)
  }
}
