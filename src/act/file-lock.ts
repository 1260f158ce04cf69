import { randomBytes } from 'node:crypto'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** A lock that is older was left behind by a process that died, in ms. */
const STALE_MS = 10_000
/** One that names nobody was left by a process that was killed while it made it, in ms. */
const NAMELESS_MS = 2000
const RETRY_MS = 10

/**
 * Runs something while no other process holds the same lock file. A lock whose process is gone, or that is older than
 * ten seconds, is taken over.
 * @throws what the file system says when the lock file cannot be made
 */
export async function withFileLock<T>(path: string, run: () => Promise<T>): Promise<T> {
  const mark = `${process.pid} ${hostname()} ${randomBytes(6).toString('hex')}\n`
  while (!acquire(path, mark)) {
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

/** In one go: a process that is killed between the two calls leaves a lock that names nobody. */
function acquire(path: string, mark: string): boolean {
  let file: number
  try {
    file = openSync(path, 'wx')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  }
  try {
    writeSync(file, mark)
  } catch (cause) {
    // On a full disk there is room for the file, and none for its text: nobody must wait for it.
    rmSync(path, { force: true })
    throw cause
  } finally {
    closeSync(file)
  }
  return true
}

/**
 * Removes a stale lock. Of several that find it one does, after another look: by then it may be the lock of somebody who
 * has just taken it over.
 */
async function clear(path: string, mark: string): Promise<void> {
  const claim = `${path}.stale`
  if (!acquire(claim, mark)) {
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
    const age = Date.now() - mtimeMs
    if (age > STALE_MS) return true
    const [pid = '', host = ''] = (await readFile(path, 'utf8')).trim().split(' ')
    if (pid === '') return age > NAMELESS_MS
    return host === hostname() && !isAlive(Number(pid))
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
