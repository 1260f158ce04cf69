// node --test plugin.test.mjs
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPluginManager } from 'plugbay'

const name = '%NAME%'

/** This plugin as a host runs it, and no other. */
function managerOf(t, settings) {
  const manager = createPluginManager({
    directory: [],
    plugins: [{ name, path: import.meta.dirname, settings }],
    config: false,
    env: {},
    watch: false,
    strict: true,
    log: { ...console, info: () => undefined },
  })
  t.after(() => manager.close())
  return manager
}

test('it beats, and goes on counting over a reload', { timeout: 10_000 }, async (t) => {
  const manager = managerOf(t, { everyMs: 10 })
  await manager.start()
  while (manager.api(name).beats < 3) await sleep(5)
  await manager.reload(name)
  assert.equal(manager.get(name).generation, 2)
  assert.ok(manager.api(name).beats >= 3)
})

test('a pace that the settings do not allow is refused', async (t) => {
  const manager = managerOf(t, { everyMs: 0 })
  await assert.rejects(manager.start(), ({ errors: [{ code }] }) => code === 'ERR_PLUGIN_SETTINGS_INVALID')
})
