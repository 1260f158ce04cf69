/** What {@link within} gives when the time is over first. */
export const TIMED_OUT: unique symbol = Symbol('timed out')

/**
 * Waits for a promise, for at most `ms` milliseconds, and no longer than until the signal is aborted. The promise goes
 * on; its late rejection is not unhandled. Leaves no timer and no listener.
 */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  signal?: AbortSignal,
): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined
  let giveUp = (): void => undefined
  const limit = new Promise<typeof TIMED_OUT>((resolve) => {
    giveUp = () => resolve(TIMED_OUT)
    timer = setTimeout(giveUp, ms)
    if (signal?.aborted) giveUp()
    else signal?.addEventListener('abort', giveUp)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
    promise.catch(() => undefined)
  }
}
