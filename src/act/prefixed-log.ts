import type { Logger } from '../model/plugin.ts'

/** The same logger, with a plugin's name before each line. */
export function prefixedLog(log: Logger, name: string): Logger {
  const prefix = `[${name}]`
  return {
    debug: (...values) => log.debug(prefix, ...values),
    info: (...values) => log.info(prefix, ...values),
    warn: (...values) => log.warn(prefix, ...values),
    error: (...values) => log.error(prefix, ...values),
  }
}
