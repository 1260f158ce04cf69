import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formats, pluginCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { runChild } from './child.ts'

const ways = [
  ['awaited', 'watch', 'start() was awaited'],
  ['unawaited', 'watch', 'start() was still under way'],
  ['ready', 'watch', 'the watcher was ready'],
  ['awaited', 'no-watch', 'nothing was watched'],
] as const

for (const [how, watch, what] of ways) {
  test(`a script that only starts and closes a manager exits by itself: ${what}`, async (t) => {
    const folder = pluginsFolder(
      t,
      Object.fromEntries(
        formats.flatMap((format) => [
          [
            `${format}/plugin.${format}`,
            pluginCode(format, {
              activate: `setInterval(() => undefined, 10); ctx.setInterval(() => undefined, 10); return { value: 1 }`,
            }),
          ],
        ]),
      ),
    )
    folder.config({ plugins: [] })
    const start = performance.now()
    const { code, signal, out, err } = await runChild('only-close', [folder.root, how, watch], 20_000)
    assert.deepEqual([code, signal, err], [0, null, ''], `after ${performance.now() - start} ms: ${out}`)
    const [state, end] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(state, { kinds: [], active: 0 })
    assert.deepEqual(end, { listeners: [0, 0, 0, 0] })
  })
}

test('a manager that is started and never closed keeps its process alive', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': pluginCode('cjs', {}) })
  const { out } = await runChild('only-close', [folder.root, 'never'], 20_000)
  const { kinds, active } = JSON.parse(out.split('\n')[0]!) as { kinds: string[]; active: number }
  assert.equal(active, 1)
  assert.ok(kinds.length > 0)
})
