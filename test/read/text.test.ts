import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readText } from '#src/read/text.js'

const folder = mkdtempSync(join(tmpdir(), 'plugbay-text-'))
after(() => rmSync(folder, { recursive: true }))

let count = 0
function file(content: string | Uint8Array): string {
  count += 1
  const path = join(folder, `${count}.json`)
  writeFileSync(path, content)
  return path
}

function refusal(path: string, limit = 65_536): string {
  const fact = readText(path, limit)
  assert.equal(fact.kind, 'refused')
  const { problem } = fact
  assert.equal(problem.file, path)
  assert.equal(problem.severity, 'error')
  assert.notEqual(problem.hint, '')
  return `${problem.code}: ${problem.message}`
}

for (const [what, content, text] of [
  ['plain text', '{"a": 1}\n', '{"a": 1}\n'],
  ['an empty file', '', ''],
  ['a byte order mark, which is dropped', '\ufeff{}', '{}'],
  ['letters of all sorts', 'ä€😀', 'ä€😀'],
] as const) {
  test(`${what} is read`, () => {
    const path = file(content)
    assert.deepEqual(readText(path, 65_536), { kind: 'text', path, text })
  })
}

for (const [what, content, message] of [
  ['Latin-1', Buffer.from('{"a": "ä"}', 'latin1'), 'has bytes that are not UTF-8'],
  ['UTF-16 with its mark', Buffer.from('\ufeff{}', 'utf16le'), 'is UTF-16'],
  ['UTF-16 without a mark', Buffer.from('{}', 'utf16le'), 'has NUL bytes'],
  ['big-endian UTF-16', Buffer.from('\ufeff{}', 'utf16le').swap16(), 'is UTF-16'],
  ['a NUL byte', '{"a": "\0"}', 'has NUL bytes'],
  ['a half character', Buffer.from('ä').subarray(0, 1), 'has bytes that are not UTF-8'],
] as const) {
  test(`${what} is refused as an encoding`, () => {
    const path = file(content)
    assert.equal(refusal(path), `ERR_PLUGIN_FILE_ENCODING: ${count}.json ${message}.`)
  })
}

test('a file of the limit is read, and one byte more is refused', () => {
  const path = file('x'.repeat(100))
  assert.equal(readText(path, 100).kind, 'text')
  assert.match(
    refusal(path, 99),
    /^ERR_PLUGIN_FILE_TOO_LARGE: \d+\.json has 100 bytes; at most 99 are read\.$/,
  )
})

test('a huge file is refused without being read', () => {
  const path = file('')
  truncateSync(path, 2 ** 40)
  assert.match(refusal(path), /^ERR_PLUGIN_FILE_TOO_LARGE/)
})

test('a text that is longer than the ones before is whole, and a shorter one after it as well', () => {
  const long = 'ä'.repeat(400_000)
  assert.deepEqual((readText(file(long), 2 ** 20) as { text: string }).text, long)
  assert.deepEqual((readText(file('short'), 2 ** 20) as { text: string }).text, 'short')
})

test('what is not there is missing: no file, no folder, a link to nothing', () => {
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'))
  for (const path of [
    join(folder, 'none'),
    join(folder, 'none', 'none'),
    join(file(''), 'none'),
    join(folder, 'dangling'),
  ]) {
    assert.deepEqual(readText(path, 1), { kind: 'missing', path })
  }
})

test('a folder is refused', () => {
  const path = join(folder, 'folder')
  mkdirSync(path)
  assert.equal(refusal(path), 'ERR_PLUGIN_FILE_UNREADABLE: folder is a folder, not a file.')
})

test('a link that leads back to itself is refused', () => {
  const path = join(folder, 'loop')
  symlinkSync(path, path)
  assert.equal(refusal(path), 'ERR_PLUGIN_FILE_UNREADABLE: loop cannot be read (ELOOP).')
})

test('a pipe is refused, and nobody waits for it', { skip: process.platform === 'win32' }, () => {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  assert.match(refusal(path), /^ERR_PLUGIN_FILE_UNREADABLE: pipe is a pipe/)
})

test('a file that may not be read is refused with its remedy', { skip: process.platform === 'win32' }, () => {
  const path = file('{}')
  chmodSync(path, 0)
  if (process.getuid?.() === 0) {
    // Root may read everything: ask as nobody.
    const script = `
      const { readText } = await import(${JSON.stringify(import.meta.resolve('#src/read/text.js'))})
      process.setegid(65534)
      process.seteuid(65534)
      console.log(JSON.stringify(readText(${JSON.stringify(path)}, 10)))`
    chmodSync(folder, 0o755)
    const fact = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
    )
    assert.equal(fact.problem.message, `${count}.json cannot be read (EACCES).`)
    assert.match(fact.problem.hint, /chmod u\+r/)
  } else {
    assert.equal(refusal(path), `ERR_PLUGIN_FILE_UNREADABLE: ${count}.json cannot be read (EACCES).`)
  }
})

test('no descriptor stays open, whatever was found', { skip: process.platform !== 'linux' }, () => {
  const paths = [file('{}'), file(Buffer.from([0xff])), file('xxx'), folder, join(folder, 'none')]
  const open = (): number => readdirSync('/proc/self/fd').length
  const before = open()
  for (const path of paths) for (let again = 0; again < 20; again += 1) readText(path, 2)
  assert.equal(open(), before)
})
