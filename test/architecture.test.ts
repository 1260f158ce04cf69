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
  'survey.ts': ['model', 'read', 'decide'],
  cli: ['model', 'read', 'decide', 'act', 'survey.ts', 'manager.ts', 'index.ts', 'http'],
}

const FRAMEWORKS = ['hono', '@hono/node-server', 'express', 'fastify']
/** The page and the host of `plugbay start` are written in Hono, which plugbay brings along. */
const READY_MADE = new Set(['http/page.ts', 'cli/start/host.ts'])

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

test('a web framework is imported by the files in http/ that are named after it, and by the ready-made host', () => {
  const wrong = imports.flatMap(({ from, target }) => {
    const framework = frameworkOf(target)
    const own = `http/${framework === '@hono/node-server' ? 'hono' : framework}`
    const allowed = from === `${own}.ts` || from.startsWith(`${own}-`) || READY_MADE.has(from)
    return framework === undefined || allowed ? [] : [`${from} -> ${target}`]
  })
  assert.deepEqual(wrong, [])
  assert.deepEqual(
    [...new Set(imports.map(({ target }) => frameworkOf(target)))]
      .filter((name) => name !== undefined)
      .sort(),
    FRAMEWORKS.toSorted(),
    'all of them are known here',
  )
})

test('nothing that index.ts reaches imports a web framework, or anything of http/', () => {
  const reached = new Set(['index.ts'])
  for (const file of reached)
    for (const { target } of imports.filter(({ from }) => from === file)) {
      assert.equal(frameworkOf(target), undefined, `${file} -> ${target}`)
      if (target.startsWith('.')) reached.add(normalize(join(dirname(file), target)))
    }
  assert.ok(reached.size > 50)
  assert.deepEqual(
    [...reached].filter((file) => ['http', 'cli'].includes(roomOf(file))),
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

function frameworkOf(target: string): string | undefined {
  return FRAMEWORKS.find((name) => target === name || target.startsWith(`${name}/`))
}

function roomOf(file: string): string {
  return file.split(sep)[0] ?? ''
}
