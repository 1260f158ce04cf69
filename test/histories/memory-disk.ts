import { Buffer } from 'node:buffer'
import type { Clock, FileSource, FileStat, FolderEntry, TextFact } from 'plugbay'

/** Files are stamped by a clock that ticks as seldom, in ms. */
const TICK_MS = 4

abstract class Inode implements FileStat {
  readonly dev = 1
  readonly ino: number
  ctimeMs: number
  mtimeMs: number

  constructor(ino: number, now: number) {
    this.ino = ino
    this.ctimeMs = now
    this.mtimeMs = now
  }

  abstract get size(): number

  isDirectory(): boolean {
    return this instanceof Folder
  }

  isFile(): boolean {
    return this instanceof File
  }

  isSymbolicLink(): boolean {
    return this instanceof Link
  }
}

class File extends Inode {
  text = ''

  override get size(): number {
    return Buffer.byteLength(this.text)
  }
}

class Folder extends Inode {
  readonly entries = new Map<string, Inode>()

  override get size(): number {
    return 4096
  }
}

class Link extends Inode {
  target = ''

  override get size(): number {
    return this.target.length
  }
}

interface Place {
  readonly node: Inode
  /** With links followed. */
  readonly real: string
}

/** A file system in memory: stamps, inode numbers, links, and errors when they are asked for. Tells of every change. */
export class MemoryDisk implements FileSource {
  /** Called with the real path of what changed. */
  onChange: (path: string) => void = () => undefined
  /** Entries are listed in the opposite order. */
  backwards = false
  /** How often anything was changed. */
  changes = 0
  readonly #clock: Clock
  readonly #root: Folder
  readonly #faults = new Map<string, { readonly code: string; readonly once: boolean }>()
  #inodes = 1

  constructor(clock: Clock) {
    this.#clock = clock
    this.#root = new Folder(1, this.#now())
  }

  list(path: string): FolderEntry[] {
    this.#mayFail(path)
    const { node } = this.#find(path, true)
    if (!(node instanceof Folder)) throw failure('ENOTDIR', path)
    const entries = [...node.entries].map(([name, inode]) => ({
      name,
      isDirectory: () => inode.isDirectory(),
      isSymbolicLink: () => inode.isSymbolicLink(),
    }))
    return this.backwards ? entries.toReversed() : entries
  }

  lstat(path: string): FileStat {
    this.#mayFail(path)
    return this.#find(path, false).node
  }

  stat(path: string): FileStat {
    this.#mayFail(path)
    return this.#find(path, true).node
  }

  realpath(path: string): string {
    this.#mayFail(path)
    return this.#find(path, true).real
  }

  text(path: string, limit: number): TextFact {
    let text: string
    try {
      text = this.readText(path)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', path }
      return refused(path, `cannot be read (${code})`)
    }
    return text.length > limit ? refused(path, 'is too large') : { kind: 'text', path, text }
  }

  read(path: string): Uint8Array {
    return Buffer.from(this.readText(path))
  }

  readText(path: string): string {
    this.#mayFail(path)
    this.#mayFail(`read ${path}`)
    return this.textOf(path)
  }

  /** The same, and nothing fails that is only to fail for the manager. */
  textOf(path: string): string {
    const { node } = this.#find(path, true)
    if (!(node instanceof File)) throw failure('EISDIR', path)
    return node.text
  }

  has(path: string): boolean {
    const at = path.lastIndexOf('/')
    let node: Inode | undefined = this.#root
    for (const name of path.slice(1, Math.max(at, 1)).split('/')) {
      if (name === '') continue
      node = node instanceof Folder ? node.entries.get(name) : undefined
      if (node instanceof Link) node = this.#target(node)
    }
    return node instanceof Folder && (path === '' || node.entries.has(path.slice(at + 1)))
  }

  /** Makes a file, or writes into the one that is there. Makes the folders above it. */
  write(path: string, text: string): void {
    this.makeFolder(parentOf(path))
    const file = this.has(path) ? this.#find(path, true).node : this.#enter(path, new File(++this.#inodes, 0))
    if (!(file instanceof File)) throw failure('EISDIR', path)
    file.text = text
    file.mtimeMs = this.#now()
    file.ctimeMs = this.#now()
    this.#changed(path)
  }

  /** Puts a new file in the place of what is there, in one step, as editors and `git` do. */
  replace(path: string, text: string): void {
    this.makeFolder(parentOf(path))
    const file = new File(++this.#inodes, this.#now())
    file.text = text
    this.#enter(path, file)
    this.#changed(path)
  }

  makeFolder(path: string): void {
    if (path === '' || this.has(path)) return
    this.makeFolder(parentOf(path))
    this.#enter(path, new Folder(++this.#inodes, this.#now()))
    this.#changed(path)
  }

  link(path: string, target: string): void {
    const link = new Link(++this.#inodes, this.#now())
    link.target = target
    this.#enter(path, link)
    this.#changed(path)
  }

  /** Removes a file, a link, or a folder with all that is in it. */
  remove(path: string): void {
    if (!this.has(path)) return
    this.#changed(path)
    const parent = this.#folder(parentOf(path))
    parent.entries.delete(nameOf(path))
    this.#touch(parent)
  }

  rename(from: string, to: string): void {
    const { node } = this.#find(from, false)
    this.#changed(from)
    const parent = this.#folder(parentOf(from))
    parent.entries.delete(nameOf(from))
    this.#touch(parent)
    node.ctimeMs = this.#now()
    this.#enter(to, node)
    this.#changed(to)
  }

  /** From now on, or once, whatever is asked of this very path fails; of `read PATH`, only its content. What fails for long fails with all below it. */
  fail(path: string, code: string, once: boolean): void {
    this.#faults.set(path, { code, once })
  }

  /** Nothing fails any more. */
  mend(): void {
    this.#faults.clear()
  }

  get faulty(): boolean {
    return this.#faults.size > 0
  }

  /** The links in a folder that lead somewhere: where to, and themselves. */
  *links(path: string): Generator<readonly [real: string, directory: string]> {
    for (const [name, node] of this.#folder(path).entries) {
      if (node instanceof Link && this.#target(node))
        yield [this.#find(node.target, true).real, `${path}/${name}`]
    }
  }

  /** The texts of all files below a folder, links followed, by path relative to it. */
  texts(path: string): Map<string, string> {
    const found = new Map<string, string>()
    const walk = (folder: string, relative: string): void => {
      if (!this.has(folder)) return
      let node: Inode
      try {
        ;({ node } = this.#find(folder, true))
      } catch {
        return
      }
      if (node instanceof File) found.set(relative, node.text)
      if (!(node instanceof Folder)) return
      for (const name of [...node.entries.keys()].sort())
        walk(`${folder}/${name}`, relative === '' ? name : `${relative}/${name}`)
    }
    walk(path, '')
    return found
  }

  #now(): number {
    return Math.floor(this.#clock.now() / TICK_MS) * TICK_MS
  }

  #mayFail(path: string): void {
    if (this.#faults.size === 0) return
    for (const [above, { code, once }] of this.#faults)
      if (!once && path.startsWith(`${above}/`)) throw failure(code, path)
    const fault = this.#faults.get(path)
    if (!fault) return
    if (fault.once) this.#faults.delete(path)
    throw failure(fault.code, path)
  }

  #find(path: string, follow: boolean, depth = 0): Place {
    if (depth > 8) throw failure('ELOOP', path)
    let node: Inode = this.#root
    let real = ''
    const parts = path.split('/')
    for (let at = 1; at < parts.length; at += 1) {
      const name = parts[at]!
      if (!(node instanceof Folder)) throw failure('ENOTDIR', path)
      const next = node.entries.get(name)
      if (!next) throw failure('ENOENT', path)
      if (next instanceof Link && (follow || at < parts.length - 1)) {
        ;({ node, real } = this.#find(next.target, true, depth + 1))
      } else {
        node = next
        real = `${real}/${name}`
      }
    }
    return { node, real }
  }

  #target(link: Link): Inode | undefined {
    try {
      return this.#find(link.target, true).node
    } catch {
      return undefined
    }
  }

  #folder(path: string): Folder {
    const { node } = path === '' ? { node: this.#root } : this.#find(path, true)
    if (!(node instanceof Folder)) throw failure('ENOTDIR', path)
    return node
  }

  #enter<T extends Inode>(path: string, node: T): T {
    const parent = this.#folder(parentOf(path))
    parent.entries.set(nameOf(path), node)
    this.#touch(parent)
    return node
  }

  #touch(folder: Folder): void {
    folder.ctimeMs = this.#now()
    folder.mtimeMs = this.#now()
  }

  #changed(path: string): void {
    this.changes += 1
    const parent = parentOf(path)
    this.onChange(`${parent === '' ? '' : this.#find(parent, true).real}/${nameOf(path)}`)
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Without a stack, which costs more than all the rest. */
class Failure extends Error {
  readonly code: string

  constructor(code: string, path: string) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(`${code}: ${path}`)
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
  }
}

function failure(code: string, path: string): Failure {
  return new Failure(code, path)
}

function refused(path: string, what: string): TextFact {
  return {
    kind: 'refused',
    path,
    problem: {
      code: 'ERR_PLUGIN_FILE_UNREADABLE',
      severity: 'error',
      file: path,
      message: `${path} ${what}.`,
      hint: 'Look at the disk.',
    },
  }
}
