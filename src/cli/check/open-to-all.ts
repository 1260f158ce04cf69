import { statSync } from 'node:fs'
import type { Problem } from '../../model/problem.ts'

const OTHERS_WRITE = 0o002

/**
 * Folders of plugins that every user may write to, if root asks, whose code theirs would be. Where folders have no such
 * rights, and for any other user, there are none.
 * @param folders absolute
 */
export function openToAll(folders: Iterable<string>): Problem[] {
  if (process.getuid?.() !== 0) return []
  return [...folders].filter(isOpen).map((file) => ({
    code: 'ERR_PLUGIN_WRITABLE',
    severity: 'warning',
    file,
    message: 'Every user may write to this folder, and root runs what is in it.',
    hint: `Run chmod o-w "${file}", or run plugins as another user than root.`,
  }))
}

function isOpen(folder: string): boolean {
  try {
    return (statSync(folder).mode & OTHERS_WRITE) !== 0
  } catch {
    return false
  }
}
