import assert from 'node:assert/strict'
import { test } from 'node:test'
import { managerFor, until } from '../manager.ts'
import { formats, valueCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { descriptors } from '../process/descriptors.ts'
import type { Descriptors } from '../process/descriptors.ts'

interface Resources extends Descriptors {
  readonly listeners: number
  readonly active: number
}

function resources(): Resources {
  return {
    ...descriptors(),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    active: process.getActiveResourcesInfo().length,
  }
}

function isAsBefore(after: Resources, before: Resources): boolean {
  return (Object.keys(before) as (keyof Resources)[]).every((key) => after[key] <= before[key] + 5)
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
