/** What a plugin's program does. Everything above `late` lets the plugin run. */
export const BEHAVIOURS = [
  'ok',
  'slow',
  'deactivate throws',
  'deactivate hangs',
  'dispose throws',
  'dispose hangs',
  'syntax',
  'no export',
  'throws',
  'load hangs',
  'activate throws',
  'activate rejects',
  'activate hangs',
  'late',
] as const

export type Behaviour = (typeof BEHAVIOURS)[number]

/** The program of a plugin, as its entry says it. */
export interface Program {
  /** Tells one version of a text from another. */
  readonly v: number
  readonly does: Behaviour
  /** Imports lib.js. */
  readonly lib?: boolean
}

const running: ReadonlySet<Behaviour> = new Set(BEHAVIOURS.slice(0, BEHAVIOURS.indexOf('syntax')))

/** Whether a plugin that does this can run. */
export function canRun(behaviour: Behaviour): boolean {
  return running.has(behaviour)
}
