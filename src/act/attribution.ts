import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Whose code runs. A token and no more: whatever a plugin starts keeps it (a pooled socket for hours), and it must
 * not keep the plugin.
 */
export interface Attribution {
  readonly name: string
  readonly generation: number
  /** Set while plugbay waits for this plugin: it must not wait for plugbay then. */
  inTransition: boolean
}

const storage = new AsyncLocalStorage<Attribution>()

/** Runs plugin code so that whatever it starts, now or later, is known to be its own. */
export function attribute<T>(to: Attribution, run: () => T): T {
  return storage.run(to, run)
}

/** Whose code is running, if it is a plugin's. */
export function attribution(): Attribution | undefined {
  return storage.getStore()
}
