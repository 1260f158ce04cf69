// Reloads a plugin, and one that depends on it, and says what is kept. Needs --expose-gc.
// usage: node --expose-gc reload-resources.child.js <folder> <cjs | mjs | ts> <reloads>
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { createPluginManager } from 'plugbay'
import { valueCode } from '../plugin-code.js'
import type { Format } from '../plugin-code.js'
import { descriptors } from './descriptors.js'

const [folder = '', format = 'cjs', count = ''] = process.argv.slice(2)
const reloads = Number(count)
/** Until everything that is made once is made. */
const warm = Math.ceil(reloads / 10)

const put = (name: string, metadata: object, text: string): void => {
  mkdirSync(join(folder, 'plugins', name), { recursive: true })
  writeFileSync(
    join(folder, 'plugins', name, 'metadata.json'),
    JSON.stringify({ name, version: '1.0.0', ...metadata }),
  )
  writeFileSync(join(folder, 'plugins', name, `plugin.${format}`), text)
}
const code = (value: unknown): string => valueCode(format as Format, value)
put('a', {}, code(0))
put('b', { dependencies: ['a'] }, code('b'))

const manager = createPluginManager({
  directory: join(folder, 'plugins'),
  config: false,
  cacheDirectory: join(folder, 'cache'),
  watch: { settle: 0 },
  env: {},
})
const problems: string[] = []
manager.on('problem', ({ message }) => problems.push(message))
const isReady = new Promise<void>((done) => {
  manager.on('watch', ({ kind }) => kind === 'ready' && done())
})
await manager.start()
await isReady

let generations: WeakRef<object>[] = []
const aliveOf = (all: readonly WeakRef<object>[]): WeakRef<object>[] =>
  all.filter((generation) => generation.deref() !== undefined)
async function edit(value: number): Promise<void> {
  for (const name of ['a', 'b']) generations.push(new WeakRef(manager.api<object>(name)!))
  // They take room themselves.
  if (generations.length > 1000) generations = aliveOf(generations)
  writeFileSync(join(folder, 'plugins', 'a', `plugin.${format}`), code(value))
  const late = performance.now() + 30_000
  while (manager.api<{ value: number }>('a')?.value !== value) {
    if (performance.now() > late)
      throw new Error(`edit ${value} was not seen: ${JSON.stringify(manager.plugins)}`)
    await delay(1)
  }
}

async function held(): Promise<Record<string, number>> {
  await manager.settled()
  // What is under way (a file being written to the cache, say) has a moment to end.
  for (let round = 0; round < 10; round += 1) {
    await delay(20)
    await turn()
    global.gc!()
  }
  return {
    ...descriptors(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    active: process.getActiveResourcesInfo().length,
    heap: process.memoryUsage().heapUsed,
  }
}

const begun = performance.now()
for (let value = 1; value <= warm; value += 1) await edit(value)
const before = await held()
for (let value = warm + 1; value <= reloads; value += 1) await edit(value)
const after = await held()
const ms = performance.now() - begun
const alive = aliveOf(generations).length
const [a, b] = ['a', 'b'].map((name) => manager.get(name)?.generation)
await manager.close()
process.stdout.write(
  JSON.stringify({ reloads, alive, together: a === b, generation: a, problems, before, after, ms }),
)
