type Esbuild = typeof import('esbuild')

let users = 0
let loaded: Promise<Esbuild> | undefined

/** A share in the one esbuild process; it is started by the first compile and stopped with the last share. */
export interface EsbuildShare {
  /** Lets esbuild, which is loaded now if it has not been, do something. Rejects when the share is given back. */
  use<T>(work: (esbuild: Esbuild) => Promise<T>): Promise<T>
  /** Gives the share back. */
  close(): Promise<void>
}

export function shareEsbuild(): EsbuildShare {
  // Work that is in flight when esbuild is stopped is never answered.
  const inFlight = new Set<(reason: Error) => void>()
  let open = true
  users++
  return {
    use: (work) =>
      new Promise((resolve, reject) => {
        if (!open) {
          reject(new ClosedError())
          return
        }
        inFlight.add(reject)
        loaded ??= import('esbuild')
        loaded
          .then(work)
          .then(resolve, reject)
          .finally(() => inFlight.delete(reject))
      }),
    async close() {
      if (!open) return
      open = false
      users--
      for (const reject of inFlight) reject(new ClosedError())
      inFlight.clear()
      if (users === 0 && loaded !== undefined) await (await loaded).stop()
    },
  }
}

/** The share was given back. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'
  constructor() {
    super('The loader is closed.')
  }
}
