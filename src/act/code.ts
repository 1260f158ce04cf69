export type { Code, Evaluated, OwnedTimers, Prepared } from '../model/code.ts'

/** The globals that a plugin's modules see in a form that ends with their generation. */
export const timerNames = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
] as const
