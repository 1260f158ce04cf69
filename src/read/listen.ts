import { basename, dirname, isAbsolute, resolve } from 'node:path'
import type { Stats } from 'node:fs'
import { FSWatcher } from 'chokidar'
import { ignored } from './ignore.ts'

export interface ListenOptions {
  /** Absolute, with links followed; they exist, or did a moment ago. */
  readonly paths: readonly string[]
  /** `tree`: folders with all that is in them; `entries`: one folder, not what is in its folders; `file`: one file. */
  readonly reach: 'tree' | 'entries' | 'file'
  readonly usePolling: boolean
  /** Something happened at `path`. `self`: a watched path itself was moved or removed, and its watch is worth nothing. */
  readonly heard: (path: string, self: boolean) => void
  readonly failed: (error: NodeJS.ErrnoException) => void
}

/** {@link listen}, with the options that are the same for all already given. */
export type Listen = (options: Pick<ListenOptions, 'paths' | 'reach' | 'heard'>) => Ear

export interface Ear {
  /** Everything is watched, or failed to be, or took too long to wait for. Never rejects. */
  readonly ready: Promise<void>
  /** True when one of these folders, or of the files if it polls, is not listened to. */
  misses(folders: readonly string[], files: Iterable<string>): boolean
  /** Idempotent. Never rejects. */
  close(): Promise<void>
}

/** How long `ready` waits for chokidar, in ms: a disk may never answer. */
const PATIENCE_MS = 2000
/** How often each path is asked after when it polls, in ms. */
const POLL_MS = 500

/**
 * One chokidar instance, as a source of hints: no file is watched for itself, and what chokidar makes of the events is
 * left aside. It is never told to watch more or less; it is closed, and another one opened.
 */
export function listen(options: ListenOptions): Ear {
  const { paths, reach, heard, failed } = options
  const tops = new Set(paths)
  let closing: Promise<void> | undefined
  let arrived: () => void = () => undefined
  const ready = new Promise<void>((done) => {
    const timer = setTimeout(done, PATIENCE_MS)
    timer.unref()
    arrived = () => {
      clearTimeout(timer)
      done()
    }
  })

  const skip = (path: string, stats?: Stats): boolean => {
    if (reach === 'file') return false
    if (reach === 'entries') return !tops.has(resolve(path))
    const name = basename(path)
    if (ignored(name, 'folder')) return !tops.has(resolve(path))
    if (stats === undefined || stats.isDirectory()) return false
    return !chokidar.options.usePolling || !stats.isFile() || ignored(name, 'file')
  }

  const chokidar = new FSWatcher({
    ignored: skip,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    followSymlinks: false,
    atomic: false,
    usePolling: options.usePolling,
    interval: POLL_MS,
    binaryInterval: POLL_MS,
    ...(reach === 'entries' ? { depth: 0 } : {}),
  })
  chokidar.on('error', (error) => {
    arrived()
    if (closing === undefined) failed(error as NodeJS.ErrnoException)
  })
  chokidar.on('ready', () => {
    arrived()
  })
  chokidar.on('raw', (event: string, name: string | null, details: unknown) => {
    if (closing !== undefined) return
    const at = (details as { watchedPath?: string } | undefined)?.watchedPath
    if (at === undefined) {
      if (name !== null && isAbsolute(name)) heard(name, false)
    } else if (name === null || (event === 'rename' && name === basename(at))) {
      // Linux tells a folder's own end as the renaming of an entry with the folder's name.
      heard(resolve(at), true)
    } else heard(resolve(at, name), false)
  })
  chokidar.add([...paths])

  const close = async (): Promise<void> => {
    arrived()
    // chokidar 5 forgets a watch that is handed over from promise to promise just now; none is, between two tasks.
    await new Promise((done) => {
      setImmediate(done)
    })
    forgetThrottles(chokidar)
    const closed = chokidar.close()
    // close() takes all listeners away, and an error without one would end the process.
    chokidar.on('error', () => undefined)
    await closed
  }
  return {
    ready,
    misses: (folders, files) => {
      if (folders.length === 0 && !chokidar.options.usePolling) return false
      const watched = chokidar.getWatched()
      const hasFile = (path: string): boolean => watched[dirname(path)]?.includes(basename(path)) === true
      if (folders.some((path) => !(path in watched))) return true
      return chokidar.options.usePolling && ![...files].every(hasFile)
    },
    close: () => (closing ??= close().catch(() => undefined)),
  }
}

/** chokidar 5 leaves timers of up to a second behind when it is closed, which would hold the process for as long. */
function forgetThrottles(chokidar: object): void {
  const throttled: unknown = Reflect.get(chokidar, '_throttled')
  if (!(throttled instanceof Map)) return
  for (const byPath of (throttled as Map<string, Map<string, { timeoutObject?: NodeJS.Timeout }>>).values())
    for (const { timeoutObject } of byPath.values()) clearTimeout(timeoutObject)
}
