import picomatch from 'picomatch'
import { isCodeFile } from '../act/load/plugin-files.ts'
import type { FileFact, FolderFacts } from '../model/facts.ts'
import { sameFact } from '../model/same-fact.ts'
import type { Cause } from './reload-storm.ts'

/** When a plugin was last started, or tried to. In ms since the epoch, as `stat` has it. */
export interface StartWindow {
  /** No earlier than this its code was evaluated. */
  readonly beganMs: number
  /** Its `activate` had come to an end. */
  readonly endedMs: number
  /** Its folder as it was at that moment, where somebody looked. */
  readonly after: FolderFacts | undefined
}

/** The clock that stamps files may be so far behind: it ticks every 1 to 10 ms. */
const TICK_MS = 10

/**
 * Whether all that changed in a folder, of what a plugin can be reloaded for, was written while that plugin started.
 * Without a look at the folder from that moment, what was written within a tick of its end may be taken for that.
 * @param watch globs of files, besides the code, that a plugin is reloaded for
 * @returns also the first of the files, relative to the folder, if there are any
 */
export function causeOf(
  before: FolderFacts,
  now: FolderFacts,
  watch: readonly string[],
  window: StartWindow,
): { readonly cause: Cause; readonly file: string } {
  if (before.real !== now.real) return { cause: 'other', file: '' }
  const files = changedFiles(before.files, now.files, watch)
  const [file] = files
  if (file === undefined) return { cause: 'unclear', file: '' }
  return { cause: files.every((name) => isOwn(name, now, window)) ? 'own' : 'other', file }
}

function isOwn(file: string, { files }: FolderFacts, { beganMs, endedMs, after }: StartWindow): boolean {
  const fact = files.get(file)
  // Of a file that is gone nobody can say when it went.
  if (!fact || fact.ctimeMs < beganMs - TICK_MS) return false
  return after ? isSame(fact, after.files.get(file)) : fact.ctimeMs < endedMs + 1
}

function changedFiles(
  before: FolderFacts['files'],
  now: FolderFacts['files'],
  watch: readonly string[],
): string[] {
  const changed = [...now].filter(([file, fact]) => !isSame(fact, before.get(file))).map(([file]) => file)
  for (const file of before.keys()) if (!now.has(file)) changed.push(file)
  if (changed.every(isCodeFile)) return changed
  const isWatched = watch.length > 0 ? picomatch([...watch], { dot: true }) : () => false
  return changed.filter((file) => isCodeFile(file) || isWatched(file))
}

function isSame(a: FileFact, b: FileFact | undefined): boolean {
  return b !== undefined && sameFact(a, b)
}
