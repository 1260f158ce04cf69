import type { Code, PluginFiles, Prepared } from './code.ts'
import type { FolderFacts, TextFact } from './facts.ts'
import type { Problem } from './problem.ts'

/**
 * What a manager has of the world. Each part can be replaced by itself: plugins out of memory or an archive, a compiler
 * of one's own, a config in a data base, a plugin's tests in virtual time. What is not given is the real thing.
 */
export interface System {
  /** What is read of plugin folders. The loader that plugbay brings reads code from the disk all the same. */
  readonly files: FileSource
  /** Who tells that something may have changed. */
  readonly watch: HintSource
  /** The time, for everything that plugbay waits for. A plugin's own timers are the real ones. */
  readonly clock: Clock
  /** Turns a plugin's files into code. */
  readonly loader: (options: LoaderOptions) => CodeLoader
  /** Where the config is kept. */
  readonly config: ConfigStore
}

/**
 * A file system, in the manner of `node:fs`. Paths are absolute. Everything is synchronous and throws what `node:fs`
 * throws: an error with the code `ENOENT` or `ENOTDIR` for what is not there; with any other, nobody can say whether it
 * is, and nothing counts as removed.
 */
export interface FileSource {
  /** The entries of a folder, in any order; the array is the caller's. */
  list(path: string): FolderEntry[]
  /** Of a link, the link itself. */
  lstat(path: string): FileStat
  /** Of a link, what it leads to. */
  stat(path: string): FileStat
  /** The path with all links followed. */
  realpath(path: string): string
  /**
   * A text file as it is. Does not throw: what is wrong with it is in what it returns.
   * @param limit in bytes; a larger file is refused without being read
   * @param size in bytes, of what a `stat` has just found to be a regular file
   */
  text(path: string, limit: number, size?: number): TextFact
  /** The content of a file that `watch` in metadata.json names. */
  read(path: string): Uint8Array
}

/** One entry of a folder: a `Dirent` is one. */
export interface FolderEntry {
  readonly name: string
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** What is asked of a file: `Stats` are one. Compared for inequality only, but for `ctimeMs`, which is a time of the {@link Clock}. */
export interface FileStat {
  readonly size: number
  readonly mtimeMs: number
  /** When it was last touched, in ms since the epoch. */
  readonly ctimeMs: number
  readonly dev: number
  readonly ino: number
  isDirectory(): boolean
  isFile(): boolean
}

/** Begins to watch. Returns at once. */
export type HintSource = (request: WatchRequest) => HintWatcher

/** What is to be watched, and who is to be told. */
export interface WatchRequest {
  /** Plugins directories, absolute. They need not exist. */
  readonly directories: readonly string[]
  /** The config file, absolute; it need not exist. */
  readonly config: string | undefined
  /** Poll instead of asking the kernel. */
  readonly usePolling: boolean
  readonly hints: Hints
}

/** Where to look again, never what happened. Called at any time until `close()`; twice or for nothing does no harm. */
export interface Hints {
  /** Look again at this folder. It may be gone, and it need not be a plugin. */
  folder(directory: string): void
  /** List the plugins directories again: folders came, went, or were replaced. */
  roots(): void
  /** Read the config file again. */
  config(): void
  /** The system refuses to watch; what it refused is found by looking alone. Once for each kind of refusal. */
  trouble(problem: Problem): void
  /** Everything is listened to, for the first time. What happened until now was not heard: look at everything once. */
  ready(): void
}

/** A watcher that watches. */
export interface HintWatcher {
  /**
   * Tells what a look at a plugin folder found, so that what is not as it was is listened to anew. Folders elsewhere than
   * in the plugins directories are listened to from the first call on. Idempotent and cheap.
   */
  follow?(folder: FolderFacts): void
  /** This folder holds no plugin any more. Where it is in a plugins directory, and is only without a metadata.json, one may come back. */
  forget?(directory: string): void
  /** Listens anew to a plugin folder, a plugins directory or the config file: a look found what no hint announced. */
  rearm?(path: string): void
  /** Leaves no watch, timer or listener. Idempotent; never rejects. */
  close(): Promise<void>
}

/** The time, and what happens at its time. */
export interface Clock {
  /** Milliseconds since the epoch, as files are stamped with it. May jump. */
  now(): number
  /** Milliseconds since any moment. Never goes back. */
  elapsed(): number
  /** @returns what `clearTimeout` takes; never `undefined` */
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
  /** After everything that is due already. */
  setImmediate(callback: () => void): void
}

export interface LoaderOptions {
  /** Where compiled units are kept. Default: `node_modules/.cache/plugbay`, else a folder of the user's own under the temp folder. */
  readonly cacheDirectory: string | undefined
  /** The name of the plugin whose folder holds this path, links followed. */
  readonly owner: (path: string) => string | undefined
  /** Trouble with the cache. Never keeps a plugin from being loaded. */
  readonly onProblem: (problem: Problem) => void
}

/** Turns a plugin's files into code that can be evaluated. */
export interface CodeLoader {
  /**
   * Compiles what has to be compiled, and imports what the plugin needs from outside its folder. Evaluates nothing of
   * the plugin's own. A promise only where there is something to wait for: a thousand of them are a part of a start.
   * @param previous the code that runs now, or that was prepared last, for this folder. That very object is given back
   *   when nothing that it contains has changed.
   */
  prepare(plugin: PluginFiles, previous?: Code): Prepared | Promise<Prepared>
  /**
   * A file of a plugin that runs was touched, and `prepare()` is likely to be asked for soon: begins what that will take,
   * as far as it has no effect that shows. Returns at once, never throws.
   * @param plugin as it was last looked at
   */
  foresee?(plugin: PluginFiles, previous: Code): void
  /** Whether the content of any file that the code contains differs. Compiles nothing, changes nothing. */
  differs(plugin: PluginFiles, previous: Code): boolean
  /** A folder, links followed, is gone: what is remembered of its files goes, too. */
  forget?(real: string): void
  /** Removes what nobody has used for long from the cache. */
  prune?(): Promise<void>
  /** Stops what this loader started. */
  close?(): Promise<void>
}

/** Where the config is kept. The path is that of the option `config`, absolute; it need not be a file's. */
export interface ConfigStore {
  /** The text as it is now. */
  read(path: string): TextFact
  /**
   * Changes the text, for `enable()` and `disable()` with `persist: true`. Nobody else changes it between.
   * @param change gets the text as it is, `undefined` where there is none; throws when it cannot be changed
   * @throws what `change` throws, and whatever keeps the text from being written; it is as it was then
   */
  edit(path: string, change: (text: string | undefined) => string): Promise<unknown>
}
