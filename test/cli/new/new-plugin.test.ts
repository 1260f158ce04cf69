import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { newPlugin } from '#src/cli/new/new-plugin.js'
import { Refusal } from '#src/cli/new/refusal.js'
import { pluginsFolder } from '../../plugin-folder.js'
import { root } from '../../readme-fences.js'

const refusal =
  (exitCode: number, pattern: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof Refusal, String(error))
    assert.equal(error.exitCode, exitCode)
    assert.match(error.message, pattern)
    return true
  }

test('a new plugin is a folder of its name, with the files that are named', async (t) => {
  const { path } = pluginsFolder(t)
  const { directory, files } = await newPlugin({ kind: 'ui', name: 'guests', outputDirectory: path })
  assert.equal(directory, join(path, 'guests'))
  const found = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  assert.deepEqual(found.sort(), files.map((file) => join(directory, file)).sort())
  assert.ok(files.includes('plugin.ts') && files.includes('views/page.html'))
  assert.deepEqual(readdirSync(path), ['guests'], 'nothing else is left')
  assert.equal(lstatSync(directory).mode & 0o777, 0o777 & ~process.umask())
})

test('a missing plugins folder is made', async (t) => {
  const { path } = pluginsFolder(t)
  const made = await newPlugin({ kind: 'base', name: 'a', outputDirectory: join(path, 'deep', 'er') })
  assert.ok(existsSync(join(path, 'deep/er/a/plugin.ts')))
  assert.equal(made.directory, join(path, 'deep/er/a'))
})

test('a description becomes one line without control characters; without one the template says what it does', async (t) => {
  const { path, file } = pluginsFolder(t)
  const outputDirectory = path
  await newPlugin({ kind: 'api', name: 'a', outputDirectory, description: ' One\n"two"\u001b[31m ' })
  await newPlugin({ kind: 'api', name: 'b', outputDirectory, description: ' ' })
  const described = (name: string): unknown =>
    (JSON.parse(readFileSync(file(`${name}/metadata.json`), 'utf8')) as Record<string, unknown>)[
      'description'
    ]
  assert.equal(described('a'), 'One "two"[31m')
  assert.match(String(described('b')), /^Items over HTTP/)
  await assert.rejects(
    newPlugin({ kind: 'api', name: 'c', outputDirectory, description: 'x'.repeat(501) }),
    refusal(2, /501 characters/),
  )
})

test('X1 a name for a new plugin that leads elsewhere, or that no plugin may have: refused and explained', async (t) => {
  const { path } = pluginsFolder(t)
  const refused = (name: string, pattern: RegExp): Promise<void> =>
    assert.rejects(newPlugin({ kind: 'base', name, outputDirectory: path }), refusal(2, pattern))
  await refused('My Plugin', /"My Plugin": it does not match .* "my-plugin" would do\./)
  await refused('../evil', /does not match/)
  await refused('', /does not match/)
  await refused('constructor', /is reserved.*"my-constructor"/)
  await refused('con', /Windows/)
  await refused('a.', /ends with a dot/)
  await refused('hello.old', /passed over\. "hello-old" would do\./)
  assert.deepEqual(readdirSync(path), [])
})

test('X1 a template that is not there: refused, with the nearest', async (t) => {
  const { path } = pluginsFolder(t)
  for (const [kind, pattern] of [
    ['bsae', /base, ui, api.*Did you mean base\?/],
    ['constructor', /There is no template "constructor"/],
  ] as const)
    await assert.rejects(
      newPlugin({ kind: kind as 'base', name: 'a', outputDirectory: path }),
      refusal(2, pattern),
    )
})

test('X1 a new plugin where something is: nothing is overwritten, be it a folder, a file or a link', async (t) => {
  const { path, file } = pluginsFolder(t, { '../kept.txt': 'kept' })
  mkdirSync(file('folder'))
  writeFileSync(file('folder/mine.txt'), 'mine')
  writeFileSync(file('file'), 'mine')
  symlinkSync(file('nowhere'), file('link'))
  await newPlugin({ kind: 'base', name: 'made', outputDirectory: path })
  for (const name of ['folder', 'file', 'link', 'made'])
    await assert.rejects(
      newPlugin({ kind: 'base', name, outputDirectory: path }),
      refusal(1, /is there already\. Nothing was changed/),
    )
  assert.equal(readFileSync(file('folder/mine.txt'), 'utf8'), 'mine')
  assert.equal(readFileSync(file('file'), 'utf8'), 'mine')
  assert.deepEqual(readdirSync(path).sort(), ['file', 'folder', 'link', 'made'])

  await assert.rejects(
    newPlugin({ kind: 'base', name: 'a', outputDirectory: file('file') }),
    refusal(1, /cannot be made \(\w+\)\. Name another/),
  )
})

test('an empty folder is as good as none', async (t) => {
  const { path, file } = pluginsFolder(t)
  mkdirSync(file('hello'))
  await newPlugin({ kind: 'base', name: 'hello', outputDirectory: path })
  assert.ok(existsSync(file('hello/plugin.ts')))
})

test('a name that the plugin in another folder has is refused', async (t) => {
  const { path } = pluginsFolder(t, {
    'elsewhere/metadata.json': { name: 'hello' },
    'broken/metadata.json': '{',
    'null/metadata.json': 'null',
    'aside.old/metadata.json': { name: 'free' },
  })
  await assert.rejects(
    newPlugin({ kind: 'base', name: 'hello', outputDirectory: path }),
    refusal(2, /elsewhere has the name "hello" already/),
  )
  await newPlugin({ kind: 'base', name: 'free', outputDirectory: path })
})

test('the folder is never seen half made', async (t) => {
  const { path, file } = pluginsFolder(t)
  let done = false
  const making = newPlugin({ kind: 'api', name: 'hello', outputDirectory: path }).finally(() => (done = true))
  let looks = 0
  let seen: string[] | undefined
  while (!done) {
    looks += 1
    if (!seen && existsSync(file('hello'))) seen = readdirSync(file('hello')).sort()
    assert.deepEqual(
      readdirSync(path).filter((name) => name !== 'hello' && !name.startsWith('.')),
      [],
    )
    await turn()
  }
  const { files } = await making
  assert.ok(looks > 5)
  assert.deepEqual(seen ?? readdirSync(file('hello')).sort(), [...files].sort())
})

test('of several that make one name at once, one does', async (t) => {
  const { path } = pluginsFolder(t)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => newPlugin({ kind: 'ui', name: 'hello', outputDirectory: path })),
  )
  const lost = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  )
  assert.equal(lost.length, 7)
  for (const error of lost) refusal(1, /is there already/)(error)
  assert.deepEqual(readdirSync(path), ['hello'])
})

test('$schema leads to the plugbay that is installed above the folder; without one it is left out', async (t) => {
  const { root: project, path, file } = pluginsFolder(t)
  const schemaOf = (name: string): string | undefined =>
    (JSON.parse(readFileSync(file(`${name}/metadata.json`), 'utf8')) as { $schema?: string }).$schema
  await newPlugin({ kind: 'base', name: 'without', outputDirectory: path })
  assert.equal(schemaOf('without'), undefined)
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(root, join(project, 'node_modules/plugbay'))
  await newPlugin({ kind: 'base', name: 'with', outputDirectory: path })
  assert.equal(schemaOf('with'), '../../node_modules/plugbay/schema/metadata.schema.json')
  assert.ok(existsSync(file(join('with', schemaOf('with')!))))
})
