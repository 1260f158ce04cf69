// A host with plugins that throw where nobody catches it: argv is the folder, what happens, and who captures.
import { EventEmitter } from 'node:events'
import { createPluginManager } from 'plugbay'

const [folder = '', what = '', capture = 'capture'] = process.argv.slice(2)
const quiet = (): void => undefined
const emitters: EventEmitter[] = []
if (what === 'own-listener')
  process.on('uncaughtException', (cause) => process.stdout.write(`host heard ${cause.message}\n`))
const other = createPluginManager({
  directory: [],
  config: false,
  watch: false,
  captureUnhandled: true,
  plugins: [{ name: 'b', plugin: { activate: () => undefined } }],
})
other.on('problem', () => process.stdout.write('the other manager heard\n'))
if (capture === 'two') await other.start()
const manager = createPluginManager({
  directory: `${folder}/plugins`,
  config: false,
  cacheDirectory: `${folder}/cache`,
  watch: false,
  context: () => {
    const emitter = new EventEmitter()
    emitters.push(emitter)
    return { emitter }
  },
  captureUnhandled: capture !== 'ignore',
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
})
manager.on('problem', ({ code, plugin, severity, file, line, message }) => {
  process.stdout.write(`${JSON.stringify({ code, plugin, severity, file, line, message })}\n`)
})
await manager.start()
for (const emitter of emitters) setImmediate(() => emitter.emit('go'))
if (what === 'stop') await manager.disable('a')
if (what === 'host-throws')
  setTimeout(() => {
    throw new Error('the host itself')
  }, 1)
if (what === 'host-rejects') void Promise.reject(new Error('the host itself'))
if (what === 'own-listener')
  setTimeout(() => {
    throw new Error('the host itself')
  }, 1)
setTimeout(() => {
  process.stdout.write(`alive ${manager.plugins.map(({ state }) => state).join()}\n`)
  void Promise.all([manager.close(), other.close()]).then(() =>
    process.stdout.write(`closed ${process.listenerCount('uncaughtException')}\n`),
  )
}, 150)
