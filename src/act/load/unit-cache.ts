import { hash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { readdir, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asText } from '../../model/as-text.ts'
import type { Problem } from '../../model/problem.ts'
import { cacheDirectory } from './cache-directory.ts'
import { messageOf } from '../message-of.ts'

const day = 86_400_000
/** Units kept of one plugin's folder: going back to a state from minutes ago is free. */
const kept = 8
/** How long what was compiled is kept waiting, so that it is live first, and how long writing may hold things up. */
const patience = 10
const stretch = 4

/**
 * Compiled units on disk, by what they were made from. Several processes may share one: a unit is written beside its
 * place and moved there. Trouble is reported once, and never keeps a plugin from being loaded.
 */
export class UnitCache {
  readonly #wanted: string | undefined
  readonly #onProblem: (problem: Problem) => void
  readonly #used = new Set<string>()
  /** Texts to write, by path. */
  readonly #waiting = new Map<string, string>()
  /** Units in a folder, oldest first, by folder. */
  readonly #units = new Map<string, string[]>()
  #timer: NodeJS.Timeout | undefined
  #directory: string | undefined
  #troubled = false
  #number = 0

  /** @param directory default: see {@link cacheDirectory} */
  constructor(directory: string | undefined, onProblem: (problem: Problem) => void) {
    this.#wanted = directory
    this.#onProblem = onProblem
  }

  /** Where a unit lies, or would. */
  path(real: string, key: string): string {
    this.#directory ??= this.#wanted ?? cacheDirectory()
    return join(this.#directory, hash('sha256', real).slice(0, 24), `${key}.cjs`)
  }

  read(path: string): string | undefined {
    try {
      const text = readFileSync(path, asText)
      this.#used.add(dirname(path))
      return text
    } catch {
      return undefined
    }
  }

  /** Whether there is a unit, sound or not. */
  has(path: string): boolean {
    return this.#waiting.has(path) || existsSync(path)
  }

  /** Writes soon: what was compiled is to be live first. */
  write(path: string, text: string): void {
    this.#used.add(dirname(path))
    if (this.#troubled) return
    this.#waiting.set(path, text)
    this.#timer ??= setTimeout(() => this.#drain(stretch), patience)
  }

  /** Writes what is still waiting. */
  flush(): void {
    this.#drain(Number.POSITIVE_INFINITY)
  }

  // Synchronous calls take a third of the time, and there is nothing to wait for but the kernel's own memory.
  #drain(limit: number): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const end = performance.now() + limit
    for (const [path, text] of this.#waiting) {
      this.#waiting.delete(path)
      try {
        this.#write(path, text)
      } catch (error) {
        this.#waiting.clear()
        this.#trouble(error)
      }
      if (performance.now() > end) break
    }
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => this.#drain(stretch), 0)
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

  #write(path: string, text: string): void {
    const folder = dirname(path)
    const temporary = `${path}.${process.pid}.${this.#number++}.tmp`
    try {
      writeInto(folder, temporary, text)
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
    const units = (this.#units.get(folder) ?? unitsIn(folder)).filter((unit) => unit !== path)
    units.push(path)
    for (const old of units.splice(0, units.length - kept)) rmSync(old, { force: true })
    this.#units.set(folder, units)
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

function writeInto(folder: string, path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 })
  } catch {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode: 0o600 })
  }
}

/** Oldest first. */
function unitsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cjs'))
    .map((name) => join(folder, name))
    .map((path) => ({ path, ms: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.ms - b.ms)
    .map(({ path }) => path)
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    return []
  }
}
