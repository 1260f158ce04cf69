import { rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { createPluginManager } from 'plugbay'

// usage: node [--expose-gc] reload-memory.child.js <plugins folder> <entry> <reloads> [<settle>]
const [directory = '', entry = '', reloads = '', settle = '0'] = process.argv.slice(2)
const file = join(directory, 'heavy', entry)
const typed = entry.endsWith('ts')
const isModule = /m[jt]s$|\.ts$/.test(entry)

/** 30 KB of functions and 512 KB of state, different for each version. */
function source(version: number): string {
  const type = typed ? ': number' : ''
  const functions = Array.from(
    { length: 400 },
    (_, index) => `function f${index}(a${type}, b${type}) { return (a + ${version} * ${index}) / (b || 1) }`,
  )
  const exporting = isModule ? 'export ' : ''
  return [
    ...functions,
    `const state = new Array(65536).fill(${version} + 0.5)`,
    `${exporting}function activate() { return { version: ${version}, state, last: f399 } }`,
    ...(isModule ? [] : ['exports.activate = activate']),
    '',
  ].join('\n')
}

await writeFile(file, source(0))
const manager = createPluginManager({
  directory,
  config: false,
  watch: { settle: Number(settle), rescan: 0 },
  cacheDirectory: join(directory, '..', 'cache'),
})
const { problems } = await manager.start()
if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))

const generations: WeakRef<object>[] = []
for (let version = 1; version <= Number(reloads); version += 1) {
  generations.push(new WeakRef(manager.api<object>('heavy')!))
  await writeFile(file, source(version))
  await manager.settled()
  const live = manager.api<{ version: number }>('heavy')
  if (live?.version !== version) throw new Error(`version ${live?.version} runs after ${version} was saved`)
  if (global.gc && version % 5 === 0) {
    await turn()
    global.gc()
  }
}

let alive = 0
if (global.gc) {
  for (let round = 0; round < 5; round += 1) {
    await turn()
    global.gc()
  }
  alive = generations.filter((generation) => generation.deref() !== undefined).length
}
await manager.close()
rmSync(join(directory, '..', 'cache'), { recursive: true, force: true })
process.stdout.write(JSON.stringify({ reloads: Number(reloads), alive }))
