import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { Code } from '#src/act/code.js'
import { CompiledCode } from '#src/act/load/compiled-code.js'
import { PlainProgram } from '#src/act/load/plain-program.js'
import { thrownAt, timers, workplace } from './loading.ts'
import type { Workplace } from './loading.ts'

type Files = Readonly<Record<string, string>>

const packages = {
  'node_modules/cjs/index.js': 'exports.a = 1; exports.b = () => exports.a',
  'node_modules/esm/package.json':
    '{ "type": "module", "exports": { ".": "./i.js", "./eval": "./eval.js" } }',
  'node_modules/esm/i.js':
    'import { deep } from "./deep.js"; export { deep }; export * from "./star.js"; export let live = 1; export const up = () => { live++ }; export default class Shared {}',
  'node_modules/esm/deep.js': 'var deep = class Deep {}; export { deep }',
  'node_modules/esm/eval.js': `export let live = 1; export const run = (text) => (eval)(text)`,
  'node_modules/esm/star.js': 'export function far() { return "far" }',
}

/** Graphs that need no compiler. The entry's exports are compared, and what the modules push to `globalThis.seen`. */
const plain: Readonly<Record<string, Files>> = {
  'declarations of every kind': {
    'plugin.mjs': `export const a = 1, b = { c: [2] }, { d, e: [f] } = { d: 3, e: [4] }
      export function g(x, y) { return x + y }
      export async function h() {}
      export function* i() { yield 1 }
      export class J { static k = 1 }
      export let m = 0
      const n = () => {}, o = 5; export { n, o as p }; export { g as q }`,
  },
  'default exports that are values': { 'plugin.mjs': 'export default { activate() { return [1, 2] } }' },
  'default exports with a name': {
    'plugin.mjs': 'import f from "./f.mjs"\nexport default class Named { g = f.name }',
    'f.mjs': 'export default async function named(a) { await a }',
  },
  'statements without semicolons': {
    'plugin.mjs': `const a = 1
import { b } from './b.mjs'
(function () { globalThis.seen.push('called') })()
export { a }
[1, 2].forEach((each) => globalThis.seen.push(each))
export default b
export const list = [b]
import './c.mjs'
\`template\`.split('')`,
    'b.mjs': `export const b = 2
export function end() {}
(() => globalThis.seen.push('arrow'))()`,
    'c.mjs': 'globalThis.seen.push("c")',
  },
  'imports in every form': {
    'plugin.mjs': `import whole, * as space from './a.mjs'; import again, { one, two as zwei, } from "./a.mjs"
      import {
        default as third,
        one as first
      } from './a.mjs'
      import './effect.mjs'
      export const all = [whole, again, third, one, zwei, first, space.one, Object.keys(space), typeof space.none]
      export { space }`,
    'a.mjs': 'export const one = 1, two = 2; export default one + two',
    'effect.mjs': 'globalThis.seen.push("effect")',
  },
  'what a module exports of another': {
    'plugin.mjs': `export { one, two as zwei, default } from './lib/a.mjs'
      export * from './lib/b.mjs'
      export * as space from './lib/b.mjs'
      import { one, three } from './lib/a.mjs'
      export { one as uno, three }
      export { sep } from 'node:path'`,
    'lib/a.mjs': `export const one = 1; export const two = 2; export default 'd'; export * from './b.mjs'`,
    'lib/b.mjs': 'export const three = 3, zero = 0; export default 5',
  },
  'modules in the order of their imports, each once': {
    'plugin.mjs': `globalThis.seen.push('entry'); import './a.mjs'; import './b.mjs'; import './c.mjs'`,
    'a.mjs': `import './c.mjs'; globalThis.seen.push('a')`,
    'b.mjs': `import './d.mjs'; import './c.mjs'; globalThis.seen.push('b')`,
    'c.mjs': `globalThis.seen.push('c')`,
    'd.mjs': `globalThis.seen.push('d')`,
  },
  'packages and what Node brings': {
    ...packages,
    'plugin.mjs': `import cjs, { a, b } from 'cjs'; import * as esm from 'esm'; import Shared, { deep, far, up } from 'esm'
      import fs, { existsSync } from 'node:fs'; import { join } from 'path'
      export const v = [cjs.a, a, b(), deep.name, far(), Shared.name, typeof up, fs.existsSync === existsSync, join('a', 'b')]
      up(); export const live = esm.live > 1
      export const lazy = async () => [(await import('cjs')).default.a, (await import('node:path')).sep]`,
  },
  'what a module knows of itself': {
    'plugin.mjs': `import { meta } from './lib/b.mjs'
      const text = 'meta.url'
      export const v = [import.meta.url, import.meta.dirname, import.meta.filename, import.meta.resolve('./lib/b.mjs'), text]
      export const same = import.meta === import.meta && meta !== import.meta
      export const deep = [meta.url, __dirname, __filename, typeof this, typeof arguments_()]
      function arguments_() { return arguments }`,
    'lib/b.mjs': 'export const meta = import.meta',
  },
  'its own names for what others are given': {
    'plugin.mjs': `import { setTimeout, clearTimeout as stop } from 'node:timers'
      const setInterval = 'mine', exports = 1, module = 2, __dirname = 3
      export const v = [typeof setTimeout, typeof stop, setInterval, exports, module, __dirname, typeof setImmediate]`,
  },
  'spaces that do not break a line': {
    'plugin.mjs': `import\u00a0a\u00a0from\u00a0'./a.mjs'; import\u00a0{\u00a0b\u00a0as\u00a0c\u00a0}\u00a0from\u00a0'./a.mjs'; export const v = [a, c]`,
    'a.mjs': 'export default 1; export const b = 2',
  },
  'types in comments': {
    'plugin.mjs': `/** @type {import('plugbay').Plugin} */\nexport const v = 1 // as import('x') does`,
  },
  createRequire: {
    'plugin.mjs': `import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      export const v = [require('./data.json'), require('./c.cjs')]`,
    'data.json': '{ "v": 1 }',
    'c.cjs': 'exports.v = __filename',
  },
  'await and return where they belong': {
    'plugin.mjs': `export const f = async () => { for await (const x of [1]) { globalThis.seen.push(await (x), await [x][0]) } return -await -1 }
      export const done = f()`,
  },
  'a byte order mark and lines of every kind': {
    'plugin.mjs': `\r\nimport { x } from './x.mjs'\r\nexport const v = [x, "\u2003"]`,
    'x.mjs':
      '\r\n\r\nexport const x = new Error("at").stack.split("\\n")[1].trim().replace(/^.*:(?=\\d+:)/, "").replace(")", "")',
  },
  'a .js file in a package of modules': {
    'package.json': '{ "type": "module" }',
    'plugin.js': 'import { a } from "./lib/a.js"; export const v = a',
    'lib/a.js': 'export const a = 1',
  },
  'a module that throws': {
    'plugin.mjs': 'import { a } from "./a.mjs"; globalThis.seen.push("never"); export const v = a',
    'a.mjs': '\n\nexport const a = 1;  throw new RangeError("thrown on purpose")',
  },
  'code that throws later': {
    'plugin.mjs': `import { boom } from './a.mjs'\nexport const thrown = []\nimport.meta.x = 1; try { boom() } catch (error) { thrown.push(error) }`,
    'a.mjs': `export const pad = 1; export function boom() { null.property }`,
  },
}

test('a graph that needs no compiler does what the one that esbuild makes does', async (t) => {
  for (const [what, files] of Object.entries(plain)) {
    const ours = await outcome(t, files)
    const theirs = await outcome(t, { ...files, 'tsconfig.json': '{}' })
    assert.deepEqual([ours.isPlain, theirs.isPlain], [true, false], what)
    assert.deepEqual(ours.told, theirs.told, what)
  }
})

const two = { 'a.mjs': 'export const a = 1' }

/** What is left to esbuild. `a.mjs` is plain unless it is given. */
const compiled: Readonly<Record<string, Files>> = {
  'a byte order mark before a hashbang': { 'plugin.mjs': '\ufeff#!/usr/bin/env node\nexport const a = 1' },
  'a cycle': {
    'plugin.mjs': `import { a } from './a.mjs'; export const b = () => a`,
    'a.mjs': `import { b } from './plugin.mjs'; export const a = () => b`,
  },
  'a module that imports itself': {
    'plugin.mjs': `import * as self from './plugin.mjs'; export const a = () => self`,
  },
  'an imported let': {
    'plugin.mjs': `import { a } from './a.mjs'; export const b = () => a`,
    'a.mjs': 'export let a = 1; export const up = () => { a++ }',
  },
  'an imported function that is written to': {
    'plugin.mjs': `import { a } from './a.mjs'; export const b = a`,
    'a.mjs': 'export function a() {}; export const set = () => { a = 5 }',
  },
  'an imported name that a pattern writes to': {
    'plugin.mjs': `import { a } from './a.mjs'; export const b = a`,
    'a.mjs': 'let a = 1; export { a }; export const set = (b) => { ({ a } = b) }',
  },
  'an imported name that a loop writes to': {
    'plugin.mjs': `import { a } from './a.mjs'; export const b = a`,
    'a.mjs': 'let a = 1; export { a }; export const set = (b) => { for (a of b); }',
  },
  'a live name of a package': {
    ...packages,
    'plugin.mjs': `import { live } from 'esm'; export const b = () => live`,
  },
  'a name that is written to below a comment': {
    'plugin.mjs': `import { a } from './a.mjs'; export const b = () => a`,
    'a.mjs': 'export let a = 1\nexport function set() {\n // kept for the class\n a = 2 }',
  },
  'a name of a package that runs texts': {
    ...packages,
    'plugin.mjs': `import { live } from 'esm/eval'; export const b = () => live`,
  },
  'an import that is assigned to': {
    ...two,
    'plugin.mjs': `import { a } from './a.mjs'; export const b = () => { a = 2 }`,
  },
  'a name that is not exported': { ...two, 'plugin.mjs': `import { b } from './a.mjs'; export { b }` },
  'a name that a package does not export': {
    ...packages,
    'plugin.mjs': `import { none } from 'esm'; export { none }`,
  },
  'a name that two modules export': {
    ...two,
    'plugin.mjs': `export * from './a.mjs'; export * from './b.mjs'`,
    'b.mjs': 'export const a = 2',
  },
  'export * of a package': { ...packages, 'plugin.mjs': `export * from 'esm'` },
  'an export that is not declared': { 'plugin.mjs': 'export { fetch }' },
  'an export that is declared further in': { 'plugin.mjs': '{ let a = 1 } export { a }' },
  'an export of a type': { 'plugin.mjs': 'const a = 1; export { type a }' },
  'a comma that is missing in an export': { 'plugin.mjs': 'const a = 1, b = 2; export { a b }' },
  'a comma too many in what is exported of another': {
    ...two,
    'plugin.mjs': `export { a,, } from './a.mjs'`,
  },
  'a reserved word that is exported': { 'plugin.mjs': 'export { if }' },
  'a reserved word that is a value, and exported': { 'plugin.mjs': 'export { this }' },
  'arguments that are exported': { 'plugin.mjs': 'export { arguments as a }' },
  'the same export twice': { 'plugin.mjs': 'const a = 1; export { a, a }' },
  'a name that is imported and declared': {
    ...two,
    'plugin.mjs': `import { a } from './a.mjs'; function a() {}`,
  },
  'a name that is imported and a var': {
    ...two,
    'plugin.mjs': `import { a } from './a.mjs'; if (true) { var a = 1 }`,
  },
  'a function that is declared twice': { 'plugin.mjs': 'function a() {} function a() {} export { a }' },
  'a function that is a var as well': { 'plugin.mjs': 'var a; function a() {} export { a }' },
  'top-level await': { 'plugin.mjs': 'export const a = await 1' },
  'await of brackets at the top': { 'plugin.mjs': 'export const a = await (1)' },
  'await in a function that is not async': { 'plugin.mjs': 'export function a(b) { return await (b) }' },
  'a return at the top': { 'plugin.mjs': 'export const a = 1; if (a) return' },
  'arguments at the top': { 'plugin.mjs': 'export const a = () => arguments' },
  'new.target at the top': { 'plugin.mjs': 'export const a = () => new.target' },
  'new.target with a comment in it': { 'plugin.mjs': 'export const a = () => new/* . */.target' },
  'a class called await': { 'plugin.mjs': 'export const a = () => { class await {} }' },
  'a class that extends await': { 'plugin.mjs': 'export const a = () => { class b extends await {} }' },
  'a class called await that extends another': {
    'plugin.mjs': 'export const a = () => { class await extends Object {} }',
  },
  'an import called await': { ...two, 'plugin.mjs': `import { a as await } from './a.mjs'` },
  'an import called __proto__': {
    ...two,
    'plugin.mjs': `import { a as __proto__ } from './a.mjs'; export const b = () => __proto__`,
  },
  'an exported name that begins with a digit': { 'plugin.mjs': 'const a = 1; export { a as 1 }' },
  'super at the top': { 'plugin.mjs': 'export const a = () => super.x' },
  eval: { 'plugin.mjs': 'let a = 1; export { a }; eval("a = 2")' },
  'eval in escapes': { 'plugin.mjs': String.raw`export const a = () => \u0065val("1")` },
  require: { 'plugin.mjs': 'export const a = () => require("node:fs")' },
  'require that is declared further in': {
    'plugin.mjs': 'export const a = () => require("node:fs"); { const require = 1 }',
  },
  'import() of an own file': { ...two, 'plugin.mjs': `export const b = () => import('./a.mjs')` },
  'import() of what is not known': { ...two, 'plugin.mjs': `export const b = (name) => import(name)` },
  'import() of own files by their package': {
    ...two,
    'package.json': '{ "name": "me", "exports": { "./a": "./a.mjs" } }',
    'plugin.mjs': `export const b = () => import('me/a')`,
  },
  'an own file by its package': {
    ...two,
    'package.json': '{ "name": "me", "exports": { "./a": "./a.mjs" } }',
    'plugin.mjs': `export { a } from 'me/a'`,
  },
  'an import of package.json': {
    ...two,
    'package.json': '{ "imports": { "#a": "./a.mjs" } }',
    'plugin.mjs': `export { a } from '#a'`,
  },
  JSON: {
    'plugin.mjs': `import data from './data.json' with { type: 'json' }; export { data }`,
    'data.json': '{}',
  },
  TypeScript: { 'plugin.mjs': `export { a } from './a.ts'`, 'a.ts': 'export const a: number = 1' },
  CommonJS: { 'plugin.mjs': `import a from './a.cjs'; export { a }`, 'a.cjs': 'exports.a = 1' },
  'a path without an extension': { ...two, 'plugin.mjs': `export { a } from './a'` },
  'a line separator in a pattern': { 'plugin.mjs': 'export let { [1]\u2028: b } = {}; export const c = 1' },
  'an odd space before an exported name': { 'plugin.mjs': 'export const a = 1,\u3000b = 2' },
  'a missing file': { 'plugin.mjs': `export { a } from './a.mjs'` },
  'a missing package': { 'plugin.mjs': `import 'no-such-package'` },
  'a comment as in HTML': { 'plugin.mjs': 'export const a = 1, b = 2\nexport const c = a <!--b\n' },
  'a source map': { 'plugin.mjs': 'export const a = 1\n//# sourceMappingURL=plugin.mjs.map' },
  'an anonymous class that has a static part': {
    'plugin.mjs': 'export default class { static a = this.name }',
  },
  'a comma after a default export': { 'plugin.mjs': 'const a = 1; export default a, b = 2' },
  'a comma and a comment after a default export': { 'plugin.mjs': 'export default 1, /* b */ b = 2' },
  'a comma and a pattern after a default export': {
    'plugin.mjs': 'export default 1, { b: [c] } = { b: [2] }',
  },
  'a default export whose function comes after a comment': {
    'plugin.mjs': 'export default async/**/function () {}\n(globalThis.none)',
  },
  'an export in a statement': { 'plugin.mjs': 'const a = 1; if (a) export { a }' },
  'async before an export': { 'plugin.mjs': 'async export function a() {}' },
  'async before a default export': { 'plugin.mjs': 'async export default function () {}' },
  'an export in an expression': { 'plugin.mjs': 'let b = 1; b = export class a {}' },
  'an export in an expression of two lines': { 'plugin.mjs': 'let b = 1; b =\nexport function a() {}' },
  'a default export in an expression': { 'plugin.mjs': 'void /* b */ export default class a {}' },
  'an import in a statement': { ...two, 'plugin.mjs': `if (true) import './a.mjs'` },
  'a statement on the line of an import': { ...two, 'plugin.mjs': `import './a.mjs' globalThis.x` },
  'a brace too many': { 'plugin.mjs': 'export const a = 1; } { globalThis.x' },
  'import.meta that is assigned to': { 'plugin.mjs': 'export const a = () => { import.meta = 1 }' },
  'import.meta that a pattern assigns to': { 'plugin.mjs': 'export const a = () => { [import.meta] = [1] }' },
  'import.meta that a loop assigns to': {
    'plugin.mjs': 'export const a = () => { for (import.meta of []); }',
  },
  'import.meta with letters behind it': { 'plugin.mjs': 'export const a = () => typeof import.metaname' },
  'a path with an escape': { 'plugin.mjs': `export { a } from './%61.mjs'`, '%61.mjs': 'export const a = 1' },
  'a tsconfig.json': { 'plugin.mjs': 'export const a = 1', 'tsconfig.json': '{}' },
}

test('what might mean something else without a compiler is left to esbuild', async (t) => {
  for (const [what, files] of Object.entries(compiled)) {
    const place = workplace(t, files)
    const prepared = await place.loader.prepare(place.look())
    assert.ok('problem' in prepared || !isPlain(prepared.code), what)
  }
})

test('a default export without a name is called default', async (t) => {
  for (const code of [
    '() => 1',
    'async (x) => x',
    'function () { return 1 }',
    'async function* () {}',
    'class {}',
    'class extends Object { x = 1 }',
    '(function () {})',
  ]) {
    const place = workplace(t, {
      'plugin.mjs': `export default ${code}\n[0].map(String)`.replace(
        /\n.*/,
        code.startsWith('(') || code.includes('=>') ? '' : '$&',
      ),
    })
    const prepared = await place.prepare()
    assert.equal(isPlain(prepared), true, code)
    const exports = await place.evaluate(prepared)
    assert.equal(exports.default.name, 'default', code)
    assert.equal(exports.default.length, code.includes('(x)') ? 1 : 0, code)
  }
})

test('a hashbang is a comment', async (t) => {
  const place = workplace(t, { 'plugin.mjs': '#!/usr/bin/env node\nexport const at = new Error("at")' })
  const code = await place.prepare()
  assert.equal(isPlain(code), true)
  assert.equal(thrownAt((await place.evaluate(code)).at), `${place.folder}/plugin.mjs:2:19`)
})

test('what only CommonJS has is not there', async (t) => {
  const names = ['exports', 'module']
  const place = workplace(t, {
    'plugin.mjs': `export const types = [${names.map((name) => `typeof ${name}`).join()}]
      export const all = [${names.map((name) => `() => ${name}`).join()}]`,
  })
  const code = await place.prepare()
  assert.equal(isPlain(code), true)
  const exports = await place.evaluate(code)
  assert.deepEqual(exports.types, ['undefined', 'undefined'])
  for (const [index, get] of exports.all.entries()) {
    assert.throws(get, { name: 'ReferenceError', message: `${names[index]} is not defined` })
  }
})

test('an edit makes new code of one file, and what it was keeps running', async (t) => {
  const place = workplace(t, {
    'plugin.mjs': `import { v } from './a.mjs'; export const read = () => v; export const at = () => new Error('at')`,
    'a.mjs': 'export const v = 1',
  })
  const first = await place.prepare()
  const before = await place.evaluate(first)
  place.write({ 'a.mjs': '\nexport const v = 2' })
  const second = await place.prepare(first)
  assert.notEqual(second.id, first.id)
  assert.deepEqual([isPlain(first), isPlain(second)], [true, true])
  place.remove('plugin.mjs', 'a.mjs')
  const [again, after] = [await place.evaluate(first), await place.evaluate(second)]
  assert.deepEqual([before.read(), again.read(), after.read()], [1, 1, 2])
  assert.notEqual(before.read, again.read)
})

test('an edit of a comment is one, as no stack trace would know the new lines', async (t) => {
  const place = workplace(t, { 'plugin.mjs': 'export const at = () => new Error("at")' })
  const code = await place.prepare()
  await place.evaluate(code)
  place.write({ 'plugin.mjs': '// why\nexport const at = () => new Error("at")' })
  const next = await place.prepare(code)
  assert.notEqual(next.id, code.id)
  assert.equal(thrownAt((await place.evaluate(next)).at()), `${place.folder}/plugin.mjs:2:25`)
})

test('an edit that needs a compiler, and one that no longer does', async (t) => {
  const place = workplace(t, { 'plugin.mjs': `export { v } from './a.mjs'`, 'a.mjs': 'export const v = 1' })
  const plainCode = await place.prepare()
  place.write({ 'a.mjs': 'export const v = await 2' })
  const unit = await place.prepare(plainCode)
  assert.deepEqual([isPlain(unit), (await place.evaluate(unit)).v], [false, 2])
  place.write({ 'a.mjs': 'export const v = (' })
  assert.equal((await place.fail(unit)).code, 'ERR_PLUGIN_SYNTAX')
  place.write({ 'a.mjs': 'export const v = 1' })
  const mended = await place.prepare(unit)
  assert.equal(mended.id, plainCode.id)
  assert.deepEqual([isPlain(mended), (await place.evaluate(mended)).v], [true, 1])
})

test('a plain module has the timers of its generation', async (t) => {
  const place = workplace(t, {
    'plugin.mjs': `import { interval } from './a.mjs'; export const v = [interval, setTimeout]; export const typed = typeof clearImmediate`,
    'a.mjs': 'export const interval = setInterval',
  })
  const owned = { ...timers, setInterval: (() => {}) as never, setTimeout: (() => {}) as never }
  const code = await place.prepare()
  assert.equal(isPlain(code), true)
  assert.deepEqual((await place.evaluate(code, owned)).v, [owned.setInterval, owned.setTimeout])
})

test('an import that is a constant cannot be changed, whatever was not seen in the text', async (t) => {
  const place = workplace(t, {
    ...two,
    'plugin.mjs': `import { a } from './a.mjs'; export const set = () => { [a] = [2] }; export const b = () => a`,
  })
  const exports = await place.run()
  assert.throws(exports.set, TypeError)
  assert.equal(exports.b(), 1)
})

function isPlain(code: Code): boolean {
  return code instanceof CompiledCode && code.parts.program instanceof PlainProgram
}

/** What preparing and evaluating a plugin comes to, without the folder that it lies in. */
async function outcome(t: TestContext, files: Files): Promise<{ isPlain: boolean; told: unknown }> {
  const place = workplace(t, files)
  const seen: unknown[] = []
  Object.assign(globalThis, { seen })
  const code = await place.prepare()
  try {
    const exports = await place.evaluate(code)
    await exports.done
    const values: unknown[] = []
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
      const { get, set, enumerable, configurable } = descriptor
      values.push([name, typeof get, set, enumerable, configurable, tell(exports[name], place)])
    }
    if (typeof exports.lazy === 'function') values.push(await exports.lazy())
    const kind = [Object.getPrototypeOf(exports) === Object.prototype, Object.isExtensible(exports)]
    return { isPlain: isPlain(code), told: [values, seen, kind] }
  } catch (error) {
    return { isPlain: isPlain(code), told: [tell(error, place), seen] }
  } finally {
    Reflect.deleteProperty(globalThis, 'seen')
  }
}

function tell(value: unknown, place: Workplace): unknown {
  if (typeof value === 'string') return value.replaceAll(place.root, '')
  if (typeof value === 'function') return ['function', value.name, value.length]
  if (value instanceof Error) return [value.name, value.message, thrownAt(value).replace(place.root, '')]
  if (Array.isArray(value)) return value.map((each) => tell(each, place))
  if (value instanceof Promise) return 'a promise'
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([key, each]) => [key, tell(each, place)])
}
