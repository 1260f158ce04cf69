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
  for (const line of stackOf(cause).split('\n')) {
    const match = /^(.+?):(\d+)(?::(\d+))?\)?$/.exec(line.trimEnd())
    if (!match) continue
    const [, before = '', row, column] = match
    const url = before.indexOf('file://')
    const text = url < 0 ? before : safePath(before.slice(url))
    for (const folder of folders) {
      const file = from(text, folder)
      if (file) return { file, line: Number(row), ...(column !== undefined && { column: Number(column) }) }
    }
  }
  return undefined
}

/** Whatever can be thrown may itself throw when it is looked at. */
function stackOf(cause: unknown): string {
  try {
    if (typeof cause !== 'object' || cause === null || !('stack' in cause)) return ''
    return typeof cause.stack === 'string' ? cause.stack : ''
  } catch {
    return ''
  }
}

/** The end of a text, from where it names something in a folder: names may hold blanks and brackets. */
function from(text: string, folder: string): string | undefined {
  for (let at = text.indexOf(folder); at >= 0; at = text.indexOf(folder, at + 1)) {
    const end = text[at + folder.length]
    if ((at === 0 || /[\s(]/.test(text[at - 1] ?? '')) && (end === '/' || end === '\\')) return text.slice(at)
  }
  return undefined
}

/** The path of a file URL. */
function safePath(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname)
  } catch {
    return url
  }
}
