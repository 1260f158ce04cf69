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

const thrown = new WeakMap<object, Attribution>()

/** Runs plugin code so that whatever it starts, now or later, and whatever it throws, is known to be its own. */
export function attribute<T>(to: Attribution, run: () => T): T {
  try {
    return storage.run(to, run)
  } catch (cause) {
    if (typeof cause === 'object' && cause !== null && !thrown.has(cause)) thrown.set(cause, to)
    throw cause
  }
}

/** Whose code is running, if it is a plugin's. */
export function attribution(): Attribution | undefined {
  return storage.getStore()
}

/** Whose code threw something that nobody caught: by then, the code that called it may be the host's. */
export function attributionOf(cause: unknown): Attribution | undefined {
  return storage.getStore() ?? (typeof cause === 'object' && cause !== null ? thrown.get(cause) : undefined)
}
