import { realpathSync } from 'node:fs'
import { url as debuggerAddress } from 'node:inspector'
import { Worker } from 'node:worker_threads'

/** How often the event loop says that it turns, in ms. */
const BEAT = 250
/** Who holds it up for so long is named, in ms. */
const PATIENCE = 2000

/** What the thread that watches is given. */
export interface WatchdogOrder {
  /** How often the loop has turned; whether somebody debugs the process. */
  readonly beats: Int32Array
  readonly beat: number
  readonly patience: number
  /** The plugins folder, as it is named and with links followed. */
  readonly folders: readonly string[]
  /** Files are shown relative to it. */
  readonly from: string
}

/**
 * Names on stderr the line that holds the event loop up, once it has for two seconds. While it does nothing else in the
 * process can say so: another thread does.
 * @param directory the plugins folder, absolute
 * @returns what ends it
 */
export function watchdog(directory: string, from: string): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(8))
  const order: WatchdogOrder = {
    beats,
    beat: BEAT,
    patience: PATIENCE,
    folders: [directory, real(directory)],
    from,
  }
  let worker: Worker
  try {
    worker = new Worker(new URL('./watchdog.worker.js', import.meta.url), { workerData: order, execArgv: [] })
  } catch {
    // Threads are forbidden here (--permission): it is a help, and no more.
    return () => undefined
  }
  worker.on('error', () => undefined).unref()
  const timer = setInterval(() => {
    Atomics.add(beats, 0, 1)
    Atomics.store(beats, 1, debuggerAddress() === undefined ? 0 : 1)
  }, BEAT).unref()
  return () => {
    clearInterval(timer)
    void worker.terminate()
  }
}

function real(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
