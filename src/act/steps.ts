/** An undertaking that may have to wait: it yields every promise that it waits for, and gets what that came to. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

/**
 * Goes through an undertaking as an async function would, but at once where it waits for nothing: before Node 24, while
 * it is kept whose code runs, each promise takes about a microsecond, and a start of many plugins has many.
 * @returns a promise only if it waits
 */
export function walk<T>(steps: Steps<T>): T | Promise<T> {
  const step = steps.next()
  return step.done ? step.value : walkOn(steps, step.value)
}

async function walkOn<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  for (let waiting = first; ;) {
    const goOn = await waiting.then(
      (value) => () => steps.next(value),
      (cause: unknown) => () => steps.throw(cause),
    )
    const step = goOn()
    if (step.done) return step.value
    waiting = step.value
  }
}
