import { format } from 'node:util'
import type { Logger } from '../../model/plugin.ts'

/**
 * Takes what plugins log apart: who, and what. `debug` is left out.
 * @param say gets `undefined` as the plugin for what is the host's own
 */
export function taggedLog(
  say: (level: 'info' | 'warn' | 'error', plugin: string | undefined, message: string) => void,
): Logger {
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (...values: unknown[]): void => {
      const [, name] = (typeof values[0] === 'string' && /^\[(.+)\]$/.exec(values[0])) || []
      say(level, name, format(...(name === undefined ? values : values.slice(1))))
    }
  return { debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') }
}
