import { watch } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export const name = 'floor'

/**
 * What Node.js itself needs, with nothing promised: `fs.watch` on each folder; on its first event the three keys are
 * purged and the entry is required anew by a fresh `createRequire()`. CommonJS alone.
 */
export async function open(plugins) {
  const live = new Map()
  const watchers = []
  for (const name of plugins.names) {
    const keys = plugins.modules(name)
    const load = () => {
      const require = createRequire(keys[0])
      for (const key of keys) delete require.cache[key]
      live.set(name, require(keys[0]).activate({}))
    }
    load()
    let loaded = false
    watchers.push(
      watch(join(plugins.directory, name), () => {
        // One write is two events of the same turn: the second brings nothing new.
        if (loaded) return
        loaded = true
        setImmediate(() => {
          loaded = false
        })
        load()
      }),
    )
  }
  return {
    value: (name) => live.get(name)?.value,
    close: async () => {
      for (const watcher of watchers) watcher.close()
    },
  }
}
