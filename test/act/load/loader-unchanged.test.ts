import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { workplace } from './loading.ts'

const kinds = {
  cjs: { entry: 'plugin.cjs', deep: 'lib/b.cjs' },
  mjs: { entry: 'plugin.mjs', deep: 'lib/b.mjs' },
  ts: { entry: 'plugin.ts', deep: 'lib/b.ts' },
}

function filesOf(kind: keyof typeof kinds): Record<string, string> {
  return kind === 'cjs'
    ? {
        'plugin.cjs': 'exports.v = require("./lib/a").v',
        'lib/a.js': 'exports.v = require("./b.cjs").v',
        'lib/b.cjs': 'exports.v = 1',
      }
    : {
        [`plugin.${kind}`]: `export { v } from './lib/a.${kind}'`,
        [`lib/a.${kind}`]: `export { v } from './b.${kind}'`,
        [`lib/b.${kind}`]: 'export const v = 1',
      }
}

for (const kind of ['cjs', 'mjs', 'ts'] as const) {
  const { deep } = kinds[kind]
  const edit = (value: number): string =>
    kind === 'cjs' ? `exports.v = ${value}` : `export const v = ${value}`

  test(`${kind}: a file that is being saved as it is read is waited for`, async (t) => {
    const place = workplace(t, filesOf(kind))
    const code = await place.prepare()
    place.write({ [deep]: edit(1000) })
    const looked = place.look()
    const path = join(looked.real, deep)
    writeFileSync(path, '')
    const preparing = place.loader.prepare(looked, code)
    await delay(20)
    writeFileSync(path, edit(2))
    const prepared = await preparing
    assert.ok('code' in prepared, JSON.stringify(prepared))
    assert.equal((await place.evaluate(prepared.code)).v, 2)
  })

  test(`${kind}: an edit two modules deep is seen, without touching what runs`, async (t) => {
    const place = workplace(t, filesOf(kind))
    const code = await place.prepare()
    const first = await place.evaluate(code)
    for (let value = 2; value < 5; value++) {
      place.write({ [deep]: edit(value) })
      assert.equal(place.loader.differs(place.look(), code), true)
      const next = await place.prepare(code)
      assert.notEqual(next, code)
      assert.notEqual(next.id, code.id)
      assert.equal((await place.evaluate(next)).v, value)
    }
    assert.equal(first.v, 1)
    assert.equal((await place.evaluate(code)).v, 1)
  })

  test(`${kind}: nothing changed gives the very same code`, async (t) => {
    const place = workplace(t, filesOf(kind))
    const code = await place.prepare()
    await place.evaluate(code)
    assert.equal(await place.prepare(code), code)
    utimesSync(join(place.folder, deep), new Date(), new Date(1_000_000_000_000))
    assert.equal(await place.prepare(code), code)
    place.write({ [deep]: edit(1) })
    assert.equal(place.loader.differs(place.look(), code), false)
    assert.equal(await place.prepare(code), code)
  })

  test(`${kind}: a file that the code does not contain gives the very same code`, async (t) => {
    const place = workplace(t, { ...filesOf(kind), 'scratch.mjs': 'export {}', 'other.ts': '' })
    const code = await place.prepare()
    await place.evaluate(code)
    place.write({
      'README.md': '# hi',
      'public/x.js': 'alert(1)',
      'data.json': '{}',
      'scratch.mjs': 'broken (',
    })
    assert.equal(place.loader.differs(place.look(), code), false)
    assert.equal(await place.prepare(code), code)
    place.write({ 'metadata.json': '{ "name": "plugin" }', 'data.json': '{ "x": 1 }', 'other.ts': 'more' })
    assert.equal(await place.prepare(code), code)
    place.remove('other.ts')
    assert.equal(await place.prepare(code), code)
  })

  test(`${kind}: two saves of equal size within one tick of the clock are both seen`, async (t) => {
    const place = workplace(t, filesOf(kind))
    let code = await place.prepare()
    for (let value = 1; value < 10; value++) {
      place.write({ [deep]: edit(value) })
      const half = place.look()
      await place.loader.prepare(half, code)
      place.write({ [deep]: edit(9 - value) })
      code = await place.prepare(code)
      assert.equal((await place.evaluate(code)).v, 9 - value)
    }
  })

  test(`${kind}: going back to what ran before has the identity that it had`, async (t) => {
    const place = workplace(t, filesOf(kind))
    const code = await place.prepare()
    await place.evaluate(code)
    place.write({ [deep]: edit(2) })
    const second = await place.prepare(code)
    await place.evaluate(second)
    place.write({ [deep]: edit(1) })
    const third = await place.prepare(second)
    assert.equal(third.id, code.id)
    assert.equal((await place.evaluate(third)).v, 1)
  })

  test(`${kind}: another entry is other code`, async (t) => {
    const entry = `second.${kind}`
    const place = workplace(t, {
      ...filesOf(kind),
      [entry]: kind === 'cjs' ? 'exports.v = 2' : 'export const v = 2',
    })
    const code = await place.prepare()
    const outcome = await place.loader.prepare(place.look(entry), code)
    assert.ok('code' in outcome)
    assert.notEqual(outcome.code, code)
    assert.equal((await place.evaluate(outcome.code)).v, 2)
  })
}

test('a comment, a type or a blank line gives the very same TypeScript code', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import type { A } from './types.ts'\nexport const v: A = 1`,
    'types.ts': 'export type A = number',
  })
  const code = await place.prepare()
  place.write({ 'types.ts': 'export type A = number | string // wider' })
  assert.equal(await place.prepare(code), code)
  place.write({
    'plugin.ts': `// why\nimport type { A } from './types.ts'\n\nexport const v: A | undefined = 1`,
  })
  assert.equal(await place.prepare(code), code)
  place.write({ 'plugin.ts': 'export const v = 2' })
  assert.notEqual(await place.prepare(code), code)
})

test('a file that comes in the way of a path is seen', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': 'exports.v = require("./lib")',
    'lib/index.js': 'module.exports = "folder"',
  })
  const code = await place.prepare()
  assert.equal((await place.evaluate(code)).v, 'folder')
  place.write({ 'lib.js': 'module.exports = "file"' })
  const next = await place.prepare(code)
  assert.equal((await place.evaluate(next)).v, 'file')
  place.remove('lib.js')
  assert.equal((await place.evaluate(await place.prepare(next))).v, 'folder')
})

test('an own CommonJS file in an ES module plugin is part of the code', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import c from './c.cjs'\nexport const v = (): unknown => c.v()`,
    'c.cjs': 'exports.v = () => require("./deep.cjs").v',
    'deep.cjs': 'exports.v = 1',
    'unused.cjs': 'exports.v = 1',
  })
  const code = await place.prepare()
  assert.equal((await place.evaluate(code)).v(), 1)
  place.write({ 'unused.cjs': 'exports.v = 2' })
  assert.equal(await place.prepare(code), code)
  place.write({ 'deep.cjs': 'exports.v = 2' })
  const next = await place.prepare(code)
  assert.notEqual(next, code)
  assert.equal((await place.evaluate(next)).v(), 2)
})

test('metadata.json is part of the code when the code imports it', async (t) => {
  const place = workplace(t, {
    'metadata.json': '{ "version": "1.0.0" }',
    'plugin.ts': `import metadata from './metadata.json' with { type: 'json' }\nexport const v = metadata.version`,
  })
  const code = await place.prepare()
  place.write({ 'metadata.json': '{ "version": "2.0.0" }' })
  const next = await place.prepare(code)
  assert.notEqual(next, code)
  assert.equal((await place.evaluate(next)).v, '2.0.0')
})

test('cjs: a file two modules deep that did not compile is looked at again', async (t) => {
  const place = workplace(t, filesOf('cjs'))
  const first = await place.prepare()
  await place.evaluate(first)
  place.write({ 'lib/b.cjs': 'exports.v = (' })
  const broken = await place.prepare(first)
  await assert.rejects(place.evaluate(broken), SyntaxError)
  assert.equal(await place.prepare(broken), broken)
  place.write({ 'lib/b.cjs': 'exports.v = 2' })
  assert.equal(place.loader.differs(place.look(), broken), true)
  assert.equal((await place.evaluate(await place.prepare(broken))).v, 2)
})
