import { stripVTControlCharacters, styleText } from 'node:util'

/** Colours by what they mean. */
export type Tone = 'good' | 'bad' | 'odd' | 'busy' | 'soft' | 'strong'

/** Where lines go, and what may be done there. */
export interface Terminal {
  /** Columns; `Infinity` where nothing needs to fit. */
  readonly width: number
  paint(tone: Tone, text: string): string
  /** Writes one line, or several with `\n` between. */
  print(text: string): void
}

type Stream = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number }

const STYLES = {
  good: 'green',
  bad: 'red',
  odd: 'yellow',
  busy: 'blue',
  soft: 'gray',
  strong: 'bold',
} as const

/** A stream as a terminal: coloured only on a TTY, and without `NO_COLOR`; as wide as it is now. */
export function terminal(stream: Stream, env: Readonly<Record<string, string | undefined>>): Terminal {
  const isTTY = stream.isTTY === true
  const coloured = isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return {
    get width() {
      return isTTY && stream.columns ? stream.columns : Infinity
    },
    // Whether to colour has been decided: Node would decide for process.stdout.
    paint: (tone, text) =>
      coloured && text !== '' ? styleText(STYLES[tone], text, { validateStream: false }) : text,
    print: (text) => void stream.write(`${text}\n`),
  }
}

/** Text of a stranger made safe to print: no escape sequences, no control characters but line ends and tabs. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}

/**
 * Breaks text into lines, between words; a word that is too long stays whole, so that a path can be clicked.
 * @param first room on the first line
 */
export function wrapped(text: string, width: number, first: number = width): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    const [start = '', ...words] = paragraph.split(' ')
    let line = start
    for (const word of words) {
      if (line.length + 1 + word.length <= (lines.length === 0 ? first : width)) line += ` ${word}`
      else {
        lines.push(line)
        line = word
      }
    }
    lines.push(line)
  }
  return lines
}
