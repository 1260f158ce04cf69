type EndSignal = 'SIGINT' | 'SIGTERM'

/** A request to end, from outside. */
export interface Ending {
  /** Resolves with the first signal's name. */
  readonly received: Promise<EndSignal>
  /** Stops listening. */
  off(): void
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
/** One Ctrl-C can come twice, from the terminal and passed on by npm: what follows so closely is the same, in ms. */
const TOGETHER = 100

/** Listens for SIGINT and SIGTERM. The second one ends the process at once, with 130 or 143. */
export function ending(): Ending {
  let first: number | undefined
  let resolve: (signal: EndSignal) => void
  const received = new Promise<EndSignal>((settle) => {
    resolve = settle
  })
  const listener = (signal: EndSignal): void => {
    if (first === undefined) {
      first = performance.now()
      resolve(signal)
    } else if (performance.now() - first > TOGETHER) process.exit(EXIT_CODES[signal])
  }
  process.on('SIGINT', listener).on('SIGTERM', listener)
  return { received, off: () => void process.off('SIGINT', listener).off('SIGTERM', listener) }
}
