import { realpath, stat } from 'node:fs/promises'

/** Which folder or file a path leads to at the moment. */
export interface Identity {
  /** Absolute, links followed. */
  readonly real: string
  /** `dev:ino`. */
  readonly id: string
  readonly kind: 'folder' | 'file' | 'other'
}

/** @returns `undefined` when there is nothing, or nothing that can be reached. */
export async function identify(path: string): Promise<Identity | undefined> {
  try {
    const real = await realpath(path)
    const found = await stat(real)
    const kind = found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other'
    return { real, id: `${found.dev}:${found.ino}`, kind }
  } catch {
    return undefined
  }
}

/** True when both lead to the same thing by the same way. */
export function sameIdentity(a: Identity | undefined, b: Identity | undefined): boolean {
  return a?.id === b?.id && a?.real === b?.real
}
