import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { workplace } from './loading.ts'

/** Packages in the shapes that are found in the wild, laid out by hand. */
const packages = {
  'node_modules/cjs/package.json': '{ "main": "lib/main" }',
  'node_modules/cjs/lib/main.js':
    'exports.a = 1; exports.b = () => exports.a; exports["a-b"] = 3; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "inner"',
  'node_modules/fn/index.js': 'module.exports = function fn() { return "fn" }; module.exports.extra = 2',
  'node_modules/esm/package.json':
    '{ "type": "module", "exports": { ".": "./i.js", "./sub/*": "./sub/*.js" } }',
  'node_modules/esm/i.js':
    'export let live = 1; export const up = () => { live++ }; export default class Shared {}; export { live as "with space" }',
  'node_modules/esm/sub/x.js': 'export const x = "sub"',
  'node_modules/dual/package.json':
    '{ "exports": { "import": "./i.mjs", "require": "./r.cjs", "default": "./d.js" } }',
  'node_modules/dual/i.mjs': 'export default "import"',
  'node_modules/dual/r.cjs': 'module.exports = "require"',
  'node_modules/dual/d.js': 'module.exports = "default"',
  'node_modules/browser/package.json':
    '{ "main": "node.js", "module": "module.js", "browser": "browser.js" }',
  'node_modules/browser/node.js': 'module.exports = "node"',
  'node_modules/browser/module.js': 'export default "module"',
  'node_modules/browser/browser.js': 'module.exports = "browser"',
}

const code = `
  import whole, { a, b } from 'cjs'
  import * as cjs from 'cjs'
  import fn, { extra } from 'fn'
  import Shared, { live, up } from 'esm'
  import * as esm from 'esm'
  import { x } from 'esm/sub/x'
  import dual from 'dual'
  import browser from 'browser'
  import fs, { existsSync } from 'node:fs'
  import path from 'path'
  export { Shared, up, live }
  export const all = [a, b(), whole.a, whole.default, cjs.default === whole, cjs['a-b'], fn(), extra, x, dual, browser]
  export const names = [Object.keys(cjs).sort(), Object.keys(esm).sort()]
  export const builtins = [fs.existsSync === existsSync, typeof path.join]
  export const bindings = () => [live, esm.live]
  export const made = new Shared()`

test('packages of every shape give what Node itself gives', async (t) => {
  for (const top of ['', '\nawait 0']) {
    const place = workplace(t, { ...packages, 'plugin.mjs': code + top })
    const exports = await place.run()
    const native = await import(pathToFileURL(join(place.folder, 'plugin.mjs')).href)
    assert.deepEqual(exports.all, native.all)
    assert.deepEqual(exports.names, native.names)
    assert.deepEqual(exports.builtins, [true, 'function'])
    assert.deepEqual(exports.all.slice(0, 4), [1, 1, 1, 'inner'])
    assert.equal(exports.Shared, native.Shared)
    assert.ok(exports.made instanceof native.Shared)
    native.up()
    assert.deepEqual(exports.bindings(), [2, 2])
    assert.equal(exports.live, 2)
  }
})

test('TypeScript gives the same, in a module package and in none', async (t) => {
  for (const type of ['{ "type": "module" }', '{}']) {
    const place = workplace(t, { ...packages, 'package.json': type, 'plugin.ts': code, 'same.mjs': code })
    const exports = await place.run()
    const native = await import(pathToFileURL(join(place.folder, 'same.mjs')).href)
    assert.deepEqual(exports.all, native.all)
    assert.deepEqual(exports.names, native.names)
  }
})

test('a class that the host imported is the one that the plugin sees', async (t) => {
  const place = workplace(t, {
    '../node_modules/shared/package.json': '{ "type": "module", "exports": "./i.js" }',
    '../node_modules/shared/i.js': 'export class Thing {}',
    '../host.mjs':
      'export { Thing } from "shared"; export let db; export const connect = () => { db = "open" }',
    'plugin.ts': `import { Thing } from 'shared'; import { db } from '../host.mjs'
      export const thing = new Thing(); export const database = (): unknown => db`,
  })
  const host = await import(pathToFileURL(join(place.root, 'host.mjs')).href)
  const exports = await place.run()
  assert.ok(exports.thing instanceof host.Thing)
  assert.equal(exports.database(), undefined)
  host.connect()
  assert.equal(exports.database(), 'open')
})

test('packages in the own node_modules win over those of the host', async (t) => {
  const place = workplace(t, {
    'node_modules/p/index.js': 'module.exports = "own"',
    '../node_modules/p/index.js': 'module.exports = "host"',
    '../node_modules/q/index.js': 'module.exports = "host"',
    'plugin.ts': `import p from 'p'; import q from 'q'; export const v = [p, q]`,
  })
  assert.deepEqual((await place.run()).v, ['own', 'host'])
})

test('each file resolves from where it lies', async (t) => {
  const place = workplace(t, {
    'node_modules/p/index.js': 'module.exports = "outer"',
    'lib/node_modules/p/index.js': 'module.exports = "inner"',
    'plugin.mjs': `import p from 'p'; export { default as inner } from './lib/a.mjs'; export const outer = p`,
    'lib/a.mjs': `import p from 'p'; export default p`,
  })
  const exports = await place.run()
  assert.deepEqual([exports.outer, exports.inner], ['outer', 'inner'])
})

test('#imports and the own name lead to own files and to packages', async (t) => {
  const place = workplace(t, {
    'package.json':
      '{ "name": "me", "type": "module", "imports": { "#own/*": "./lib/*.ts", "#p": "p" }, "exports": { "./a": "./lib/a.ts" } }',
    'lib/a.ts': 'export const a: object = {}',
    'node_modules/p/index.js': 'module.exports = "p"',
    'plugin.ts': `import { a } from '#own/a'; import { a as again } from 'me/a'; import p from '#p'
      import { a as direct } from './lib/a.ts'
      export const v = [a === direct, again === direct, p]
      export const lazy = async () => (await import('#own/a')).a === direct`,
  })
  const code = await place.prepare()
  const exports = await place.evaluate(code)
  assert.deepEqual(exports.v, [true, true, 'p'])
  assert.equal(await exports.lazy(), true)
})

test('plugbay is the running one where none is installed', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import { definePlugin } from 'plugbay'; export default definePlugin({ activate() {} })`,
    'other.ts': '',
  })
  assert.equal(typeof (await place.run()).default.activate, 'function')
})

test('side-effect imports of packages happen once, before the plugin', async (t) => {
  const place = workplace(t, {
    'node_modules/effect/index.js': 'globalThis.effects = (globalThis.effects ?? 0) + 1',
    'plugin.ts': `import 'effect'\nexport const v = (globalThis as any).effects`,
  })
  const code = await place.prepare()
  assert.equal((await place.evaluate(code)).v, 1)
  assert.equal((await place.evaluate(code)).v, 1)
})

test('import() of packages stays lazy', async (t) => {
  const place = workplace(t, {
    'node_modules/lazy/index.js': 'globalThis.lazily = true; exports.v = 1',
    'plugin.ts': `export const load = () => import('lazy'); export const none = () => import('none')`,
  })
  const exports = await place.run()
  assert.equal((globalThis as any).lazily, undefined)
  assert.equal((await exports.load()).default.v, 1)
  await assert.rejects(exports.none(), { code: 'ERR_MODULE_NOT_FOUND' })
})

test('P3 a package that is missing: a problem with its place and a hint', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import './a.ts'`,
    'a.ts': `\n\nimport { x } from '@no/where/sub'\nexport const y = x`,
  })
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_IMPORT_MISSING')
  assert.deepEqual([problem.file, problem.line, problem.column], [join(place.folder, 'a.ts'), 3, 19])
  assert.match(problem.hint, /npm i @no\/where` in /)
  place.write({
    'node_modules/@no/where/sub.js': 'exports.x = 1',
    'node_modules/@no/where/package.json': '{ "exports": { "./sub": "./sub.js" } }',
  })
  await place.run()
})

test('a name that a package does not export is a problem with its place', async (t) => {
  for (const specifier of ['node:fs', 'esm', 'cjs']) {
    const place = workplace(t, {
      ...packages,
      'plugin.ts': `\nimport { nope } from '${specifier}'\nexport const v = nope`,
    })
    const problem = await place.fail()
    assert.equal(problem.code, 'ERR_PLUGIN_IMPORT_MISSING')
    assert.deepEqual([problem.line, problem.column], [2, 10])
    assert.match(problem.message, new RegExp(`"${specifier}".*nope`))
    assert.match(problem.hint, /of CommonJS import the default export/)
  }
})

test('a package that throws while it is imported is a problem of the plugin', async (t) => {
  const place = workplace(t, {
    'node_modules/bad/index.js': 'throw new Error("bad package")',
    'plugin.ts': `import bad from 'bad'\nexport { bad }`,
  })
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_LOAD')
  assert.match(problem.message, /bad package/)
  assert.match(problem.hint, /restart/)
  assert.equal(problem.line, 1)
})

test('require() in TypeScript is that of Node, from the file that asks', async (t) => {
  const place = workplace(t, {
    'node_modules/dual/package.json': packages['node_modules/dual/package.json'],
    'node_modules/dual/r.cjs': packages['node_modules/dual/r.cjs'],
    'lib/a.ts': `export const dual = require('dual'), own = require('./own.cjs')
      export const optional = (() => { try { return require('optional-thing') } catch (error) { return (error as { code: string }).code } })()
      export const variable = (name: string) => require(name)`,
    'lib/own.cjs': 'module.exports = "own"',
    'plugin.ts': `export * from './lib/a.ts'`,
  })
  const exports = await place.run()
  assert.deepEqual([exports.dual, exports.own, exports.optional], ['require', 'own', 'MODULE_NOT_FOUND'])
  assert.equal(exports.variable('./lib/own.cjs'), 'own')
})
