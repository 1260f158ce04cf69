import { basename, join, sep } from 'node:path'
import { FILES_LIMIT } from '../model/facts.ts'
import type { DirectoryFacts, FileFact, FolderFacts, TextFact } from '../model/facts.ts'
import type { Problem } from '../model/problem.ts'
import { sameFact } from '../model/same-fact.ts'
import type { FileSource, FileStat, FolderEntry } from '../model/system.ts'
import { ignored, notAPlugin } from './ignore.ts'

/** metadata.json may have this many bytes. */
const METADATA_LIMIT = 64 * 1024
const DEPTH_LIMIT = 16
const CODE = /\.(?:[cm]?[jt]s|[jt]sx|json)$/
/** A file touched this shortly before the look may change again without its stat showing it: clocks tick every 4 ms or slower. */
const RACY_MS = 40

/** Lists the plugin folders of a plugins directory, sorted by name; links to folders count. */
export function discover(source: FileSource, directory: string): DirectoryFacts {
  let entries: FolderEntry[]
  try {
    entries = source.list(directory)
  } catch (cause) {
    return {
      kind: 'unreadable',
      path: directory,
      problem: unreadable(directory, cause, 'ERR_PLUGIN_DIRECTORY'),
    }
  }
  const folders = entries
    .filter((entry) => !notAPlugin(entry.name) && isFolder(source, directory, entry))
    .map((entry) => join(directory, entry.name))
    .sort()
  return { kind: 'read', path: directory, folders }
}

/**
 * Looks at one plugin folder.
 * @param now the time, in ms since the epoch.
 * @param known what the look before found; returned itself when nothing changed.
 * @param parent the folder that it lies in, with links followed, where that is known.
 * @returns `undefined` when the folder is gone or has no metadata.json.
 */
export function readFolder(
  source: FileSource,
  directory: string,
  now: number,
  known?: FolderFacts,
  parent?: string,
): FolderFacts | undefined {
  let walk = new Walk(source, '')
  let real: string
  try {
    const stat = source.lstat(directory)
    const sure = parent !== undefined && stat.isDirectory()
    real = sure ? parent + sep + basename(directory) : source.realpath(directory)
    walk = new Walk(source, real)
    walk.folder(real, '', 0, sure ? stat : source.stat(real))
  } catch (cause) {
    if (isGone(cause)) return undefined
    return unreadableFolder(directory, cause)
  }
  const metadata = readMetadata(source, directory, walk.files, known)
  if (metadata.kind === 'missing') return undefined
  const facts: FolderFacts = {
    directory,
    real,
    folder: basename(directory),
    metadata,
    files: walk.files,
    folders: walk.folders,
    touchedMs: walk.touchedMs,
    codeTouchedMs: walk.codeTouchedMs,
    racy: walk.touchedMs > now - RACY_MS,
    problems: walk.problems,
  }
  return known && !known.racy && sameLook(known, facts) ? known : facts
}

/** True when two looks at a folder saw the same. */
export function sameLook(a: FolderFacts, b: FolderFacts): boolean {
  return (
    a.real === b.real &&
    sameText(a.metadata, b.metadata) &&
    sameEntries(a.folders, b.folders, Object.is) &&
    sameEntries(a.files, b.files, sameFact) &&
    a.problems.length === b.problems.length
  )
}

class Walk {
  /** The folder that is walked through, with links followed. */
  readonly #real: string
  readonly files = new Map<string, FileFact>()
  readonly folders = new Map<string, string>()
  readonly problems: Problem[] = []
  touchedMs = 0
  codeTouchedMs = 0
  readonly #source: FileSource

  constructor(source: FileSource, real: string) {
    this.#source = source
    this.#real = real
  }

  folder(path: string, relative: string, depth: number, stat: FileStat): void {
    this.folders.set(relative, `${stat.dev}:${stat.ino}`)
    this.touchedMs = Math.max(this.touchedMs, stat.ctimeMs)
    const entries = this.#source.list(path)
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    // Files first, so that the entry is among those that are listed however many lie in the folders beside it.
    for (const entry of entries) if (!entry.isDirectory()) this.entry(entry, path, relative, depth)
    for (const entry of entries) if (entry.isDirectory()) this.entry(entry, path, relative, depth)
  }

  entry(entry: FolderEntry, parent: string, relative: string, depth: number): void {
    if (this.files.size >= FILES_LIMIT) {
      this.leaveOut(parent, `has more than ${FILES_LIMIT} files`)
      return
    }
    const { name } = entry
    const path = parent + sep + name
    const within = relative === '' ? name : `${relative}/${name}`
    const kind = entry.isDirectory() ? 'folder' : 'file'
    if (ignored(name, kind)) return
    let stat: FileStat
    try {
      stat = entry.isSymbolicLink() ? this.#source.stat(path) : this.#source.lstat(path)
    } catch (cause) {
      if (!isNothing(cause)) this.problems.push(unreadable(path, cause, 'ERR_PLUGIN_FILE_UNREADABLE'))
      return
    }
    if (stat.isDirectory()) this.subfolder(path, within, depth, stat, entry.isSymbolicLink())
    else if (stat.isFile()) this.file(within, stat, entry.isSymbolicLink() ? this.placeOf(path) : undefined)
  }

  subfolder(path: string, relative: string, depth: number, stat: FileStat, linked: boolean): void {
    // A linked sub-folder is not followed: it may lead out, or round in a circle.
    if (linked) return
    if (depth >= DEPTH_LIMIT) {
      this.leaveOut(path, `has folders more than ${DEPTH_LIMIT} deep`)
      return
    }
    try {
      this.folder(path, relative, depth + 1, stat)
    } catch (cause) {
      if (!isGone(cause)) this.problems.push(unreadable(path, cause, 'ERR_PLUGIN_FILE_UNREADABLE'))
    }
  }

  /** Where a link to a file leads. */
  placeOf(path: string): 'inside' | 'outside' {
    try {
      return this.#source.realpath(path).startsWith(this.#real + sep) ? 'inside' : 'outside'
    } catch {
      return 'outside'
    }
  }

  file(relative: string, stat: FileStat, linked: FileFact['linked']): void {
    const { size, mtimeMs, ctimeMs, ino } = stat
    this.files.set(
      relative,
      linked ? { size, mtimeMs, ctimeMs, ino, linked } : { size, mtimeMs, ctimeMs, ino },
    )
    this.touchedMs = Math.max(this.touchedMs, ctimeMs)
    if (CODE.test(relative)) this.codeTouchedMs = Math.max(this.codeTouchedMs, ctimeMs)
  }

  /** Says once what a look does not go through. */
  leaveOut(path: string, why: string): void {
    if (this.problems.some(({ code }) => code === 'ERR_PLUGIN_FOLDER_LIMIT')) return
    this.problems.push({
      code: 'ERR_PLUGIN_FOLDER_LIMIT',
      severity: 'warning',
      file: path,
      message: `The folder ${why}: what comes after those is not looked at, and its changes are not seen.`,
      hint: 'Keep what is not code elsewhere, or in a folder whose name begins with a dot (.data/).',
    })
  }
}

function readMetadata(
  source: FileSource,
  directory: string,
  files: ReadonlyMap<string, FileFact>,
  known: FolderFacts | undefined,
): TextFact {
  const before = known?.files.get('metadata.json')
  const now = files.get('metadata.json')
  if (known?.metadata.kind === 'text' && before && now && sameFact(before, now)) {
    // The look before came after every touch of the folder, and this file had rested by then.
    if (!known.racy || now.ctimeMs < known.touchedMs - RACY_MS) return known.metadata
  }
  return source.text(join(directory, 'metadata.json'), METADATA_LIMIT, now?.size)
}

function sameText(a: TextFact, b: TextFact): boolean {
  if (a === b) return true
  if (a.kind === 'text' && b.kind === 'text') return a.text === b.text
  return a.kind === 'refused' && b.kind === 'refused' && a.problem.message === b.problem.message
}

function sameEntries<T>(
  a: ReadonlyMap<string, T>,
  b: ReadonlyMap<string, T>,
  same: (x: T, y: T) => boolean,
): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    const other = b.get(key)
    if (other === undefined || !same(value, other)) return false
  }
  return true
}

function isFolder(source: FileSource, directory: string, entry: FolderEntry): boolean {
  if (entry.isDirectory()) return true
  if (!entry.isSymbolicLink()) return false
  try {
    return source.stat(join(directory, entry.name)).isDirectory()
  } catch {
    return false
  }
}

function isGone(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** What a link leads to that leads nowhere, or back to itself. */
function isNothing(cause: unknown): boolean {
  return isGone(cause) || (cause as NodeJS.ErrnoException).code === 'ELOOP'
}

function unreadableFolder(directory: string, cause: unknown): FolderFacts {
  const problem = unreadable(directory, cause, 'ERR_PLUGIN_FILE_UNREADABLE')
  return {
    directory,
    real: directory,
    folder: basename(directory),
    metadata: { kind: 'refused', path: join(directory, 'metadata.json'), problem },
    files: new Map(),
    folders: new Map(),
    touchedMs: 0,
    codeTouchedMs: 0,
    racy: false,
    problems: [],
  }
}

function unreadable(
  path: string,
  cause: unknown,
  code: 'ERR_PLUGIN_DIRECTORY' | 'ERR_PLUGIN_FILE_UNREADABLE',
): Problem {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
  const isMissing = reason === 'ENOENT'
  return {
    code,
    severity: code === 'ERR_PLUGIN_DIRECTORY' ? 'warning' : 'error',
    file: path,
    message: isMissing ? `There is no folder ${path}.` : `${path} cannot be read (${reason}).`,
    hint: isMissing
      ? 'Make the folder; it is picked up as soon as it is there. What runs keeps running.'
      : `Make it readable, for example with chmod u+rx "${path}". What runs keeps running.`,
    cause,
  }
}
