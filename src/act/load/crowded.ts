import { readdirSync, statSync } from 'node:fs'

const many = 1_000
const known = new Map<string, { readonly mtimeMs: number; readonly crowded: boolean }>()

/** True for a folder with so many entries that listing it is no small matter. */
export function isCrowded(folder: string): boolean {
  const mtimeMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const before = known.get(folder)
  if (before?.mtimeMs === mtimeMs) return before.crowded
  const crowded = mtimeMs !== 0 && readdirSync(folder).length > many
  known.set(folder, { mtimeMs, crowded })
  return crowded
}
