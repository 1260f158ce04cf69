import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { FileFact } from '#src/model/facts.js'

/** The timers of the process. */
export const timers = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
}

/** Regular files of a folder, as the watcher's room hands them over. */
export function factsOf(folder: string): Map<string, FileFact> {
  const facts = new Map<string, FileFact>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1).replaceAll('\\', '/')
    if (/(?:^|\/)node_modules\//.test(name)) continue
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isFile() !== true) continue
    facts.set(name, { size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, ino: stat.ino })
  }
  return new Map([...facts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
