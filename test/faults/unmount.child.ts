// In a mount namespace of its own: takes the disk away under a plugins folder and brings it back. Prints what runs then.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPluginManager } from 'plugbay'
import { until } from '../manager.ts'

const root = process.argv[2] ?? ''
const directory = join(root, 'mounted')
mkdirSync(directory)

function mount(value: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory])
  mkdirSync(join(directory, 'a'))
  writeFileSync(join(directory, 'a', 'metadata.json'), '{ "name": "a", "version": "1.0.0" }')
  writeFileSync(join(directory, 'a', 'plugin.cjs'), `exports.activate = () => ({ value: ${value} })`)
}

mount(1)
const cacheDirectory = join(root, 'cache')
const manager = createPluginManager({ directory, config: false, cacheDirectory, env: {} })
manager.on('problem', () => undefined)
const seen = (): { value: number | undefined; codes: string[] } => ({
  value: manager.api<{ value: number }>('a')?.value,
  codes: codes,
})
let codes: string[] = []
manager.on('report', ({ problems }) => (codes = problems.map(({ code }) => code)))
await manager.start()
execFileSync('umount', [directory])
await until(() => codes.length > 0, 'it is noticed')
await manager.settled()
const unmounted = seen()
mount(2)
await until(() => seen().value === 2, 'what is mounted now runs')
await manager.settled()
const mounted = seen()
await manager.close()
process.stdout.write(JSON.stringify({ unmounted, mounted }))
