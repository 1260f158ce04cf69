import { statSync } from 'node:fs'
import type { Stats } from 'node:fs'

/** What lies at a path. What cannot be asked for (a name too long, a circle of links) is not there, as for Node. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
