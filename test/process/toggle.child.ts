// Toggles plugins with persist: argv is the folder, the names, and how often. Prints what each was set to last.
import { createPluginManager } from 'plugbay'

const [folder = '', names = '', times = '1'] = process.argv.slice(2)
const quiet = (): void => undefined
const manager = createPluginManager({
  directory: `${folder}/plugins`,
  config: `${folder}/plugins.config.json`,
  cacheDirectory: `${folder}/cache`,
  watch: false,
  log: { debug: quiet, info: quiet, warn: quiet, error: console.error },
})
await manager.start()
const last: Record<string, boolean> = {}
const list = names.split(',')
for (let time = 0; time < Number(times); time += 1) {
  const name = list[time % list.length]!
  const enabled = Math.random() < 0.5
  await (enabled ? manager.enable(name, { persist: true }) : manager.disable(name, { persist: true }))
  last[name] = enabled
}
await manager.close()
process.stdout.write(JSON.stringify(last))
