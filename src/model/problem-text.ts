import type { Problem } from './problem.ts'

/** A problem as a line that a terminal makes clickable, and what to do about it on the next. */
export function problemText({ file, line, column, code, message, hint }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  return `${place === '' ? '' : `${place}: `}${code}: ${message}${hint === '' ? '' : `\n  ${hint}`}`
}
