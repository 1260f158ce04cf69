import assert from 'node:assert/strict'
import test from 'node:test'
import { ClosedError, shareEsbuild } from '#src/act/load/esbuild-service.js'
import { workplace } from './loading.ts'

const source = { 'plugin.ts': 'export const v: number = 1' }

test('a compile in flight ends with a problem when the loader is closed', async (t) => {
  const place = workplace(t, source)
  const pending = place.loader.prepare(place.look())
  await place.loader.close()
  const outcome = await pending
  if ('problem' in outcome) assert.equal(outcome.problem.code, 'ERR_PLUGIN_CLOSED')
  const late = await place.loader.prepare({ ...place.look(), entry: 'plugin.ts' })
  assert.ok('problem' in late || 'code' in late)
})

test('work in flight rejects when the share is given back, and another share goes on', async () => {
  const [share, other] = [shareEsbuild(), shareEsbuild()]
  const never = share.use(() => new Promise(() => {}))
  await share.close()
  await assert.rejects(never, ClosedError)
  await assert.rejects(
    share.use(() => Promise.resolve(1)),
    ClosedError,
  )
  const built = await other.use((esbuild) => esbuild.transform('let x: number = 1', { loader: 'ts' }))
  assert.equal(built.code, 'let x = 1;\n')
  await other.close()
  await other.close()
})

test('one loader closed leaves the other at work', async (t) => {
  const place = workplace(t, source)
  const other = place.another()
  await place.loader.close()
  const outcome = await other.prepare(place.look())
  assert.ok('code' in outcome)
})
