import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FSWatcher } from 'chokidar'
import { listen } from '#src/read/listen.js'

test('an error is told while it listens, and swallowed once it is closed', async (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plugbay-listen-')))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  const made: FSWatcher[] = []
  const add = t.mock.method(FSWatcher.prototype, 'add', function capture(this: FSWatcher, paths: string[]) {
    made.push(this)
    add.mock.restore()
    return this.add(paths)
  })
  const failures: string[] = []
  const ear = listen({
    paths: [folder],
    reach: 'tree',
    usePolling: false,
    heard: () => undefined,
    failed: (error) => {
      failures.push(error.message)
    },
  })
  await ear.ready
  made[0]?.emit('error', new Error('in time'))
  const closed = ear.close()
  made[0]?.emit('error', new Error('while it closes'))
  await closed
  await ear.close()
  made[0]?.emit('error', new Error('late'))
  assert.equal(made.length, 1)
  assert.deepEqual(failures, ['in time'])
})
