import type { Problem } from './problem.ts'

/** A look lists no more files of a folder than these. */
export const FILES_LIMIT = 5000

/** What `stat` says of one file. Compared for inequality only: clocks jump. */
export interface FileFact {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
  /** The file was reached by a link, and lies inside the plugin's folder or elsewhere. */
  readonly linked?: 'inside' | 'outside'
}

/** A text file as it was found. */
export type TextFact =
  | { readonly kind: 'text'; readonly path: string; readonly text: string }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'refused'; readonly path: string; readonly problem: Problem }

/** One folder under a plugins directory that has a metadata.json. */
export interface FolderFacts {
  /** Absolute path as found, links not followed; the key of everything that is known of the folder. */
  readonly directory: string
  /** `directory` with links followed. */
  readonly real: string
  /** The folder's own name. */
  readonly folder: string
  readonly metadata: TextFact
  /** Regular files by path relative to the folder, with `/`, without what is ignored: those of a folder by name, then its folders'. */
  readonly files: ReadonlyMap<string, FileFact>
  /** `dev:ino` of every folder inside, by relative path (`''` is the folder itself): a swap shows here. */
  readonly folders: ReadonlyMap<string, string>
  /** When the youngest of the files and folders was last touched (`ctime`), in ms since the epoch. */
  readonly touchedMs: number
  /** The same for code and JSON files alone. */
  readonly codeTouchedMs: number
  /** Touched so shortly before the look that another write may not show in `stat`. */
  readonly racy: boolean
  /** What could not be read, or was left out. */
  readonly problems: readonly Problem[]
}

/** A look at one plugins directory. */
export type DirectoryFacts =
  | { readonly kind: 'read'; readonly path: string; readonly folders: readonly string[] }
  | { readonly kind: 'unreadable'; readonly path: string; readonly problem: Problem }
