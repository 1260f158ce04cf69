import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeOnce } from '#src/hall/judge-once.js'
import { readFolder } from '#src/read/discover.js'
import { disk } from '#src/read/disk.js'
import { pluginsFolder } from '../plugin-folder.js'

test('a folder is judged again when it is not what it was, and when it was gone in between', (t) => {
  const folder = pluginsFolder(t, { 'a/metadata.json': {}, 'a/plugin.cjs': '' })
  let judged = 0
  const once = judgeOnce(({ directory, real }) => {
    judged += 1
    return { name: 'a', directory, real, incomplete: false, problems: [] }
  })
  const look = (): ReturnType<typeof once.judge> =>
    once.judge(readFolder(disk, folder.file('a'), Date.now())!)
  const first = look()
  assert.equal(look(), first)
  assert.equal(judged, 1)
  folder.write({ 'a/metadata.json': { version: '2.0.0' } })
  assert.notEqual(look(), first)
  once.forget(folder.file('a'))
  look()
  assert.equal(judged, 3)
})
