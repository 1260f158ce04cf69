// Starts and closes a manager, and does nothing to end the process: argv is the plugins folder, and how.
import { createPluginManager } from 'plugbay'

const [folder = '', how = 'awaited', watch = 'watch'] = process.argv.slice(2)
const quiet = (): void => undefined
const manager = createPluginManager({
  directory: `${folder}/plugins`,
  config: `${folder}/plugins.config.json`,
  cacheDirectory: `${folder}/cache`,
  watch: watch === 'watch',
  captureUnhandled: true,
  log: { debug: quiet, info: quiet, warn: quiet, error: console.error },
})
const starting = manager.start()
if (how === 'awaited') await starting
if (how === 'ready') {
  await Promise.all([
    starting,
    new Promise<void>((resolve) => manager.on('watch', ({ kind }) => kind === 'ready' && resolve())),
  ])
}
if (how === 'never') await starting
else await manager.close()
if (how === 'unawaited') await starting
// libuv gives the handles of closed watchers back in the next turn.
await new Promise(setImmediate)
const kinds = process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap' && kind !== 'TTYWrap')
process.stdout.write(
  `${JSON.stringify({ kinds, active: manager.plugins.filter(({ state }) => state === 'active').length })}\n`,
)
if (how === 'never') await manager.close()
process.on('exit', () => {
  const count = ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM'].map((name) =>
    process.listenerCount(name),
  )
  process.stdout.write(`${JSON.stringify({ listeners: count })}\n`)
})
