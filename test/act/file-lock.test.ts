import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { withFileLock } from '#src/act/file-lock.js'
import { pluginsFolder } from '../plugin-folder.ts'

const lockIn = (t: TestContext): string => join(pluginsFolder(t).root, 'x.lock')

test('one after another, and the lock is gone afterwards', async (t) => {
  const path = lockIn(t)
  let inside = 0
  let most = 0
  const results = await Promise.all(
    [1, 2, 3, 4].map((value) =>
      withFileLock(path, async () => {
        inside += 1
        most = Math.max(most, inside)
        await delay(2)
        inside -= 1
        return value
      }),
    ),
  )
  assert.deepEqual(results, [1, 2, 3, 4])
  assert.equal(most, 1)
  assert.equal(existsSync(path), false)
})

test('the lock is given back when the work throws', async (t) => {
  const path = lockIn(t)
  await assert.rejects(
    withFileLock(path, async () => {
      throw new Error('work')
    }),
    /work/,
  )
  assert.equal(existsSync(path), false)
})

test('K7 a stale lock of a dead process: it is taken over', async (t) => {
  const path = lockIn(t)
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(path, `${pid} ${hostname()}\n`)
  assert.equal(await withFileLock(path, async () => 'mine'), 'mine')
})

test('K7 a lock that names nobody, as its process was killed while it made it: taken over after two seconds', async (t) => {
  const path = lockIn(t)
  writeFileSync(path, '')
  const then = Date.now() / 1000 - 3
  utimesSync(path, then, then)
  const start = performance.now()
  assert.equal(await withFileLock(path, async () => 'mine'), 'mine')
  assert.ok(performance.now() - start < 5000)
})

test('K7 a lock that nobody gave back for ten seconds: it is taken over, whoever wrote it', async (t) => {
  const path = lockIn(t)
  writeFileSync(path, '1 another-machine\n')
  const then = Date.now() / 1000 - 11
  utimesSync(path, then, then)
  assert.equal(await withFileLock(path, async () => 'mine'), 'mine')
})

test('K7 a stale lock that many find at once: each gets it, one at a time', async (t) => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  for (let round = 0; round < 4; round += 1) {
    const path = lockIn(t)
    writeFileSync(path, `${pid} ${hostname()}\n`)
    let inside = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        for (let turn = 0; turn < index % 7; turn += 1) await new Promise(setImmediate)
        await withFileLock(path, async () => {
          inside += 1
          most = Math.max(most, inside)
          await delay(1)
          inside -= 1
        })
      }),
    )
    assert.equal(most, 1)
    assert.deepEqual(readdirSync(dirname(path)), ['plugins'])
  }
})

test('K7 a lock that was taken over from somebody slow: he does not give back what is no longer his', async (t) => {
  const path = lockIn(t)
  await withFileLock(path, async () => {
    writeFileSync(path, `${process.pid} another-owner\n`)
  })
  assert.equal(readFileSync(path, 'utf8'), `${process.pid} another-owner\n`)
})

test('a lock of another machine is waited for', async (t) => {
  const path = lockIn(t)
  writeFileSync(path, '1 another-machine\n')
  let got = false
  const waiting = withFileLock(path, async () => {
    got = true
  })
  await delay(60)
  assert.equal(got, false)
  const then = Date.now() / 1000 - 11
  utimesSync(path, then, then)
  await waiting
  assert.equal(got, true)
})

test('a folder in which no lock can be made is an error and not a wait', async (t) => {
  await assert.rejects(
    withFileLock(join(lockIn(t), 'nowhere', 'x.lock'), async () => 1),
    { code: 'ENOENT' },
  )
})
