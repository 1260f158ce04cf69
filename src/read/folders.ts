import { dirname, join } from 'node:path'
import type { DirectoryFacts, FolderFacts } from '../model/facts.ts'
import type { Problem } from '../model/problem.ts'
import type { Clock, FileSource } from '../model/system.ts'
import { discover, readFolder, sameLook } from './discover.ts'

export interface FoldersOptions {
  /** Plugins directories, absolute, in the order of their rank. */
  readonly directories: readonly string[]
  /** Plugin folders elsewhere, absolute. */
  readonly extra: readonly string[]
  /** A folder must have been quiet for so long before what is in it counts, in ms. */
  readonly settle: number
  readonly files: FileSource
  readonly clock: Clock
}

/** What a look brought. */
export interface Look {
  /** Folders that are new or not as they were, at rest. */
  readonly changed: readonly FolderFacts[]
  /** Folders that are gone. */
  readonly gone: readonly string[]
  /** Some are still being written: look again in so many ms. `undefined` when all are at rest. */
  readonly again: number | undefined
  /** Code is being written somewhere, or a folder is just gone. */
  readonly written: boolean
}

/** What one look has come upon. */
interface Seen {
  /** At rest, and not as it was; `undefined` is gone. */
  readonly rested: Map<string, FolderFacts | undefined>
  again: number | undefined
  /** Code is being written somewhere, or a folder is just gone. */
  written: boolean
}

/** A folder in which something (a log, say) is written all the time is judged by its code alone after this long, in ms. */
const PATIENCE_MS = 2000
/** A folder in which code is written all the time (a plugin that keeps its state there) is taken as it is after this long, in ms. */
const LAST_PATIENCE_MS = 5000
/**
 * What is at rest, the config file too, waits for so long at most for what is still being written, in ms: a checkout of
 * many folders is one change.
 */
export const BURST_MS = 500
/** After this many folders in one look the event loop gets a turn. */
const CHUNK = 64

/**
 * What is known of all plugin folders. A look tells what changed since the look before, and holds back what is still
 * being written: a folder counts once nothing in it was touched for `settle` milliseconds, by the file system's own
 * clock, or, where that clock is not ours, once two looks that far apart saw the same.
 */
export class Folders {
  readonly #options: FoldersOptions
  readonly #known = new Map<string, FolderFacts>()
  readonly #moving = new Map<string, { facts: FolderFacts | undefined; at: number; since: number }>()
  readonly #unreadable = new Map<string, Problem>()
  #holding: number | undefined

  constructor(options: FoldersOptions) {
    this.#options = options
  }

  get known(): ReadonlyMap<string, FolderFacts> {
    return this.#known
  }

  /** Problems of the plugins directories themselves. */
  get problems(): readonly Problem[] {
    return [...this.#unreadable.values()]
  }

  /** Looks at the named folders, and at those that were moving; at all of them without names. */
  async look(directories?: ReadonlySet<string>): Promise<Look> {
    const seen: Seen = { rested: new Map(), again: undefined, written: false }
    const { files, clock } = this.#options
    let turn = 0
    const parents = realParents(files)
    for (const directory of this.#names(directories)) {
      turn += 1
      if (turn % CHUNK === 0) await new Promise<void>((done) => clock.setImmediate(done))
      this.#lookAt(directory, seen, parents(dirname(directory)))
    }
    const { again, written } = seen
    const look = { changed: [] as FolderFacts[], gone: [] as string[], again, written }
    if (this.#holds(seen)) return look
    for (const [directory, facts] of seen.rested) {
      this.#moving.delete(directory)
      if (facts) {
        this.#known.set(directory, facts)
        look.changed.push(facts)
      } else {
        this.#known.delete(directory)
        look.gone.push(directory)
      }
    }
    return look
  }

  /** Everything that differs from what is known, at rest or not; remembers nothing. */
  peek(): { changed: FolderFacts[]; gone: string[] } {
    const { files, clock } = this.#options
    const changed: FolderFacts[] = []
    const gone: string[] = []
    for (const directory of this.#names(undefined)) {
      const known = this.#known.get(directory)
      const facts = readFolder(files, directory, clock.now(), known)
      if (facts && !(known && sameLook(known, facts))) changed.push(facts)
      else if (!facts && known) gone.push(directory)
    }
    return { changed, gone }
  }

  #names(directories: ReadonlySet<string> | undefined): Iterable<string> {
    if (directories) return new Set([...directories, ...this.#moving.keys()])
    const names = new Set([...this.#options.extra, ...this.#known.keys(), ...this.#moving.keys()])
    for (const path of this.#options.directories) {
      const found = this.#discover(path)
      if (found.kind === 'unreadable') {
        this.#unreadable.set(path, found.problem)
        continue
      }
      this.#unreadable.delete(path)
      for (const folder of found.folders) names.add(folder)
    }
    return names
  }

  #lookAt(directory: string, seen: Seen, parent: string | undefined): void {
    const known = this.#known.get(directory)
    const now = this.#options.clock.now()
    const facts = readFolder(this.#options.files, directory, now, known, parent)
    if (facts === known || (!facts && this.#isOutOfSight(directory))) {
      this.#moving.delete(directory)
      return
    }
    const wait = this.#restless(directory, facts, now)
    if (wait === 0) {
      seen.rested.set(directory, facts)
      return
    }
    seen.again = Math.min(seen.again ?? wait, wait)
    seen.written ||= !facts || now - facts.codeTouchedMs < this.#options.settle
  }

  /** Holds back what is at rest while other folders are being written, if that does not take too long. */
  #holds({ rested, written }: Seen): boolean {
    const now = this.#options.clock.elapsed()
    if (written && rested.size > 0) this.#holding ??= now
    else this.#holding = undefined
    if (this.#holding === undefined || now - this.#holding >= BURST_MS) {
      this.#holding = undefined
      return false
    }
    for (const [directory, facts] of rested) {
      if (!this.#moving.has(directory)) this.#moving.set(directory, { facts, at: now, since: now })
    }
    return true
  }

  /** A folder in a plugins directory that cannot be read is not gone: nobody can say. */
  #isOutOfSight(directory: string): boolean {
    const parent = dirname(directory)
    return this.#options.directories.includes(parent) && this.#discover(parent).kind === 'unreadable'
  }

  /** Lists a plugins directory. One that is empty now, and lay on another disk before, was unmounted and not emptied. */
  #discover(path: string): DirectoryFacts {
    const found = discover(this.#options.files, path)
    if (found.kind === 'unreadable' || found.folders.length > 0 || !this.#layElsewhere(path)) return found
    return { kind: 'unreadable', path, problem: unmounted(path) }
  }

  #layElsewhere(path: string): boolean {
    const { files } = this.#options
    let real: string
    let device: string
    try {
      real = files.realpath(path)
      device = `${files.stat(real).dev}:`
    } catch {
      return false
    }
    // A plugin folder that is a link says nothing of the disk that the link is on.
    const inside = [...this.#known.values()].filter((facts) => facts.real === join(real, facts.folder))
    return inside.length > 0 && inside.every(({ folders }) => folders.get('')?.startsWith(device) === false)
  }

  /**
   * How long to wait until what was seen can be taken for whole, in ms; 0 when it can.
   * @param date by the clock that stamps files, which may jump: nothing else is measured with it
   */
  #restless(directory: string, facts: FolderFacts | undefined, date: number): number {
    const { settle } = this.#options
    if (settle === 0) return 0
    const now = this.#options.clock.elapsed()
    const before = this.#moving.get(directory)
    const since = before?.since ?? now
    if (facts) {
      if (now - since >= Math.max(LAST_PATIENCE_MS, 2 * settle)) return 0
      const patient = now - since < PATIENCE_MS
      const quiet = date - (patient ? facts.touchedMs : facts.codeTouchedMs)
      if (quiet >= settle) return 0
      if (before?.facts && sameLook(before.facts, facts)) return Math.max(0, settle - (now - before.at))
      this.#moving.set(directory, { facts, at: now, since })
      return quiet >= 0 ? Math.max(1, settle - quiet) : settle
    }
    if (before && !before.facts) return Math.max(0, settle - (now - before.at))
    this.#moving.set(directory, { facts, at: now, since })
    return settle
  }
}

function unmounted(path: string): Problem {
  return {
    code: 'ERR_PLUGIN_DIRECTORY',
    severity: 'warning',
    file: path,
    message: `${path} is empty, and the file system that its plugins were on is not there any more.`,
    hint: 'Mount it again; what runs keeps running. If these plugins are to go, restart the process.',
  }
}

/** Plugin folders lie side by side: where a parent really is gets asked once a look. */
function realParents(files: FileSource): (path: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return (path) => {
    if (!known.has(path)) known.set(path, realPath(files, path))
    return known.get(path)
  }
}

function realPath(files: FileSource, path: string): string | undefined {
  try {
    return files.realpath(path)
  } catch {
    return undefined
  }
}
