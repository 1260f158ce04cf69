import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { managerFor, snapshot, until, valueOf } from '../manager.ts'
import { formats, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'

interface Resources {
  readonly descriptors: number
  readonly watches: number
  readonly listeners: number
  readonly active: number
}

function resources(): Resources {
  const descriptors = readdirSync('/proc/self/fd')
  let watches = 0
  for (const descriptor of descriptors) {
    try {
      watches += readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8').match(/^inotify/gm)?.length ?? 0
    } catch {
      // Closed meanwhile: the one that listed them.
    }
  }
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
  return {
    descriptors: descriptors.length,
    watches,
    listeners,
    active: process.getActiveResourcesInfo().length,
  }
}

function isAsBefore(after: Resources, before: Resources): boolean {
  return (Object.keys(before) as (keyof Resources)[]).every((key) => after[key] <= before[key] + 5)
}

for (const format of formats) {
  test(
    `R8 descriptors, watches and listeners over 500 reloads (${format}): as they were`,
    { skip: process.platform !== 'linux' && 'needs /proc' },
    async (t) => {
      const folder = pluginsFolder(t, {
        [`a/plugin.${format}`]: valueCode(format, 0),
        'b/metadata.json': { dependencies: ['a'] },
        [`b/plugin.${format}`]: valueCode(format, 'b'),
      })
      const manager = managerFor(t, folder, { watch: { settle: 0 } })
      await manager.start()
      await until(() => manager.heard.watch.some(({ kind }) => kind === 'ready'))
      const edit = async (value: number): Promise<void> => {
        folder.write({ [`a/plugin.${format}`]: valueCode(format, value) })
        await until(
          () => valueOf(manager, 'a') === value,
          () => manager.plugins,
        )
      }
      for (let value = 1; value <= 10; value += 1) await edit(value)
      const before = resources()
      for (let value = 11; value <= 510; value += 1) await edit(value)
      await manager.settled()
      // What is under way (a file being written to the cache, say) has a moment to end.
      await until(() => isAsBefore(resources(), before), resources)
      assert.equal(snapshot(manager, 'b').generation, snapshot(manager, 'a').generation)
      assert.ok(snapshot(manager, 'a').generation >= 500)
      assert.deepEqual(manager.heard.problems, [])
    },
  )
}

test(
  'R8 a manager that is closed: nothing of it is left',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    const folder = pluginsFolder(
      t,
      Object.fromEntries(formats.map((format) => [`${format}/plugin.${format}`, valueCode(format, 1)])),
    )
    const round = async (): Promise<void> => {
      const manager = managerFor(t, folder, { watch: true, captureUnhandled: true })
      await manager.start()
      await until(() => manager.heard.watch.some(({ kind }) => kind === 'ready'))
      await manager.close()
      await new Promise(setImmediate)
    }
    await round()
    const before = resources()
    for (let count = 0; count < 10; count += 1) await round()
    const after = resources()
    assert.ok(isAsBefore(after, before), JSON.stringify({ before, after }))
    assert.equal(after.watches, 0)
    assert.equal(after.listeners, before.listeners)
  },
)
