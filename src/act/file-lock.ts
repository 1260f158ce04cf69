import { randomBytes } from 'node:crypto'
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
  const mark = `${process.pid} ${hostname()} ${randomBytes(6).toString('hex')}\n`
  while (!(await acquire(path, mark))) {
    if (await isStale(path)) await clear(path, mark)
    else await delay(RETRY_MS + Math.random() * RETRY_MS)
  }
  try {
    return await run()
  } finally {
    // Whoever took longer than ten seconds may have lost it to somebody else.
    if ((await readFile(path, 'utf8').catch(() => '')) === mark) await rm(path, { force: true })
  }
}

async function acquire(path: string, mark: string): Promise<boolean> {
  let file
  try {
    file = await open(path, 'wx')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  }
  try {
    await file.writeFile(mark)
  } catch (cause) {
    // On a full disk there is room for the file, and none for its text: nobody must wait for it.
    await rm(path, { force: true })
    throw cause
  } finally {
    await file.close()
  }
  return true
}

/**
 * Removes a stale lock. Of several that find it one does, after another look: by then it may be the lock of somebody who
 * has just taken it over.
 */
async function clear(path: string, mark: string): Promise<void> {
  const claim = `${path}.stale`
  if (!(await acquire(claim, mark))) {
    if (await isStale(claim)) await rm(claim, { force: true })
    return
  }
  try {
    if (await isStale(path)) await rm(path, { force: true })
  } finally {
    await rm(claim, { force: true })
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
