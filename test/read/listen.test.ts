import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FSWatcher } from 'chokidar'
import { listen } from '#src/read/listen.js'

test('F31 a watcher that fails while it listens, while it closes and after: its error is told in the first case, passed over in the others, and never ends the process', async (t) => {
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
