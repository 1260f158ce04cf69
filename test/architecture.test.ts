import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../../src', import.meta.url))

/** Which rooms a room may open a door to. A file at the top of src/ is a room of its own. */
const DOORS: Record<string, readonly string[]> = {
  model: [],
  read: ['model'],
  decide: ['model'],
  act: ['model'],
  hall: ['model', 'read', 'decide', 'act'],
  'manager.ts': ['model', 'read', 'decide', 'act', 'hall'],
  'index.ts': ['model', 'manager.ts'],
  http: ['model', 'manager.ts', 'index.ts'],
  cli: ['model', 'read', 'decide', 'manager.ts', 'index.ts', 'http'],
}

interface Import {
  readonly from: string
  readonly room: string
  readonly target: string
}

const files = readdirSync(source, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'))
const imports = files.flatMap((file) => importsOf(file))

test('every source file lives in a known room', () => {
  assert.ok(files.length > 20)
  assert.deepEqual(
    [...new Set(files.map(roomOf))].filter((room) => !(room in DOORS)),
    [],
  )
})

test('rooms import only through the doors they have', () => {
  const wrong = imports
    .filter(({ target }) => target.startsWith('.'))
    .map(({ from, room, target }) => ({ from, room, to: roomOf(normalize(join(dirname(from), target))) }))
    .filter(({ room, to }) => to !== room && !DOORS[room]!.includes(to))
    .map(({ from, to }) => `${from} -> ${to}`)
  assert.deepEqual(wrong, [])
})

test('decide is pure: no node: imports, no clock, no environment', () => {
  assert.deepEqual(
    imports.filter(({ room, target }) => room === 'decide' && target.startsWith('node:')),
    [],
  )
  for (const file of files.filter((name) => roomOf(name) === 'decide')) {
    const text = readFileSync(join(source, file), 'utf8')
    assert.doesNotMatch(text, /\b(?:Date\.now|performance\.now|process\.|setTimeout|await)\b/, file)
  }
})

test('model imports nothing from outside', () => {
  assert.deepEqual(
    imports.filter(({ room, target }) => room === 'model' && !target.startsWith('./')),
    [],
  )
})

test('there is no room for leftovers', () => {
  assert.deepEqual(
    files.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|misc)\b/.test(file)),
    [],
  )
})

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8')
  const found = text.matchAll(
    /^(?:import|export)\b[^'\n;]*?(?:\{[^}]*\}[^'\n;]*?)?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...found].map((match) => ({
    from: file,
    room: roomOf(file),
    target: match[1] ?? match[2] ?? match[3] ?? '',
  }))
}

function roomOf(file: string): string {
  return file.split(sep)[0] ?? ''
}
