import assert from 'node:assert/strict'
import { renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { basename } from 'node:path'
import { disk } from '#src/read/disk.js'
import { Folders } from '#src/read/folders.js'
import type { Look } from '#src/read/folders.js'
import { realClock } from '#src/read/real-clock.js'
import { pluginsFolder } from '../plugin-folder.ts'
import type { PluginsFolder } from '../plugin-folder.ts'

const foldersOf = (folder: PluginsFolder, settle = 50, extra: string[] = []): Folders =>
  new Folders({ directories: [folder.path], extra, settle, files: disk, clock: realClock })

const names = (look: Look): { changed: string[]; gone: string[] } => ({
  changed: look.changed.map((facts) => facts.folder),
  gone: look.gone.map((path) => basename(path)),
})

async function still(folders: Folders): Promise<{ changed: string[]; gone: string[] }> {
  const all = { changed: [] as string[], gone: [] as string[] }
  for (;;) {
    const look = await folders.look()
    const found = names(look)
    all.changed.push(...found.changed)
    all.gone.push(...found.gone)
    if (look.again === undefined) return all
    await delay(look.again)
  }
}

test('what is still being written waits until it was quiet for the settle time', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  const folders = foldersOf(folder, 200)
  const start = performance.now()
  const first = await folders.look()
  assert.deepEqual(names(first), { changed: [], gone: [] })
  assert.ok(first.again! > 0 && first.again! <= 200)
  folder.write({ 'a/plugin.cjs': '2' })
  assert.deepEqual(await still(folders), { changed: ['a'], gone: [] })
  assert.ok(performance.now() - start >= 190)
  assert.deepEqual(await still(folders), { changed: [], gone: [] })
})

test('with settle 0 nothing waits', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  const folders = foldersOf(folder, 0)
  assert.deepEqual(names(await folders.look()), { changed: ['a'], gone: [] })
  folder.write({ 'a/plugin.cjs': '2' })
  assert.deepEqual(names(await folders.look()), { changed: ['a'], gone: [] })
  folder.remove('a')
  const look = await folders.look()
  assert.deepEqual(names(look), { changed: [], gone: ['a'] })
  assert.equal(look.again, undefined)
})

test('a folder is gone only when it was gone for the settle time: swaps and editors leave gaps', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  const folders = foldersOf(folder)
  await still(folders)
  folder.move('a', '_a')
  const look = await folders.look()
  assert.deepEqual(names(look), { changed: [], gone: [] })
  assert.equal(look.again, 50)
  folder.move('_a', 'a')
  assert.deepEqual((await still(folders)).gone, [])
  folder.remove('a')
  assert.deepEqual(await still(folders), { changed: [], gone: ['a'] })
  assert.equal(folders.known.size, 0)
})

test('only the named folders are looked at, and those that were moving', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1', 'b/plugin.cjs': '1' })
  const folders = foldersOf(folder, 0)
  await delay(60)
  assert.deepEqual(names(await folders.look(new Set([folder.file('b')]))).changed, ['b'])
  assert.deepEqual(names(await folders.look(new Set())).changed, [])
  assert.deepEqual(names(await folders.look()).changed, ['a'])
  const settling = foldersOf(folder, 60)
  folder.write({ 'a/plugin.cjs': '2' })
  const look = await settling.look(new Set([folder.file('a')]))
  assert.ok(look.again)
  await delay(80)
  assert.deepEqual(names(await settling.look(new Set())).changed, ['a'])
})

test('a plugins folder that is gone or unreadable never means that its plugins are gone', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  const folders = foldersOf(folder)
  await still(folders)
  renameSync(folder.path, `${folder.path}.away`)
  assert.deepEqual(await still(folders), { changed: [], gone: [] })
  assert.deepEqual(
    folders.problems.map(({ code }) => code),
    ['ERR_PLUGIN_DIRECTORY'],
  )
  assert.equal(folders.known.size, 1)
  renameSync(`${folder.path}.away`, folder.path)
  await still(folders)
  assert.deepEqual(folders.problems, [])
})

test('a folder in which something is written all the time counts by its code alone, after a while', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  const folders = foldersOf(folder)
  await still(folders)
  folder.write({ 'a/plugin.cjs': '2' })
  const start = performance.now()
  let seen: string[] = []
  while (seen.length === 0 && performance.now() - start < 10_000) {
    folder.write({ 'a/out.log': `${performance.now()}` })
    seen = names(await folders.look()).changed
    await delay(10)
  }
  assert.deepEqual(seen, ['a'])
  assert.ok(performance.now() - start > 1000)
})

test('F10 a copy in which code keeps coming: after five seconds what is there is taken as it is, and the rest is one more change', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  const folders = foldersOf(folder)
  const now = performance.now.bind(performance)
  let ahead = 0
  t.mock.method(performance, 'now', () => now() + ahead)
  let seen: string[] = []
  for (let count = 0; seen.length === 0 && count < 200; count += 1) {
    folder.write({ [`a/lib/${count}.cjs`]: '' })
    seen = names(await folders.look()).changed
    if (seen.length === 0) ahead += 100
  }
  assert.deepEqual(seen, ['a'])
  assert.ok(ahead > 4000 && ahead <= 5000, `${ahead} ms`)
  folder.write({ 'a/lib/last.cjs': '' })
  assert.deepEqual(await still(folders), { changed: ['a'], gone: [] })
})

test('a clock of the file system that runs ahead does not hold a folder back for ever', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  utimesSync(folder.file('a/plugin.cjs'), Date.now() / 1000 + 3600, Date.now() / 1000 + 3600)
  assert.deepEqual((await still(foldersOf(folder))).changed, ['a'])
})

test('a plugin folder elsewhere is looked at too, and may be missing', async (t) => {
  const folder = pluginsFolder(t, { '../far/metadata.json': {}, '../far/plugin.cjs': '' })
  const folders = foldersOf(folder, 0, [folder.file('../far'), folder.file('../nothing')])
  assert.deepEqual(names(await folders.look()), { changed: ['far'], gone: [] })
  rmSync(folder.file('../far'), { recursive: true })
  assert.deepEqual(names(await folders.look()), { changed: [], gone: ['far'] })
})

test('a link that leads elsewhere is a change', async (t) => {
  const folder = pluginsFolder(t, {
    '../v1/metadata.json': {},
    '../v1/plugin.cjs': '1',
    '../v2/metadata.json': {},
    '../v2/plugin.cjs': '2',
  })
  symlinkSync('../v1', folder.file('a'))
  const folders = foldersOf(folder, 0)
  await folders.look()
  folder.remove('a')
  symlinkSync('../v2', folder.file('a'))
  const { changed } = await folders.look()
  assert.deepEqual(
    changed.map(({ real }) => real),
    [folder.file('../v2')],
  )
})

test('peek tells what a look would bring, at rest or not, and remembers nothing', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1' })
  const folders = foldersOf(folder)
  assert.deepEqual(
    folders.peek().changed.map((facts) => facts.folder),
    ['a'],
  )
  assert.equal(folders.known.size, 0)
  assert.deepEqual((await still(folders)).changed, ['a'])
  folder.remove('a')
  assert.deepEqual(folders.peek().gone, [folder.file('a')])
  assert.equal(folders.known.size, 1)
})

test('what is at rest waits for what is still being written, but not for long, and not for a log', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': '1', 'b/plugin.cjs': '1' })
  const folders = foldersOf(folder)
  await still(folders)
  folder.write({ 'a/plugin.cjs': '2' })
  await delay(70)
  folder.write({ 'b/plugin.cjs': '2' })
  const look = await folders.look()
  assert.deepEqual([names(look).changed, look.again! > 0], [[], true])
  await delay(70)
  assert.deepEqual(names(await folders.look(new Set())).changed.sort(), ['a', 'b'])

  folder.write({ 'a/plugin.cjs': '3' })
  await delay(70)
  folder.write({ 'b/out.log': 'line' })
  assert.deepEqual(names(await folders.look()).changed, ['a'])

  await still(folders)
  folder.write({ 'a/plugin.cjs': '4' })
  const start = performance.now()
  let seen: string[] = []
  while (seen.length === 0 && performance.now() - start < 5000) {
    folder.write({ 'b/plugin.cjs': `${performance.now()}` })
    seen = names(await folders.look()).changed
    await delay(10)
  }
  assert.ok(seen.includes('a'))
})
