import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { asText } from '../model/as-text.ts'
import type { TextFact } from '../model/facts.ts'
import type { Problem, ProblemCode } from '../model/problem.ts'

// Without O_NONBLOCK, opening a FIFO waits for somebody to write into it. Windows knows neither.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

let scratch = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * Reads a whole text file: UTF-8, with or without a byte order mark. Synchronous, as it is done for every plugin at a
 * cold start, and a thread-pool round trip costs more than the read.
 * @param path absolute.
 * @param limit in bytes; a larger file is refused by its `stat`, without being read.
 * @param size in bytes, of what a `stat` has just found to be a regular file
 */
export function readText(path: string, limit: number, size: number = limit + 1): TextFact {
  const usual = size <= limit ? readUsual(path, limit) : undefined
  if (usual !== undefined) return { kind: 'text', path, text: usual }
  let descriptor: number
  try {
    descriptor = openSync(path, flags)
  } catch (error) {
    return unreadable(path, error)
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) {
      const kind = stat.isDirectory() ? 'a folder' : 'a pipe, a socket or a device'
      return refused(
        path,
        'ERR_PLUGIN_FILE_UNREADABLE',
        `is ${kind}, not a file.`,
        'Put a regular file there.',
      )
    }
    if (stat.size > limit) {
      return refused(
        path,
        'ERR_PLUGIN_FILE_TOO_LARGE',
        `has ${stat.size} bytes; at most ${limit} are read.`,
        'Move what is large into a file of its own.',
      )
    }
    // Of a file that seems to be empty one byte is asked for: only then a disk that fails says so.
    return decoded(path, read(descriptor, Math.max(stat.size, 1)))
  } catch (error) {
    return unreadable(path, error)
  } finally {
    closeSync(descriptor)
  }
}

/** In one call of the system's, the text of a file with which nothing is the matter; `undefined`: look closer. */
function readUsual(path: string, limit: number): string | undefined {
  let text: string
  try {
    text = readFileSync(path, asText)
  } catch {
    return undefined
  }
  return text.length > limit || odd.test(text) ? undefined : text
}

// A byte order mark, or what bytes that are not UTF-8 become.
const odd = /^\uFEFF|[\0\uFFFD]/

/** The bytes, in a buffer that the next call overwrites. */
function read(descriptor: number, size: number): Buffer {
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size)
  let length = 0
  while (length < size) {
    const count = readSync(descriptor, scratch, length, size - length, null)
    if (count === 0) break
    length += count
  }
  return scratch.subarray(0, length)
}

function decoded(path: string, bytes: Buffer): TextFact {
  if (!isUtf8(bytes) || bytes.includes(0)) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    const found = utf16 ? 'is UTF-16' : bytes.includes(0) ? 'has NUL bytes' : 'has bytes that are not UTF-8'
    return refused(path, 'ERR_PLUGIN_FILE_ENCODING', `${found}.`, 'Save the file as UTF-8.')
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return { kind: 'text', path, text: bytes.toString('utf8', marked ? 3 : 0) }
}

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'Let the user that runs this process read it: chmod u+r on the file, u+x on the folders above it.',
  EPERM: 'Let the user that runs this process read it.',
  ELOOP: 'A link leads back to itself: point it at the real file.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n).',
  ENFILE: 'Too many files are open on this machine.',
  ENAMETOOLONG: 'Shorten the name of the file or of the folders above it.',
}

function unreadable(path: string, error: unknown): TextFact {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', path }
  // Windows opens no folder.
  if (code === 'EISDIR') {
    return refused(
      path,
      'ERR_PLUGIN_FILE_UNREADABLE',
      'is a folder, not a file.',
      'Put a regular file there.',
    )
  }
  const hint = remedies[code] ?? 'Check the disk, and whether another program holds the file.'
  return refused(path, 'ERR_PLUGIN_FILE_UNREADABLE', `cannot be read (${code}).`, hint, error)
}

function refused(path: string, code: ProblemCode, what: string, hint: string, cause?: unknown): TextFact {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  const problem: Problem = { code, severity: 'error', file: path, message: `${name} ${what}`, hint }
  return { kind: 'refused', path, problem: cause === undefined ? problem : { ...problem, cause } }
}
