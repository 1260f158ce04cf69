import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** What a process holds of the system. */
export interface Descriptors {
  readonly descriptors: number
  /** Of these, what is no connection. */
  readonly files: number
  /** inotify watches. */
  readonly watches: number
}

/**
 * Counts what a process has open. Linux alone can say.
 * @param pid this process without
 */
export function descriptors(pid: number | 'self' = 'self'): Descriptors {
  const open = readdirSync(`/proc/${pid}/fd`)
  let watches = 0
  let files = 0
  for (const descriptor of open) {
    try {
      if (!readlinkSync(`/proc/${pid}/fd/${descriptor}`).startsWith('socket:')) files += 1
      watches += readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').match(/^inotify/gm)?.length ?? 0
    } catch {
      // Closed meanwhile: the one that listed them, say.
    }
  }
  return { descriptors: open.length, files, watches }
}
