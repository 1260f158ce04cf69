import type { PluginSnapshot, PluginState } from '../model/snapshot.ts'
import { printable, wrapped } from './terminal.ts'
import type { Terminal, Tone } from './terminal.ts'

const HEAD = ['NAME', 'VERSION', 'STATE', 'MS', 'WHY'] as const
const GAP = '  '
/** Narrower than that, why stands on lines of its own, indented. */
const NARROWEST_WHY = 16
const BELOW = '    '
/** The whole of it stands with the problem, below the table. */
const MOST_LINES = 2

/** What a state looks like. */
export const TONES: Readonly<Record<PluginState, Tone>> = {
  active: 'good',
  failed: 'bad',
  invalid: 'bad',
  blocked: 'odd',
  loading: 'busy',
  stopping: 'busy',
  found: 'busy',
  off: 'soft',
}

/** Plugins as a table: name, version, state, milliseconds, why. Fits the terminal from 60 columns up. */
export function table(plugins: readonly PluginSnapshot[], terminal: Terminal): string {
  const rows = plugins.map(({ name, version, state, ms, because }) => [
    shortened(printable(name), Math.max(12, Math.floor(terminal.width / 3))),
    shortened(printable(version ?? '-'), 16),
    state,
    state === 'active' ? milliseconds(ms) : '-',
    printable(because),
  ])
  const widths = HEAD.slice(0, -1).map((head, i) =>
    Math.max(head.length, ...rows.map((row) => row[i]!.length)),
  )
  const indent = widths.reduce((sum, width) => sum + width + GAP.length, 0)
  const left = terminal.width - indent

  const line = (cells: readonly string[], tone?: Tone): string => {
    const padded = widths.map((width, i) => (i === 3 ? cells[i]!.padStart(width) : cells[i]!.padEnd(width)))
    if (tone) padded[2] = terminal.paint(tone, padded[2]!)
    const beside = left >= NARROWEST_WHY
    const why = shortly(cells[4]!, beside ? left : terminal.width - BELOW.length)
    const lines = tone ? why.map((text) => terminal.paint('soft', text)) : why
    if (!beside) return [padded.join(GAP), ...lines.map((text) => BELOW + text)].join('\n')
    return [...padded, lines.join(`\n${' '.repeat(indent)}`)].join(GAP)
  }
  return [
    terminal.paint('soft', line(HEAD)),
    ...rows.map((row, i) => line(row, TONES[plugins[i]!.state])),
  ].join('\n')
}

/** A duration as it is shown: one digit after the point below ten. */
export function milliseconds(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms))
}

function shortly(text: string, width: number): string[] {
  const lines = wrapped(text, width).map((line) => shortened(line, width))
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES - 1), shortened(`${lines[MOST_LINES - 1]}…`, width)]
}

function shortened(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
