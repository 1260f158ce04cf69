import type { FileFact } from './facts.ts'

/** True if nothing that `stat` tells of a file differs. */
export function sameFact(a: FileFact, b: FileFact): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino
}
