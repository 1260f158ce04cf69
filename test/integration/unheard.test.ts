import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { createPluginManager } from 'plugbay'
import { afterwards } from '../afterwards.ts'
import { collectingLog, managerFor, snapshot, valueOf } from '../manager.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { valueCode } from '../plugin-code.ts'

test('a problem that nobody listens for goes to the log, with its place and its hint', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': 'throw new Error("oops")' })
  const lines: string[] = []
  const manager = createPluginManager({
    directory: folder.path,
    config: false,
    watch: false,
    env: {},
    log: collectingLog(lines),
  })
  afterwards(t, () => manager.close())
  await manager.start()
  assert.equal(lines.length, 1)
  assert.match(
    lines[0]!,
    /^error .*a\/plugin\.cjs:1:7: ERR_PLUGIN_LOAD: a threw while it was loaded: oops\n {2}\S/,
  )
})

test('a problem that somebody listens for does not', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': 'throw new Error("oops")' })
  const manager = managerFor(t, folder)
  await manager.start()
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_LOAD'])
  assert.deepEqual(manager.heard.lines, [])
})

test('K2 a config file that is broken at a cold start: nothing runs that it may have turned off', async (t) => {
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': valueCode('cjs', 1),
    'b/plugin.cjs': valueCode('cjs', 2),
    'c/metadata.json': { enabled: true },
    'c/plugin.cjs': valueCode('cjs', 3),
  })
  folder.config('{ "plugins": [{ "name": "a", "enabled": false ')
  const manager = managerFor(t, folder, { plugins: [{ name: 'b', enabled: true }] })
  const report = await manager.start()
  assert.deepEqual(report.active, ['b'])
  assert.deepEqual(report.off, ['a', 'c'], 'whatever its own metadata.json says')
  assert.deepEqual(snapshot(manager, 'c').decision, {
    source: 'config',
    enabled: false,
    because: 'plugins.config.json cannot be used',
    lost: [{ source: 'metadata', enabled: true, because: 'metadata.json says enabled: true' }],
  })
  assert.ok(
    report.problems.some(({ code, file }) => code === 'ERR_PLUGIN_JSON_SYNTAX' && file === folder.configFile),
  )
  rmSync(folder.configFile)
  const { active, problems } = await manager.settled()
  assert.deepEqual(active, ['b'])
  assert.deepEqual(
    problems.map(({ code, line, message }) => [code, line, /deleted .* stays off/.test(message)]),
    [['ERR_PLUGIN_CONFIG_MISSING', undefined, true]],
  )
  folder.config('{ "plugins": [] }')
  assert.deepEqual((await manager.settled()).problems, [])
  assert.equal(snapshot(manager, 'a').state, 'active')
  assert.equal(valueOf(manager, 'a'), 1)
})
