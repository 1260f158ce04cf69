import { attribution } from '../act/attribution.ts'
import { PluginError } from '../model/problem.ts'

const HINTS = {
  ERR_PLUGIN_CLOSED: 'Make a new manager.',
  ERR_PLUGIN_STARTED: 'Use rescan() to look again.',
  ERR_PLUGIN_NAME_UNKNOWN: 'manager.plugins lists those that are there.',
  ERR_PLUGIN_REENTRANT: 'It would wait for itself. Call it later, from a timer or a request.',
  ERR_PLUGIN_OPTIONS: 'Name a file in the option config.',
} as const

/** What is thrown at a program that uses the manager in a way that cannot work. */
export function misuse(code: keyof typeof HINTS, message: string): PluginError {
  return new PluginError({ code, severity: 'error', message, hint: HINTS[code] })
}

/** The misuse that this call is, when it comes from inside a plugin's own transition, which it would wait for. */
export function reentrance(call: string): PluginError | undefined {
  const caller = attribution()
  if (!caller?.inTransition) return undefined
  const message = `${caller.name} calls ${call} from inside its own activate or deactivate.`
  return misuse('ERR_PLUGIN_REENTRANT', message)
}
