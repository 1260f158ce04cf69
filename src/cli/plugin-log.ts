import { format } from 'node:util'
import type { Logger } from '../model/plugin.ts'
import type { Reporter } from './report.ts'
import type { Tone } from './terminal.ts'

/** Prints what plugins log as lines of the report; `debug` is left out. */
export function pluginLog(report: Reporter): Logger {
  const at =
    (tone?: Tone) =>
    (...values: unknown[]): void => {
      const [, name] = (typeof values[0] === 'string' && /^\[(.+)\]$/.exec(values[0])) || []
      report.line(name ?? 'plugbay', format(...(name === undefined ? values : values.slice(1))), tone)
    }
  return { debug: () => undefined, info: at(), warn: at('odd'), error: at('bad') }
}
