import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ContentHashes } from '#src/act/load/content-hash.js'
import { pluginsFolder } from '../../plugin-folder.ts'

test('what is remembered of a folder’s files is forgotten, and of no other’s', (t) => {
  const folder = pluginsFolder(t, { 'a/x.js': '1', 'a_b/x.js': '2' })
  const [one, two] = ['a/x.js', 'a_b/x.js'].map((name) => folder.file(name)) as [string, string]
  // From memory comes the very same object, unless the file was touched so lately that it may change unseen.
  const rested = { size: 1, mtimeMs: 1000, ctimeMs: 1000, ino: 1 }
  const hashes = new ContentHashes()
  hashes.read(one, rested)
  hashes.read(two, rested)
  const before = [hashes.of(one, rested), hashes.of(two, rested)]
  assert.equal(hashes.of(one, rested), before[0])
  hashes.forgetFolder(folder.file('a'))
  assert.notEqual(hashes.of(one, rested), before[0])
  assert.equal(hashes.of(two, rested), before[1])
})
