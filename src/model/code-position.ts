/** Where in a plugin something was thrown. */
export interface CodePosition {
  readonly file: string
  readonly line: number
  readonly column?: number
}

/**
 * Finds the first place of a stack trace that lies in a plugin's folder. A SyntaxError names its place in the first
 * line of its stack, other errors in their frames.
 */
export function codePosition(cause: unknown, folders: readonly string[]): CodePosition | undefined {
  if (typeof cause !== 'object' || cause === null || !('stack' in cause) || typeof cause.stack !== 'string')
    return undefined
  for (const line of cause.stack.split('\n')) {
    const match = /(?:\(|^|\s)((?:file:\/\/)?\/?[^()\s][^()]*?):(\d+)(?::(\d+))?\)?$/.exec(line.trim())
    if (!match) continue
    const [, place = '', row, column] = match
    const file = place.startsWith('file://') ? safePath(place) : place.replace(/^at (?:async )?/, '')
    if (!folders.some((folder) => isInside(file, folder))) continue
    return { file, line: Number(row), ...(column !== undefined && { column: Number(column) }) }
  }
  return undefined
}

function isInside(file: string, folder: string): boolean {
  return file.startsWith(folder) && /^[/\\]/.test(file.slice(folder.length))
}

/** The path of a file URL. */
function safePath(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname)
  } catch {
    return url
  }
}
