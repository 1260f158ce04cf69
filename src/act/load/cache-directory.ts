import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * `node_modules/.cache/plugbay` in the nearest `node_modules` that can be written to, else a folder under the temp
 * folder that is this user's alone: what lies there is run.
 */
export function cacheDirectory(from: string = process.cwd(), temporary: string = tmpdir()): string {
  for (let at = from; ; at = dirname(at)) {
    const modules = join(at, 'node_modules')
    if (existsSync(modules) && isWritable(modules)) return join(modules, '.cache', 'plugbay')
    if (dirname(at) === at) break
  }
  const { uid, username } = userInfo()
  const folder = join(temporary, `plugbay-${uid === -1 ? username : uid}`)
  return isOursAlone(folder, uid) ? folder : join(temporary, `plugbay-${uid}-${process.pid}`)
}

function isOursAlone(folder: string, uid: number): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = statSync(folder)
    return uid === -1 || (found.uid === uid && (found.mode & 0o077) === 0)
  } catch {
    return false
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
