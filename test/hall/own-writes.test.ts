import assert from 'node:assert/strict'
import { test } from 'node:test'
import { causeOf } from '#src/hall/own-writes.js'
import type { FolderFacts } from '#src/model/facts.js'

/** A folder whose files were last touched then. */
function folder(touched: Readonly<Record<string, number>>, real = '/plugins/a'): FolderFacts {
  const files = Object.entries(touched).map(
    ([name, ms]) => [name, { size: 1, mtimeMs: ms, ctimeMs: ms, ino: 1 }] as const,
  )
  return {
    directory: '/plugins/a',
    real,
    folder: 'a',
    metadata: { kind: 'missing', path: '' },
    files: new Map(files),
    folders: new Map(),
    touchedMs: 0,
    codeTouchedMs: 0,
    racy: false,
    problems: [],
  }
}

const before = folder({ 'plugin.js': 1, 'data.json': 1, 'x.txt': 1 })
const window = { beganMs: 1000, endedMs: 2000, after: undefined }
const cause = (touched: Readonly<Record<string, number>>, after?: FolderFacts): unknown =>
  causeOf(before, folder(touched), [], { ...window, after }).cause

test('what was written while the plugin started is its own', () => {
  for (const at of [1000, 1500, 2000.9]) {
    const now = folder({ 'plugin.js': 1, 'data.json': at, 'x.txt': 1 })
    assert.deepEqual(causeOf(before, now, [], window), { cause: 'own', file: 'data.json' })
  }
})

test('the clock of the files may be a tick behind', () => {
  assert.equal(cause({ 'plugin.js': 1, 'data.json': 991, 'x.txt': 1 }), 'own')
  assert.equal(cause({ 'plugin.js': 1, 'data.json': 980, 'x.txt': 1 }), 'other')
})

test('what was written before or after is not its own', () => {
  assert.equal(cause({ 'plugin.js': 1, 'data.json': 500, 'x.txt': 1 }), 'other')
  assert.equal(cause({ 'plugin.js': 1, 'data.json': 2001, 'x.txt': 1 }), 'other')
})

test('what differs from a look at the end of the start was written after it, whatever the clock says', () => {
  const now = { 'plugin.js': 1, 'data.json': 2000, 'x.txt': 1 }
  assert.equal(cause(now, folder(now)), 'own')
  assert.equal(cause(now, folder({ ...now, 'data.json': 1999 })), 'other')
  assert.equal(cause(now, folder({})), 'other')
})

test('one file that somebody else wrote is enough', () => {
  assert.equal(cause({ 'plugin.js': 3000, 'data.json': 1500, 'x.txt': 1 }), 'other')
  assert.equal(cause({ 'plugin.js': 1, 'data.json': 1500, 'x.txt': 1, 'new.js': 3000 }), 'other')
})

test('a file that went, and a folder that became another, are not its own doing', () => {
  assert.equal(cause({ 'data.json': 1500, 'x.txt': 1 }), 'other')
  assert.equal(causeOf(before, folder({ 'data.json': 1500 }, '/other'), [], window).cause, 'other')
})

test('files for which it is not reloaded do not count, unless it has them watched', () => {
  const now = folder({ 'plugin.js': 1, 'data.json': 1500, 'x.txt': 3000 })
  assert.equal(causeOf(before, now, [], window).cause, 'own')
  assert.equal(causeOf(before, now, ['*.txt'], window).cause, 'other')
})

test('nobody can say anything of a folder that looks the same', () => {
  assert.deepEqual(causeOf(before, before, [], window), { cause: 'unclear', file: '' })
})
