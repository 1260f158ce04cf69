import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createMetadataJudge } from '#src/decide/judge-metadata.js'
import { discover, readFolder, sameLook } from '#src/read/discover.js'
import { disk } from '#src/read/disk.js'
import { readSchemas } from '#src/read/schemas.js'
import type { FolderFacts } from '#src/model/facts.js'
import { pluginsFolder } from '../plugin-folder.ts'
import type { Files, PluginsFolder } from '../plugin-folder.ts'

/** Far enough in the past that no file counts as just written. */
const LATER = (): number => Date.now() + 1000

function plugin(
  t: TestContext,
  files: Files,
): { folder: PluginsFolder; read: (known?: FolderFacts) => FolderFacts } {
  const folder = pluginsFolder(t, files)
  return { folder, read: (known) => readFolder(disk, folder.file('a'), LATER(), known)! }
}

test('F29 folders and files that editors, archives and people leave beside plugins: they are no plugins', (t) => {
  const folder = pluginsFolder(t)
  const folders = [
    'b',
    'a',
    '.git',
    '_off',
    'node_modules',
    'c.bak',
    'd~',
    '.e.tmp',
    'f.tmp',
    'g.old',
    'h.disabled',
  ]
  for (const name of [...folders, '__MACOSX']) mkdirSync(folder.file(name))
  for (const name of ['README.md', '.DS_Store', 'Thumbs.db', 'a.zip']) writeFileSync(folder.file(name), '')
  const found = discover(disk, folder.path)
  assert.equal(found.kind, 'read')
  assert.deepEqual(found.kind === 'read' && found.folders, [folder.file('a'), folder.file('b')])
})

test('a link to a folder counts as a folder; one to a file or to nothing does not', (t) => {
  const folder = pluginsFolder(t, { '../elsewhere/plugin.cjs': '' })
  symlinkSync('../elsewhere', folder.file('linked'))
  symlinkSync('../elsewhere/plugin.cjs', folder.file('file'))
  symlinkSync('../nothing', folder.file('dangling'))
  const found = discover(disk, folder.path)
  assert.deepEqual(found.kind === 'read' && found.folders, [folder.file('linked')])
})

test('a missing plugins folder, or a file in its place, is a problem and not an empty folder', (t) => {
  const folder = pluginsFolder(t, { '../file': 'x' })
  for (const path of [folder.file('../nothing'), folder.file('../file')]) {
    const found = discover(disk, path)
    assert.equal(found.kind, 'unreadable')
    assert.equal(found.kind === 'unreadable' && found.problem.code, 'ERR_PLUGIN_DIRECTORY')
  }
})

test('a look gives all files but the ignored ones, and all folders', (t) => {
  const { folder, read } = plugin(t, {
    'a/plugin.cjs': '',
    'a/lib/deep/b.cjs': '',
    'a/.git/HEAD': '',
    'a/node_modules/x/index.js': '',
    'a/plugin.cjs~': '',
    'a/.plugin.cjs.swp': '',
    'a/public/x.css': '',
  })
  const facts = read()
  assert.deepEqual([...facts.files.keys()].sort(), [
    'lib/deep/b.cjs',
    'metadata.json',
    'plugin.cjs',
    'public/x.css',
  ])
  assert.deepEqual([...facts.folders.keys()].sort(), ['', 'lib', 'lib/deep', 'public'])
  assert.equal(facts.directory, folder.file('a'))
  assert.equal(facts.folder, 'a')
  assert.equal(facts.racy, false)
})

test('a folder without metadata.json, and one that is gone, is no plugin', (t) => {
  const folder = pluginsFolder(t)
  mkdirSync(folder.file('a'))
  assert.equal(readFolder(disk, folder.file('a'), Date.now()), undefined)
  assert.equal(readFolder(disk, folder.file('b'), Date.now()), undefined)
})

test('a second look gives the very same object while nothing changed', (t) => {
  const { read } = plugin(t, { 'a/plugin.cjs': '1' })
  const facts = read()
  assert.equal(read(facts), facts)
})

test('content, a touched time, a new file, a removed one and a new folder each change the look', (t) => {
  const { folder, read } = plugin(t, { 'a/plugin.cjs': '1', 'a/b.cjs': '' })
  let facts = read()
  const differs = (change: () => void): void => {
    change()
    const next = read(facts)
    assert.notEqual(next, facts)
    assert.equal(sameLook(next, facts), false)
    facts = next
  }
  differs(() => folder.write({ 'a/plugin.cjs': '22' }))
  differs(() => utimesSync(folder.file('a/plugin.cjs'), 1, 1))
  differs(() => folder.write({ 'a/c.cjs': '' }))
  differs(() => folder.remove('a/c.cjs'))
  differs(() => mkdirSync(folder.file('a/lib')))
  differs(() => folder.write({ 'a/metadata.json': { version: '2.0.0' } }))
  assert.match(facts.metadata.kind === 'text' ? facts.metadata.text : '', /2\.0\.0/)
})

test('what was touched just now is racy, and is read again even if it looks the same', (t) => {
  const { folder } = plugin(t, { 'a/plugin.cjs': '1' })
  const soon = readFolder(disk, folder.file('a'), Date.now())!.touchedMs + 10
  const facts = readFolder(disk, folder.file('a'), soon)!
  assert.equal(facts.racy, true)
  const next = readFolder(disk, folder.file('a'), soon, facts)!
  assert.notEqual(next, facts)
  assert.equal(sameLook(next, facts), true)
})

test('a linked file is read where it lies; a linked sub-folder is left aside; a circle does no harm', (t) => {
  const { folder, read } = plugin(t, { 'a/plugin.cjs': '', '../shared/x.cjs': 'xxx', '../shared/y.cjs': '' })
  symlinkSync('../../shared/x.cjs', folder.file('a/x.cjs'))
  symlinkSync('../../shared', folder.file('a/shared'))
  symlinkSync('.', folder.file('a/circle'))
  symlinkSync('loop', folder.file('a/loop'))
  const facts = read()
  assert.deepEqual([...facts.files.keys()].sort(), ['metadata.json', 'plugin.cjs', 'x.cjs'])
  assert.equal(facts.files.get('x.cjs')!.size, 3)
})

test('a plugin folder that is a link is known by both paths', (t) => {
  const folder = pluginsFolder(t, { '../real/metadata.json': {}, '../real/plugin.cjs': '' })
  symlinkSync('../real', folder.file('a'))
  const facts = readFolder(disk, folder.file('a'), Date.now())!
  assert.equal(facts.directory, folder.file('a'))
  assert.equal(facts.real, folder.file('../real'))
})

test(
  'a file that cannot be read is a problem with a remedy',
  { skip: process.getuid?.() === 0 && 'root reads all' },
  (t) => {
    const { folder, read } = plugin(t, { 'a/plugin.cjs': '', 'a/lib/x.cjs': '' })
    chmodSync(folder.file('a/lib'), 0)
    t.after(() => chmodSync(folder.file('a/lib'), 0o755))
    const [problem] = read().problems
    assert.equal(problem?.code, 'ERR_PLUGIN_FILE_UNREADABLE')
    assert.match(problem.hint, /chmod/)
  },
)

test('a plugin folder that cannot be read is one problem', (t) => {
  const { folder } = plugin(t, { 'a/plugin.cjs': '' })
  const refusing = {
    ...disk,
    list: (): never => {
      throw Object.assign(new Error('no'), { code: 'EACCES' })
    },
  }
  const facts = readFolder(refusing, folder.file('a'), LATER())!
  const judge = createMetadataJudge(readSchemas(), { plugbay: '1.0.0', node: process.versions.node })
  assert.deepEqual(
    judge(facts).problems.map(({ code, file }) => [code, file]),
    [['ERR_PLUGIN_FILE_UNREADABLE', folder.file('a')]],
  )
})
