import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FileContents } from '#src/act/load/file-contents.js'
import { pluginsFolder } from '../../plugin-folder.ts'

test('what is remembered of a folder’s files is forgotten, and of no other’s', (t) => {
  const folder = pluginsFolder(t, { 'a/x.js': '1', 'a_b/x.js': '2' })
  const [one, two] = ['a/x.js', 'a_b/x.js'].map((name) => folder.file(name)) as [string, string]
  // From memory comes the very same object, unless the file was touched so lately that it may change unseen.
  const rested = { size: 1, mtimeMs: 1000, ctimeMs: 1000, ino: 1 }
  const contents = new FileContents()
  contents.read(one, rested)
  contents.read(two, rested)
  const before = [contents.of(one, rested), contents.of(two, rested)]
  assert.equal(contents.of(one, rested), before[0])
  contents.forgetFolder(folder.file('a'))
  assert.notEqual(contents.of(one, rested), before[0])
  assert.equal(contents.of(two, rested), before[1])
})
