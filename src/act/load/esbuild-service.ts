import { messageOf } from '../message-of.ts'

type Esbuild = typeof import('esbuild')

let users = 0
let loaded: Promise<Esbuild> | undefined
let running = false
/** How many processes there have been. */
let starts = 0

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
          .then((esbuild) => workOn(esbuild, work))
          .then(resolve, reject)
          .finally(() => inFlight.delete(reject))
      }),
    async close() {
      if (!open) return
      open = false
      users--
      for (const reject of inFlight) reject(new ClosedError())
      inFlight.clear()
      if (users > 0 || loaded === undefined) return
      running = false
      await (await loaded).stop()
    },
  }
}

/** A process that somebody has ended (the kernel, for want of memory) is replaced by another, once. */
async function workOn<T>(esbuild: Esbuild, work: (esbuild: Esbuild) => Promise<T>): Promise<T> {
  const begun = starts
  try {
    return await work(running ? esbuild : start(esbuild))
  } catch (cause) {
    if (!running || !/^The service (?:is no longer running|was stopped)/m.test(messageOf(cause))) throw cause
    // Of many builds that end with it the first starts the next.
    if (starts === begun) {
      await esbuild.stop()
      start(esbuild)
    }
    return work(esbuild)
  }
}

/** Starts the process with a lazier garbage collector: many small builds take a fifth less time, for some 20 MB. */
function start(esbuild: Esbuild): Esbuild {
  running = true
  starts += 1
  const given = process.env['GOGC']
  process.env['GOGC'] = given ?? '400'
  try {
    void esbuild.initialize({})
  } catch {
    // The application started it; it is the same process then.
  }
  if (given === undefined) delete process.env['GOGC']
  return esbuild
}

/** The share was given back. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'
  constructor() {
    super('The loader is closed.')
  }
}
