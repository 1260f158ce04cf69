// A host that watches a folder of CommonJS plugins, edits each once, and says what came of it: argv is the folder.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPluginManager } from 'plugbay'
import { until } from '../manager.ts'

const [root = ''] = process.argv.slice(2)
const quiet = (): void => undefined
const manager = createPluginManager({
  directory: join(root, 'plugins'),
  config: join(root, 'plugins.config.json'),
  cacheDirectory: join(root, 'cache'),
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
})
const problems: object[] = []
let isReady = false
manager.on(
  'problem',
  ({ code, severity, plugin, file, message, hint }) =>
    void problems.push({ code, severity, plugin, file, message, hint }),
)
manager.on('watch', ({ kind }) => {
  isReady ||= kind !== 'hint'
})
await manager.start()
const states = manager.plugins.map(({ name, state }) => `${name} ${state}`)
await until(() => isReady)
const running = manager.plugins.filter(({ state }) => state === 'active').map(({ name }) => name)
const start = performance.now()
for (const name of running)
  writeFileSync(join(root, 'plugins', name, 'plugin.cjs'), 'exports.activate = () => ({ value: "edited" })\n')
await until(
  () => running.every((name) => manager.api(name)?.value === 'edited'),
  () => manager.plugins,
)
const ms = performance.now() - start
await manager.close()
process.stdout.write(JSON.stringify({ states, problems, edited: running.length, ms }))
