import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { answer, input } from './child.js'
import { Plugins } from './plugins.js'

const { how, directory, names, kind, watch } = input()
const plugins = new Plugins(directory, names, kind)
const entries = names.map((name) => plugins.entry(name))

const ways = {
  async plugbay() {
    const begun = performance.now()
    const { open } = await import('./contenders/plugbay.js')
    const importMs = performance.now() - begun
    const { manager, startMs } = await open(plugins, { watch, untilStarted: true })
    // What runs after the start, such as pruning the cache, must not be cut off: the next process would find it undone.
    await manager.close()
    return { ms: startMs, importMs }
  },
  require() {
    const start = performance.now()
    const require = createRequire(entries[0])
    for (const entry of entries) require(entry)
    return { ms: performance.now() - start }
  },
  async import() {
    const urls = entries.map((entry) => pathToFileURL(entry).href)
    const start = performance.now()
    for (const url of urls) await import(url)
    return { ms: performance.now() - start }
  },
}

answer(await ways[how]())
