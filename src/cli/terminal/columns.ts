import { printable, wrapped } from './terminal.ts'
import type { Terminal, Tone } from './terminal.ts'

/** One column but the last, which takes the room that is left. */
export interface Column {
  readonly head: string
  /** Longer cells are cut. Default: they are not. */
  readonly widest?: number
  readonly align?: 'right'
}

export interface Row {
  /** One more than there are columns. */
  readonly cells: readonly string[]
  /** Of one cell. */
  readonly tone?: { readonly column: number; readonly tone: Tone }
}

const GAP = '  '
/** Narrower than that, the last column stands on lines of its own, indented. */
const NARROWEST_LAST = 16
const BELOW = '    '
/** Of the last column; a table is no place for more. */
const MOST_LINES = 2

/** A table that fits the terminal from 60 columns up. Whatever the cells hold is made safe to print. */
export function columns(
  heads: readonly Column[],
  last: string,
  rows: readonly Row[],
  terminal: Terminal,
): string {
  const texts = rows.map(({ cells }) =>
    cells.map((cell, i) => shortened(printable(cell), heads[i]?.widest ?? Infinity)),
  )
  const widths = heads.map(({ head }, i) => Math.max(head.length, ...texts.map((cells) => cells[i]!.length)))
  const indent = widths.reduce((sum, width) => sum + width + GAP.length, 0)
  const left = terminal.width - indent

  const line = (cells: readonly string[], tone: Row['tone'], isHead: boolean): string => {
    const padded = widths.map((width, i) =>
      heads[i]!.align === 'right' ? cells[i]!.padStart(width) : cells[i]!.padEnd(width),
    )
    if (tone) padded[tone.column] = terminal.paint(tone.tone, padded[tone.column]!)
    const beside = left >= NARROWEST_LAST
    const why = shortly(cells[heads.length]!, beside ? left : terminal.width - BELOW.length)
    const lines = isHead ? why : why.map((text) => terminal.paint('soft', text))
    if (!beside) return [padded.join(GAP), ...lines.map((text) => BELOW + text)].join('\n')
    return [...padded, lines.join(`\n${' '.repeat(indent)}`)].join(GAP)
  }
  return [
    terminal.paint('soft', line([...heads.map(({ head }) => head), last], undefined, true)),
    ...rows.map(({ tone }, i) => line(texts[i]!, tone, false)),
  ].join('\n')
}

function shortly(text: string, width: number): string[] {
  const lines = wrapped(text, width).map((line) => shortened(line, width))
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES - 1), shortened(`${lines[MOST_LINES - 1]}…`, width)]
}

function shortened(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
