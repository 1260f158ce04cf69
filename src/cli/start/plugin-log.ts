import type { Logger } from '../../model/plugin.ts'
import type { Reporter } from './report.ts'
import { taggedLog } from './tagged-log.ts'

const TONES = { info: undefined, warn: 'odd', error: 'bad' } as const

/** Prints what plugins log as lines of the report; `debug` is left out. */
export function pluginLog(report: Reporter): Logger {
  return taggedLog((level, plugin, message) => report.line(plugin ?? 'plugbay', message, TONES[level]))
}
