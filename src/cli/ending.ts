/** A request to end, from outside. */
export interface Ending {
  /** Resolves with the first signal's name. */
  readonly received: Promise<'SIGINT' | 'SIGTERM'>
  /** Stops listening. */
  off(): void
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** Listens for SIGINT and SIGTERM. The second one ends the process at once, with 130 or 143. */
export function ending(): Ending {
  let first: ((signal: 'SIGINT' | 'SIGTERM') => void) | undefined
  const received = new Promise<'SIGINT' | 'SIGTERM'>((resolve) => {
    first = resolve
  })
  const listener = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (!first) process.exit(EXIT_CODES[signal])
    first(signal)
    first = undefined
  }
  process.on('SIGINT', listener).on('SIGTERM', listener)
  return { received, off: () => void process.off('SIGINT', listener).off('SIGTERM', listener) }
}
