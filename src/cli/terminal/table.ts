import type { PluginSnapshot, PluginState } from '../../model/snapshot.ts'
import { columns } from './columns.ts'
import type { Column } from './columns.ts'
import type { Terminal, Tone } from './terminal.ts'

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

/** Name and version, as every table of plugins begins. */
export function nameColumns(terminal: Terminal): Column[] {
  const widest = Math.max(12, Math.floor(terminal.width / 3))
  return [
    { head: 'NAME', widest },
    { head: 'VERSION', widest: 16 },
  ]
}

/** Plugins as a table: name, version, state, milliseconds, why. Fits the terminal from 60 columns up. */
export function table(
  plugins: readonly Pick<PluginSnapshot, 'name' | 'version' | 'state' | 'ms' | 'because'>[],
  terminal: Terminal,
): string {
  const heads: Column[] = [...nameColumns(terminal), { head: 'STATE' }, { head: 'MS', align: 'right' }]
  const rows = plugins.map(({ name, version, state, ms, because }) => ({
    cells: [name, version ?? '-', state, state === 'active' ? milliseconds(ms) : '-', because],
    tone: { column: 2, tone: TONES[state] },
  }))
  return columns(heads, 'WHY', rows, terminal)
}

/** A duration as it is shown: one digit after the point below ten. */
export function milliseconds(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms))
}
