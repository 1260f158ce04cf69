import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import type { TextFact } from '../model/facts.ts'
import type { FileSource, FileStat, FolderEntry } from '../model/system.ts'
import { readText } from './text.ts'

/** The file system of this machine. */
export const disk: FileSource = {
  list: (path: string): FolderEntry[] => readdirSync(path, { withFileTypes: true }),
  lstat: (path: string): FileStat => lstatSync(path),
  stat: (path: string): FileStat => statSync(path),
  realpath: (path: string): string => realpathSync.native(path),
  text: (path: string, limit: number, size?: number): TextFact => readText(path, limit, size),
  read: (path: string): Uint8Array => readFileSync(path),
}
