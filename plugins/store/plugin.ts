// A plugin without routes: what it offers is its API, which is what activate() returns.
import { definePlugin } from 'plugbay'

/** For dependents: `import type { Store } from '../store/plugin.ts'`. Types may cross folders, code may not. */
export interface Store {
  get(key: string): unknown
  set(key: string, value: unknown): void
  delete(key: string): boolean
  entries(prefix: string): [key: string, value: unknown][]
}

type Kept = [key: string, value: unknown][]

// Module state: each generation has its own, as its modules are evaluated anew.
let kept = new Map<string, unknown>()

export default definePlugin<unknown, { limit: number }, Kept, Store>({
  activate(ctx) {
    // Plain data survives a reload; a class instance would keep its old class alive with it.
    kept = new Map(ctx.previous?.state)
    const { limit } = ctx.settings
    return {
      get: (key) => kept.get(key),
      set(key, value) {
        kept.delete(key)
        kept.set(key, value)
        for (const oldest of kept.keys()) {
          if (kept.size <= limit) break
          kept.delete(oldest)
        }
      },
      delete: (key) => kept.delete(key),
      entries: (prefix) => [...kept].filter(([key]) => key.startsWith(prefix)),
    }
  },

  deactivate: () => [...kept],
})
