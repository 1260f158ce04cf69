import { printable } from '../terminal/terminal.ts'
import type { Terminal, Tone } from '../terminal/terminal.ts'

/** A unified diff as a terminal shows it. */
export function paintedDiff(text: string, terminal: Terminal): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const tone = toneOf(line)
      return tone === undefined ? printable(line) : terminal.paint(tone, printable(line))
    })
    .join('\n')
}

function toneOf(line: string): Tone | undefined {
  if (/^(---|\+\+\+) /.test(line)) return 'strong'
  if (line.startsWith('@@')) return 'busy'
  if (line.startsWith('+')) return 'good'
  return line.startsWith('-') ? 'bad' : undefined
}
