import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ManagerOptions } from 'plugbay'
import { endingOf, freshEnding, managerFor, until, valueOf } from './manager.ts'
import type { TestManager } from './manager.ts'
import { pluginsFolder } from './plugin-folder.ts'
import type { Files, PluginsFolder } from './plugin-folder.ts'

/** The settle time that is the default, in ms. */
export const SETTLE = 45

interface Scene {
  readonly folder: PluginsFolder
  readonly manager: TestManager
  /** Waits until a plugin's value is so. */
  value(name: string, value: unknown): Promise<void>
  /** Checks that nothing comes any more, and that all is as a fresh start would have it. */
  settles(): Promise<void>
}

/** A folder with these plugins, watched by a manager that is ready. */
export async function scene(t: TestContext, files: Files, options: ManagerOptions = {}): Promise<Scene> {
  const folder = pluginsFolder(t, files)
  return watch(t, folder, options)
}

/** A manager that watches a folder and is ready. */
export async function watch(
  t: TestContext,
  folder: PluginsFolder,
  options: ManagerOptions = {},
): Promise<Scene> {
  const manager = managerFor(t, folder, { watch: true, ...options })
  await manager.start()
  await until(() => manager.heard.watch.some(({ kind }) => kind === 'ready'), 'the watcher is ready')
  await manager.settled()
  const describe = (): unknown =>
    manager.plugins.map(({ name, state, because }) => [name, state, because, valueOf(manager, name)])
  return {
    folder,
    manager,
    value: (name, value) => until(() => valueOf(manager, name) === value, describe, 30_000),
    settles: async () => {
      await manager.settled()
      const plans = manager.heard.plans.length
      await delay(4 * SETTLE)
      await manager.settled()
      assert.equal(manager.heard.plans.length, plans, 'nothing came afterwards')
      assert.deepEqual(endingOf(manager), await freshEnding(t, folder, options))
    },
  }
}

/** A plugin never failed, was never invalid or blocked, and nothing was said of it. */
export function neverBad(manager: TestManager, name: string): void {
  assert.deepEqual(
    manager.heard.statesOf(name).filter((state) => ['failed', 'invalid', 'blocked'].includes(state)),
    [],
  )
  assert.deepEqual(manager.heard.codes(name), [])
}
