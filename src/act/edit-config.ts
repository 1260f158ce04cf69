import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { access, chmod, constants, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { withFileLock } from './file-lock.ts'

/** The text of a config file before an edit and after it. */
export interface ConfigEdit {
  /** `undefined` where there was no file. */
  readonly before: string | undefined
  readonly after: string
}

/**
 * Changes a config file. Under a lock, and atomic: another process sees the file as it was or as it becomes. The file is
 * made if it is missing. Nothing is written when the text stays as it is.
 * @param edit gets the text that the file has under the lock, `undefined` without a file
 * @throws what the file system says, and what `edit` throws (the file is left alone then)
 */
export async function editConfig(
  path: string,
  edit: (text: string | undefined) => string,
): Promise<ConfigEdit> {
  const folder = dirname(path)
  if (!existsSync(folder)) {
    // Loading this takes longer than an edit, and the folder is there but for the first time.
    const { ensureDir } = await import('fs-extra/esm')
    await ensureDir(folder)
  }
  // A link is written through: Kubernetes and release folders keep the file elsewhere.
  const target = await realpath(path).catch(() => path)
  return withFileLock(`${target}.lock`, async () => {
    const before = readIfThere(target)
    const after = edit(before)
    if (after !== before) {
      // A folder that can be written would let a file be replaced that somebody has protected.
      if (before !== undefined) await access(target, constants.W_OK)
      await sweep(target)
      await replaceFile(target, after)
    }
    return { before, after }
  })
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

/** Removes what writers left that were killed: whoever holds the lock is the only one who writes. */
async function sweep(path: string): Promise<void> {
  const begin = `${basename(path)}.`
  const isLeft = (name: string): boolean =>
    name.startsWith(begin) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(begin.length))
  const names = await readdir(dirname(path))
  await Promise.all(names.filter(isLeft).map((name) => rm(join(dirname(path), name), { force: true })))
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    )
    await chmod(temporary, mode)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
}
