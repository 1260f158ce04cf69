import { open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** A lock that is older was left behind by a process that died, in ms. */
const STALE_MS = 10_000
const RETRY_MS = 10

/**
 * Runs something while no other process holds the same lock file. A lock whose process is gone, or that is older than
 * ten seconds, is taken over.
 * @throws what the file system says when the lock file cannot be made
 */
export async function withFileLock<T>(path: string, run: () => Promise<T>): Promise<T> {
  while (!(await acquire(path))) {
    if (await isStale(path)) await rm(path, { force: true })
    else await delay(RETRY_MS + Math.random() * RETRY_MS)
  }
  try {
    return await run()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(`${process.pid} ${hostname()}\n`)
    await file.close()
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > STALE_MS) return true
    const [pid = '', host = ''] = (await readFile(path, 'utf8')).trim().split(' ')
    return host === hostname() && pid !== '' && !isAlive(Number(pid))
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}
