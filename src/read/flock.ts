import { dirname, join, sep } from 'node:path'
import type { FolderFacts } from '../model/facts.ts'
import { identify, sameIdentity } from './identity.ts'
import type { Identity } from './identity.ts'
import { ignored } from './ignore.ts'
import type { Ear, Listen } from './listen.ts'

/** What a watcher wants to know of a plugin folder. */
export type Followed = Pick<FolderFacts, 'directory' | 'real' | 'files' | 'folders'>

export interface FlockOptions {
  readonly listen: Listen
  /** Something happened in this folder, or it is listened to only now: look again. */
  readonly heard: (directory: string) => void
  /** Where the folder would be if no link of its own led elsewhere. `undefined`: nobody watches the folder that it is in. */
  readonly home: (directory: string) => string | undefined
}

interface Member {
  /** Absolute, links not followed. */
  readonly directory: string
  /** What is listened to. */
  now: Identity | undefined
  /** `dev:ino` of the folders inside, as they were last reported. */
  folders: ReadonlyMap<string, string>
  nest: Nest | undefined
}

interface Nest {
  readonly members: Set<Member>
  ear: Ear | undefined
  openedAt: number
}

/** So many folders share one chokidar instance: one each costs twice the memory, and more make listening anew dearer. */
const NEST_SIZE = 16
/** A nest that folders vanish from and come back to all the time listens anew this often at most, in ms. */
const PAUSE_MS = 200

/**
 * The plugin folders that are listened to, with all folders in them. What the kernel or chokidar lose track of (a folder
 * that was replaced, swapped, led elsewhere) is healed in one way: close the instance, open another. As nobody listens
 * in between, each folder of it is hinted at afterwards.
 */
export class Flock {
  readonly #options: FlockOptions
  readonly #members = new Map<string, Member>()
  readonly #waiting = new Set<Member>()
  readonly #stale = new Set<Nest>()
  readonly #nests = new Set<Nest>()
  /** Folders that can be led elsewhere where nobody listens. */
  readonly #loose = new Set<Member>()
  #pumping: Promise<void> | undefined
  #looking = false
  #due = false
  #closed = false

  constructor(options: FlockOptions) {
    this.#options = options
  }

  /** Starts to listen to a folder, unless that is done already. */
  add(directory: string): void {
    if (this.#closed || this.#members.has(directory)) return
    const member: Member = { directory, now: undefined, folders: new Map(), nest: undefined }
    this.#members.set(directory, member)
    this.#waiting.add(member)
  }

  /** {@link add}, or compares what is listened to with what a look at the folder found. */
  follow(folder: Followed): void {
    this.add(folder.directory)
    const member = this.#members.get(folder.directory)
    if (!member || member.folders === folder.folders) return
    const before = member.folders
    member.folders = folder.folders
    // Still waiting, or gone when it was listened to last: the next time is its turn.
    const { nest, now } = member
    if (!nest) return
    if (!now || folder.real !== now.real || isAnother(folder, now)) this.#mark(nest, true)
    else if (nest.ear && isAhead(nest.ear, folder, before)) this.#mark(nest, true)
  }

  forget(directory: string): void {
    const member = this.#members.get(directory)
    if (!member) return
    this.#members.delete(directory)
    this.#waiting.delete(member)
    this.#loose.delete(member)
    member.nest?.members.delete(member)
    if (member.nest && (member.now || member.nest.members.size === 0)) this.#mark(member.nest, true)
  }

  /** Listens to a folder anew. */
  rearm(directory: string): void {
    const nest = this.#members.get(directory)?.nest
    if (nest) this.#mark(nest, true)
  }

  /** Listens anew to every folder directly in `parent`. */
  rearmIn(parent: string): void {
    for (const { directory, nest } of this.#members.values())
      if (nest && dirname(directory) === parent) this.#mark(nest, true)
  }

  /** Compares where a folder is with what is listened to. False when there is no such folder. */
  async look(directory: string): Promise<boolean> {
    const found = await identify(directory)
    const now = found?.kind === 'folder' ? found : undefined
    const member = this.#members.get(directory)
    if (member?.nest && !sameIdentity(now, member.now)) {
      this.#options.heard(directory)
      this.#mark(member.nest, true)
    }
    return now !== undefined
  }

  /** {@link look} at the folders that can be led elsewhere where nobody listens. */
  async lookAtLoose(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    await Promise.all([...this.#loose].map((member) => this.look(member.directory)))
    this.#looking = false
  }

  /** Does what there is to do; resolves when everything that was asked for is listened to. Never rejects. */
  pump(): Promise<void> {
    this.#pumping ??= this.#pump()
    return this.#pumping
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#nests].map(async (nest) => nest.ear?.close()))
    await this.#pumping
  }

  async #pump(): Promise<void> {
    // The promise must be in its place before it is taken out again.
    await Promise.resolve()
    for (let nest = this.#next(); nest && !this.#closed; nest = this.#next()) await this.#open(nest)
    this.#pumping = undefined
  }

  #next(): Nest | undefined {
    const now = performance.now()
    // The stale ones first: as long as chokidar 5 holds a dead watch on a path, it gives that to whoever asks.
    for (const nest of this.#stale) if (now - nest.openedAt >= PAUSE_MS) return nest
    if (this.#waiting.size === 0) return undefined
    const nest: Nest = { members: new Set(), ear: undefined, openedAt: -Infinity }
    for (const member of this.#waiting) {
      this.#waiting.delete(member)
      nest.members.add(member)
      member.nest = nest
      if (nest.members.size === NEST_SIZE) break
    }
    this.#nests.add(nest)
    return nest
  }

  async #open(nest: Nest): Promise<void> {
    this.#stale.delete(nest)
    await nest.ear?.close()
    nest.ear = undefined
    if (nest.members.size === 0) this.#nests.delete(nest)
    const members = [...nest.members]
    await Promise.all(members.map((member) => this.#locate(member)))
    const here = members.filter((member) => member.now)
    if (this.#closed || here.length === 0) return
    nest.ear = this.#options.listen({
      paths: here.flatMap((member) => member.now?.real ?? []),
      reach: 'tree',
      heard: (path, self) => this.#heard(nest, path, self),
    })
    nest.openedAt = performance.now()
    await nest.ear.ready
    if (this.#closed) return
    for (const member of here) if (nest.members.has(member)) this.#options.heard(member.directory)
  }

  async #locate(member: Member): Promise<void> {
    const found = await identify(member.directory)
    member.now = found?.kind === 'folder' ? found : undefined
    if (!this.#members.has(member.directory)) return
    const home = this.#options.home(member.directory)
    if (home !== undefined && (member.now?.real ?? home) === home) this.#loose.delete(member)
    else this.#loose.add(member)
  }

  #heard(nest: Nest, path: string, self: boolean): void {
    for (const member of nest.members) {
      if (!member.now || !matters(path, member.now.real, self)) continue
      if (self) this.#mark(nest, false)
      this.#options.heard(member.directory)
    }
  }

  #mark(nest: Nest, urgent: boolean): void {
    if (urgent) nest.openedAt = -Infinity
    this.#stale.add(nest)
    if (this.#due) return
    this.#due = true
    setImmediate(() => {
      this.#due = false
      void this.pump()
    })
  }
}

function matters(path: string, folder: string, self: boolean): boolean {
  if (path === folder) return true
  if (!path.startsWith(folder + sep)) return false
  const parts = path.slice(folder.length + 1).split(sep)
  return !parts.some((part, index) => ignored(part, self || index < parts.length - 1 ? 'folder' : 'file'))
}

function isAnother(folder: Followed, now: Identity): boolean {
  const id = folder.folders.get('')
  return id !== undefined && id !== now.id
}

/** A folder inside was replaced, or chokidar 5 missed something: it reads a folder before it watches it. */
function isAhead(ear: Ear, folder: Followed, before: ReadonlyMap<string, string>): boolean {
  const changed = [...folder.folders].filter(([path, id]) => path !== '' && before.get(path) !== id)
  if (changed.some(([path]) => before.has(path))) return true
  const whole = (path: string): string => join(folder.real, path)
  return ear.misses(
    changed.map(([path]) => whole(path)),
    [...folder.files.keys()].map(whole),
  )
}
