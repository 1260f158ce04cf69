import { printable, wrapped } from './terminal.ts'
import type { Terminal, Tone } from './terminal.ts'

export interface FoldOptions {
  /** Before the first line. */
  readonly first?: string
  /** Before all others. */
  readonly rest?: string
  readonly tone?: Tone | undefined
}

/** Text of anybody as lines that fit the terminal, each indented. */
export function folded(out: Terminal, text: string, options: FoldOptions = {}): string {
  const { first = '', rest = `${first}  `, tone } = options
  return wrapped(printable(text), out.width - rest.length, out.width - first.length)
    .map((line, i) => (i === 0 ? first : rest) + (tone ? out.paint(tone, line) : line))
    .join('\n')
}
