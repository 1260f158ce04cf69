import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { factsOf } from './facts.ts'
import { thrownAt, workplace } from './loading.ts'
import type { Workplace } from './loading.ts'

type PluginFiles = ReturnType<Workplace['look']>

function lookAt(place: Workplace, name: string): PluginFiles {
  const real = join(place.root, name)
  return { name, directory: real, real, entry: 'plugin.ts', files: factsOf(real) }
}

test('many plugins prepared at once each get their own code, their own files and their own faults', async (t) => {
  const place = workplace(t, {})
  const names = Array.from({ length: 60 }, (_, index) => `p${index}`)
  for (const [index, name] of names.entries()) {
    const top =
      index % 10 === 3
        ? 'let = )'
        : index % 10 === 5
          ? 'await 0'
          : index % 10 === 7
            ? `import 'no-such-package'`
            : ''
    place.write({
      [`../${name}/plugin.ts`]: `${top}\nimport { v, at } from './lib/a.ts'\nexport { v, at }\nexport const file: string = import.meta.filename`,
      [`../${name}/lib/a.ts`]: `export const v: number = ${index}\nexport const at = (): Error => new Error('at')`,
    })
    if (index % 10 === 9) place.write({ [`../${name}/tsconfig.json`]: '{}' })
  }
  const outcomes = await Promise.all(names.map(async (name) => place.loader.prepare(lookAt(place, name))))
  for (const [index, outcome] of outcomes.entries()) {
    const folder = join(place.root, names[index]!)
    if (index % 10 === 3 || index % 10 === 7) {
      assert.ok('problem' in outcome)
      assert.equal(outcome.problem.plugin, names[index])
      assert.equal(outcome.problem.file, join(folder, 'plugin.ts'))
      assert.equal(outcome.problem.code, index % 10 === 3 ? 'ERR_PLUGIN_SYNTAX' : 'ERR_PLUGIN_IMPORT_MISSING')
      continue
    }
    assert.ok('code' in outcome)
    const exports = await place.evaluate(outcome.code)
    assert.equal(exports.v, index)
    assert.equal(exports.file, join(folder, 'plugin.ts'))
    assert.equal(thrownAt(exports.at()), `${join(folder, 'lib/a.ts')}:2:32`)
  }
})

test('a plugin compiled with others has the code that it has alone', async (t) => {
  const place = workplace(t, {})
  const names = Array.from({ length: 8 }, (_, index) => `p${index}`)
  for (const name of names) {
    place.write({
      [`../${name}/plugin.ts`]: `import * as a from './lib/a.ts'\nexport { a }\nexport const lazy = () => import('./lib/a.ts')`,
      [`../${name}/lib/a.ts`]: 'export const v = import.meta.url',
    })
  }
  const together = await Promise.all(names.map(async (name) => place.loader.prepare(lookAt(place, name))))
  for (const [index, name] of names.entries()) {
    place.write({ [`../${name}/lib/a.ts`]: '// more\nexport const v = import.meta.url' })
    const before = together[index]!
    assert.ok('code' in before)
    const alone = await place.loader.prepare(lookAt(place, name), before.code)
    assert.ok('code' in alone)
    assert.equal(alone.code, before.code)
  }
})

test('in a folder of very many plugins code is compiled just the same', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import { a } from './lib/a'; import { b } from './lib/b.js'; import { c } from './lib'; export const v = [a, b, c]`,
    'lib/a.ts': 'export const a = 1',
    'lib/b.ts': 'export const b = 2',
    'lib/index.ts': `export { c } from './c.ts'`,
    'lib/c.ts': 'export const c: number = 3',
  })
  for (let index = 0; index < 1_050; index++) mkdirSync(join(place.root, `other${index}`))
  const code = await place.prepare()
  assert.deepEqual((await place.evaluate(code)).v, [1, 2, 3])
  place.write({ 'lib/c.ts': 'export const c: number = 4' })
  assert.deepEqual((await place.evaluate(await place.prepare(code))).v, [1, 2, 4])
})
