import { hash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { Problem } from '../model/problem.ts'
import { messageOf } from './message-of.ts'

const day = 86_400_000
/** Units kept of one plugin's folder: going back to a state from minutes ago is free. */
const kept = 8

/**
 * Compiled units on disk, by what they were made from. Several processes may share one: a unit is written beside its
 * place and moved there. Trouble is reported once, and never keeps a plugin from being loaded.
 */
export class UnitCache {
  readonly #wanted: string | undefined
  readonly #onProblem: (problem: Problem) => void
  readonly #used = new Set<string>()
  readonly #writes = new Set<Promise<void>>()
  #directory: string | undefined
  #troubled = false
  #number = 0

  /** @param directory default: see {@link defaultDirectory} */
  constructor(directory: string | undefined, onProblem: (problem: Problem) => void) {
    this.#wanted = directory
    this.#onProblem = onProblem
  }

  /** Where a unit lies, or would. */
  path(real: string, key: string): string {
    this.#directory ??= this.#wanted ?? defaultDirectory()
    return join(this.#directory, hash('sha256', real).slice(0, 24), `${key}.cjs`)
  }

  read(path: string): string | undefined {
    try {
      const text = readFileSync(path, 'utf8')
      this.#used.add(dirname(path))
      return text
    } catch {
      return undefined
    }
  }

  /** Writes in the background. */
  write(path: string, text: string): void {
    this.#used.add(dirname(path))
    if (this.#troubled) return
    const write = this.#write(path, text).catch((error: unknown) => this.#trouble(error))
    this.#writes.add(write)
    void write.finally(() => this.#writes.delete(write))
  }

  /** Resolves when everything is written. */
  async flush(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes)
  }

  /** Removes folders that nobody has used for 30 days, and what writers that were ended left behind. */
  async prune(now: number = Date.now()): Promise<void> {
    if (this.#directory === undefined) return
    for (const name of await names(this.#directory)) {
      const folder = join(this.#directory, name)
      try {
        const { mtimeMs } = await stat(folder)
        if (this.#used.has(folder)) {
          if (now - mtimeMs > day) await utimes(folder, new Date(now), new Date(now))
        } else if (now - mtimeMs > 30 * day) {
          await rm(folder, { recursive: true, force: true })
          continue
        }
        for (const file of await names(folder)) {
          if (file.endsWith('.tmp') && now - (await stat(join(folder, file))).mtimeMs > day) {
            await rm(join(folder, file), { force: true })
          }
        }
      } catch {
        // Somebody else was quicker.
      }
    }
  }

  async #write(path: string, text: string): Promise<void> {
    const folder = dirname(path)
    const temporary = `${path}.${process.pid}.${this.#number++}.tmp`
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await writeFile(temporary, text, { mode: 0o600 })
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    const units = (await names(folder)).filter((name) => name.endsWith('.cjs'))
    if (units.length > kept) await this.#trim(folder, units)
  }

  async #trim(folder: string, units: readonly string[]): Promise<void> {
    const dated = await Promise.all(
      units.map(async (name) => {
        const path = join(folder, name)
        return {
          path,
          ms: await stat(path).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        }
      }),
    )
    const old = dated.sort((a, b) => b.ms - a.ms).slice(kept)
    await Promise.all(old.map(({ path }) => rm(path, { force: true })))
  }

  #trouble(error: unknown): void {
    if (this.#troubled) return
    this.#troubled = true
    const file = this.#directory ?? ''
    this.#onProblem({
      code: 'ERR_PLUGIN_CACHE',
      severity: 'warning',
      file,
      message: `Compiled plugins cannot be kept in ${file}: ${messageOf(error)}`,
      hint: 'Plugins run, and are compiled again at each start. Make the folder writable, or set cacheDirectory.',
      cause: error,
    })
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    return []
  }
}

/**
 * `node_modules/.cache/plugbay` in the nearest `node_modules` that can be written to, else a folder under the temp
 * folder that is this user's alone: what lies there is run.
 */
export function defaultDirectory(from: string = process.cwd(), temporary: string = tmpdir()): string {
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
