import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { join } from 'node:path'
import { editConfig } from '#src/act/edit-config.js'
import { setEnabled } from '#src/act/set-enabled.js'
import { pluginsFolder } from '../plugin-folder.ts'

const enable = async (path: string, name: string, enabled: boolean): Promise<string> =>
  (await editConfig(path, (text) => setEnabled(text, name, enabled))).after

const rootOf = (t: TestContext): string => pluginsFolder(t).root

test('K11 comments, order and blanks of the config file: a toggle keeps them', () => {
  const before = `{
    // what runs here
    "plugins": [
        { "name": "a", "enabled": true }, // a stays
        { "enabled": false, /* why */ "name": "b", "settings": { "x": 1 } },
    ],
    "unlisted": "off"
}
`
  assert.equal(setEnabled(before, 'b', true), before.replace('"enabled": false', '"enabled": true'))
  assert.equal(setEnabled(before, 'a', true), before)
})

test('an entry without `enabled` gets one, and keeps its settings', () => {
  const after = setEnabled('{ "plugins": [{ "name": "a", "settings": { "x": 1 } }] }', 'a', false)
  assert.deepEqual(JSON.parse(after), { plugins: [{ name: 'a', settings: { x: 1 }, enabled: false }] })
})

test('of two entries for one plugin the last is changed: it is the one that counts', () => {
  const after = setEnabled(
    '{"plugins":[{"name":"a","enabled":true},{"name":"a","enabled":true}]}',
    'a',
    false,
  )
  assert.deepEqual(
    JSON.parse(after).plugins.map(({ enabled }: { enabled: boolean }) => enabled),
    [true, false],
  )
})

test('a plugin that is not listed is added at the end, in the style of the file', () => {
  assert.equal(
    setEnabled('{\n\t"plugins": [\n\t\t{ "name": "a" } // first\n\t]\n}\n', 'b', false),
    '{\n\t"plugins": [\n\t\t{ "name": "a" }, // first\n\t\t{ "name": "b", "enabled": false }\n\t]\n}\n',
  )
  const broken = '{\n\t"plugins": [\n\t\t{\n\t\t\t"name": "a"\n\t\t}\n\t]\n}\n'
  assert.match(
    setEnabled(broken, 'b', false),
    /"a"\n\t\t\},\n\t\t\{\n\t\t\t"name": "b",\n\t\t\t"enabled": false\n\t\t\}\n\t\]/,
  )
  const windows = setEnabled('{\r\n  "plugins": []\r\n}\r\n', 'b', true)
  assert.doesNotMatch(windows, /[^\r]\n/)
})

test('a trailing comma, no list, an empty file and no file are all fine', () => {
  const parse = (text: string): unknown => JSON.parse(text.replace(/,(\s*[\]}])/g, '$1'))
  const added = { plugins: [{ name: 'a', enabled: true }] }
  assert.deepEqual(parse(setEnabled('{ "plugins": [{ "name": "x" },] }', 'a', true)), {
    plugins: [{ name: 'x' }, { name: 'a', enabled: true }],
  })
  assert.deepEqual(parse(setEnabled('{ "unlisted": "on" }', 'a', true)), { unlisted: 'on', ...added })
  assert.deepEqual(parse(setEnabled('{}', 'a', true)), added)
  assert.deepEqual(parse(setEnabled('  \n', 'a', true)), added)
  assert.deepEqual(parse(setEnabled(undefined, 'a', true)), added)
})

test('a file that does not parse is left alone', async (t) => {
  const root = rootOf(t)
  const path = join(root, 'c.json')
  for (const text of ['{ "plugins": [', '[]', '"text"']) {
    writeFileSync(path, text)
    await assert.rejects(enable(path, 'a', true), SyntaxError)
    assert.equal(readFileSync(path, 'utf8'), text)
  }
  assert.deepEqual(readdirSync(root).sort(), ['c.json', 'plugins'])
})

test('the file is made if it is missing, in a folder that is missing too', async (t) => {
  const path = join(rootOf(t), 'etc', 'app', 'c.json')
  const text = await enable(path, 'a', false)
  assert.equal(readFileSync(path, 'utf8'), text)
  assert.deepEqual(JSON.parse(text), { plugins: [{ name: 'a', enabled: false }] })
})

test('nothing but the file is left, with its rights; a link stays a link', async (t) => {
  const root = rootOf(t)
  const path = join(root, 'real.json')
  writeFileSync(path, '{"plugins":[]}')
  chmodSync(path, 0o640)
  symlinkSync('real.json', join(root, 'c.json'))
  await enable(join(root, 'c.json'), 'a', true)
  assert.ok(lstatSync(join(root, 'c.json')).isSymbolicLink())
  assert.equal(statSync(path).mode & 0o777, 0o640)
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')).plugins, [{ name: 'a', enabled: true }])
  assert.deepEqual(readdirSync(root).sort(), ['c.json', 'plugins', 'real.json'])
})

test('a change that changes nothing does not write', async (t) => {
  const path = join(rootOf(t), 'c.json')
  writeFileSync(path, '{"plugins":[{"name":"a","enabled":true}]}')
  const { ino } = statSync(path)
  await enable(path, 'a', true)
  assert.equal(statSync(path).ino, ino)
})

test('K5 edits at the same time: all survive, and a reader never sees half a file', async (t) => {
  const path = join(rootOf(t), 'c.json')
  writeFileSync(path, '{"plugins":[]}')
  const names = Array.from({ length: 30 }, (_, index) => `p${index}`)
  let done = false
  const reading = (async () => {
    while (!done) {
      assert.doesNotThrow(() => JSON.parse(readFileSync(path, 'utf8')))
      await new Promise(setImmediate)
    }
  })()
  await Promise.all(names.map((name) => enable(path, name, true)))
  done = true
  await reading
  const { plugins } = JSON.parse(readFileSync(path, 'utf8')) as { plugins: { name: string }[] }
  assert.deepEqual(plugins.map(({ name }) => name).sort(), names.sort())
  assert.equal(existsSync(`${path}.lock`), false)
})

test('a byte order mark does no harm', async (t) => {
  const path = join(rootOf(t), 'c.json')
  writeFileSync(path, '\uFEFF{"plugins":[]}')
  await enable(path, 'a', true)
  assert.match(readFileSync(path, 'utf8'), /"name": ?"a"/)
})
