// Starts the plugins of a folder as a user who may not read everything, prints the report, and ends.
import { createPluginManager } from 'plugbay'

if (process.getuid?.() === 0) process.seteuid?.(65_534)
const manager = createPluginManager({
  directory: process.argv[2] ?? '',
  config: false,
  watch: false,
  env: {},
})
manager.on('problem', () => undefined)
const report = await manager.start()
await manager.close()
process.stdout.write(
  JSON.stringify({ ...report, problems: report.problems.map((one) => ({ ...one, cause: undefined })) }),
)
