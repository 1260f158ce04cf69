import { join } from 'node:path'
import { createPluginManager } from '../../dist/index.js'
import { within } from '../within.js'

export const name = 'plugbay'

/** A manager over the plugins, as a user has it. Opened once everything is watched, or started at least. */
export async function open(plugins, { watch = true, untilStarted = false } = {}) {
  const manager = createPluginManager({
    directory: plugins.directory,
    config: join(plugins.root, 'plugins.config.json'),
    cacheDirectory: join(plugins.root, '.cache'),
    log: { debug() {}, info() {}, warn: console.error, error: console.error },
    env: {},
    watch,
  })
  const ready = new Promise((resolve) => {
    manager.on('watch', ({ kind }) => {
      if (kind === 'ready') resolve()
    })
  })
  const begun = performance.now()
  const { active } = await manager.start()
  const startMs = performance.now() - begun
  if (active.length !== plugins.names.length) {
    const { message } = manager.plugins.find(({ problem }) => problem)?.problem ?? {}
    throw new Error(`${active.length} of ${plugins.names.length} plugins are active: ${message}`)
  }
  if (watch !== false && !untilStarted) await within(120_000, ready, 'being watched')
  return {
    manager,
    startMs,
    readyMs: performance.now() - begun,
    value: (name) => manager.api(name)?.value,
    close: () => manager.close(),
  }
}
