import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { KnownFiles } from './known-files.ts'
import { statOf } from './stat-of.ts'

/** Nothing in it has to be worked out. */
const plain = /^\.\/(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/
const extensions = ['.js', '.json', '.node']

/**
 * Resolves a relative or absolute specifier as `require` does: the file, the file with an extension, the folder's
 * `main`, the folder's index. Gives the path with links followed, or `undefined`. Nothing is remembered, unlike in
 * Node's own resolver, which keeps answering with files that are gone.
 * @param realFolders folders known to be no links, nor to lie in one; those that are found out are added
 * @param known what the last look found; the disk is asked for the rest
 */
export function resolveFile(
  directory: string,
  specifier: string,
  realFolders: Set<string> = new Set(),
  known?: KnownFiles,
): string | undefined {
  const path = plain.test(specifier) ? directory + sep + specifier.slice(2) : resolve(directory, specifier)
  const folderOnly = /(?:^|\/)\.{0,2}$/.test(specifier)
  const sure = folderOnly ? undefined : known?.find(path)
  if (sure !== undefined) return sure
  const found = (folderOnly ? undefined : asFile(path)) ?? asFolder(path)
  return found === undefined ? undefined : realFile(found, realFolders)
}

/** The path of a file with links followed, asked of the kernel as little as possible. */
export function realFile(path: string, realFolders: Set<string>): string {
  const folder = dirname(path)
  if (!realFolders.has(folder)) {
    if (realpathSync.native(folder) !== folder) return realpathSync.native(path)
    realFolders.add(folder)
  }
  return lstatSync(path).isSymbolicLink() ? realpathSync.native(path) : path
}

function asFile(path: string): string | undefined {
  if (isFile(path)) return path
  for (const extension of extensions) if (isFile(path + extension)) return path + extension
  return undefined
}

function asFolder(path: string): string | undefined {
  if (statOf(path)?.isDirectory() !== true) return undefined
  const main = readMain(join(path, 'package.json'))
  const named =
    main === undefined ? undefined : (asFile(join(path, main)) ?? asFile(join(path, main, 'index')))
  return named ?? asFile(join(path, 'index'))
}

function readMain(path: string): string | undefined {
  if (!isFile(path)) return undefined
  try {
    const { main } = JSON.parse(readFileSync(path, 'utf8')) as { main?: unknown }
    return typeof main === 'string' ? main : undefined
  } catch {
    return undefined
  }
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true
}
