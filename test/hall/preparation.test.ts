import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLoader } from '#src/act/load/loader.js'
import { valueCode } from '../plugin-code.ts'
import { scene } from '../watched.ts'

test('while an edit comes to rest its compilation is begun, of what runs alone', async (t) => {
  const calls: string[] = []
  const { folder, manager, value } = await scene(
    t,
    { 'a/plugin.ts': valueCode('ts', 1), 'b/plugin.ts': valueCode('ts', 1) },
    {
      system: {
        loader: (options) => {
          const real = createLoader(options)
          return {
            ...real,
            foresee: (plugin, previous) => {
              calls.push(`foresee ${plugin.name}`)
              real.foresee(plugin, previous)
            },
            prepare: (plugin, previous) => {
              calls.push(`prepare ${plugin.name}`)
              return real.prepare(plugin, previous)
            },
          }
        },
      },
    },
  )
  await manager.disable('b')
  calls.length = 0
  folder.write({ 'b/plugin.ts': valueCode('ts', 2), 'a/plugin.ts': valueCode('ts', 2) })
  await value('a', 2)
  assert.deepEqual([...new Set(calls)], ['foresee a', 'prepare a'])
})
