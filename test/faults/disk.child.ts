// A host whose config file or cache lies on a disk that is read-only or full: argv is the folder and what is wrong.
import { closeSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createPluginManager } from 'plugbay'
import type { PluginError } from 'plugbay'

const [root = '', what = ''] = process.argv.slice(2)
const disk = join(root, 'disk')
const quiet = (): void => undefined

/** Leaves no room for another byte. */
function fill(): void {
  const file = openSync(join(disk, 'filler'), 'w')
  for (let size = 65_536; size >= 1; size /= 2) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch {
      // Not so much at a time any more.
    }
  }
  closeSync(file)
}

const config = join(disk, 'plugins.config.json')
if (what === 'full-config') {
  writeFileSync(config, `{ "plugins": [] } // ${'x'.repeat(8000)}\n`)
  fill()
}
if (what === 'full-cache') fill()

const manager = createPluginManager({
  directory: join(root, 'plugins'),
  config,
  cacheDirectory: join(what === 'full-cache' ? disk : root, 'cache'),
  watch: false,
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
})
const codes: string[] = []
manager.on('problem', ({ code, severity }) => void codes.push(`${severity} ${code}`))
await manager.start()
const states: unknown[] = []
const note = (): void => void states.push(manager.plugins.map(({ name, state }) => `${name} ${state}`).join())
const told: Record<string, unknown> = {}
note()
if (what === 'full-cache') {
  writeFileSync(join(root, 'plugins/a/plugin.ts'), 'export const activate = () => ({ value: 2 as number })\n')
  await manager.settled()
  told['value'] = manager.api('a')?.value
  told['left'] = readdirSync(disk, { recursive: true })
} else {
  const before = readFileSync(config, 'utf8')
  const start = performance.now()
  const refused = await manager
    .disable('a', { persist: true })
    .then(() => undefined)
    .catch((cause: unknown) => cause as PluginError)
  told['ms'] = performance.now() - start
  told['refused'] = refused && {
    code: refused.code,
    message: refused.problem.message,
    hint: refused.problem.hint,
  }
  told['same'] = readFileSync(config, 'utf8') === before
  told['left'] = readdirSync(disk).sort()
  note()
  if (what === 'full-config') {
    rmSync(join(disk, 'filler'))
    await manager.disable('a', { persist: true })
    told['after'] = readFileSync(config, 'utf8').includes('"enabled": false')
  } else await manager.disable('a')
  note()
}
await manager.close()
process.stdout.write(JSON.stringify({ ...told, states, codes }))
