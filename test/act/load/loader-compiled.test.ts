import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { problemOf } from '#src/act/load/problem-of.js'
import { thrownAt, timers, workplace } from './loading.ts'

test('top-level await, in the entry and two files deep', async (t) => {
  const place = workplace(t, {
    'plugin.mjs': `import { deep } from './a.mjs'\nexport const v = [deep, await Promise.resolve(2)]`,
    'a.mjs': `export { deep } from './b.mjs'`,
    'b.mjs': `await new Promise((done) => setTimeout(done, 1))\nexport const deep = 1`,
  })
  assert.deepEqual((await place.run()).v, [1, 2])
})

test('import cycles, live bindings and hoisted functions', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const place = workplace(t, {
      'plugin.mjs': `${top}import { count, add, early } from './a.mjs'
        export const before = count; add(); export const after = count
        export function own() { return 'own' }
        export { count, add, early }`,
      'a.mjs': `import { own } from './plugin.mjs'
        export let count = 0; export const add = () => { count++ }; export const early = own()`,
    })
    const exports = await place.run()
    assert.deepEqual([exports.before, exports.after, exports.early], [0, 1, 'own'])
    exports.add()
    assert.equal(exports.count, 2)
  }
})

test('P24 import.meta: it names each own file, without a query', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const place = workplace(t, {
      'plugin.ts': `${top}import { meta as b } from './lib/b.ts'
        const import_meta = {};
        export const all = [import.meta.url, import.meta.dirname, import.meta.filename, __dirname, __filename]
        export const deep = [b.url, b.dirname, b.filename, import_meta]
        export const resolved = [import.meta.resolve('./lib/b.ts'), import.meta.resolve('node:fs'), import.meta.resolve('pkg')]
        export const text = 'import.meta.url'`,
      'lib/b.ts': 'export const meta = import.meta',
      'node_modules/pkg/index.js': '',
    })
    const exports = await place.run()
    const url = (name: string): string => pathToFileURL(join(place.folder, name)).href
    const file = join(place.folder, 'plugin.ts')
    assert.deepEqual(exports.all, [url('plugin.ts'), place.folder, file, place.folder, file])
    assert.deepEqual(exports.deep, [
      url('lib/b.ts'),
      join(place.folder, 'lib'),
      join(place.folder, 'lib/b.ts'),
      {},
    ])
    assert.deepEqual(exports.resolved, [url('lib/b.ts'), 'node:fs', url('node_modules/pkg/index.js')])
    assert.equal(exports.text, 'import.meta.url')
  }
})

test('import() of own files: by a text, a pattern, a variable and a URL, one instance each', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import { shared } from './shared.ts'
      export { shared }
      export const text = () => import('./lib/a.ts')
      export const pattern = (name: string) => import(\`./lib/\${name}.ts\`)
      export const variable = (specifier: string) => import(specifier)
      export const url = () => import(new URL('./lib/a.ts', import.meta.url).href)`,
    'shared.ts': 'export const shared = {}',
    'lib/a.ts': `import { shared } from '../shared.ts'; export { shared }; export const a: number = 1
      export const relative = (specifier: string) => import(specifier)`,
    'lib/b.ts': 'export const b = 2',
    'lib/c.cjs': 'exports.c = 3',
    'lib/d.json': '{ "d": 4 }',
    'broken.ts': 'let = ) nobody imports this',
    'needs.ts': `import 'no-such-package'`,
  })
  const exports = await place.run()
  const a = await exports.text()
  assert.equal(a.a, 1)
  assert.equal(a.shared, exports.shared)
  assert.equal((await exports.pattern('b')).b, 2)
  assert.equal((await exports.variable('./lib/a.ts')).shared, exports.shared)
  assert.equal((await exports.url()).shared, exports.shared)
  assert.equal((await a.relative('./b.ts')).b, 2)
  assert.equal((await exports.variable('./lib/c.cjs')).c, 3)
  assert.equal((await exports.variable('./lib/d.json')).default.d, 4)
  assert.equal((await exports.variable('node:fs')).default, (await import('node:fs')).default)
  const again = await place.run()
  assert.notEqual((await again.variable('./lib/a.ts')).shared, exports.shared)
})

test('a file that is imported by a variable only is part of the code', async (t) => {
  const place = workplace(t, {
    'plugin.mjs': 'export const load = (name) => import(name)',
    'late.mjs': 'export const v = 1',
  })
  const code = await place.prepare()
  const exports = await place.evaluate(code)
  assert.equal((await exports.load('./late.mjs')).v, 1)
  place.write({ 'late.mjs': 'export const v = 2' })
  const next = await place.prepare(code)
  assert.notEqual(next, code)
  assert.equal((await (await place.evaluate(next)).load('./late.mjs')).v, 2)
})

test('JSON imports, with and without attributes', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import data from './data.json' with { type: 'json' }
      import plain from './data.json'
      export const v = [data.x, plain.x]
      export const lazy = () => import('./data.json', { with: { type: 'json' } })`,
    'data.json': '{ "x": 3 }',
  })
  const exports = await place.run()
  assert.deepEqual(exports.v, [3, 3])
  assert.equal((await exports.lazy()).default.x, 3)
})

test('enums, namespaces, both kinds of decorators, using, parameter properties', async (t) => {
  const standard = workplace(t, {
    'plugin.ts': `enum Colour { red = 1, blue }
      const enum Size { big = 'b' }
      namespace Inner { export const x = 5 }
      function twice(value: (n: number) => number, context: ClassMethodDecoratorContext) {
        return function (this: unknown, n: number) { return value.call(this, n) * 2 + (context.kind === 'method' ? 0 : 1) }
      }
      class Box { constructor(readonly size: number) {} @twice grow(n: number): number { return this.size + n } }
      const closed: string[] = []
      { using box = { [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() { closed.push('closed') } } as Disposable; void box }
      abstract class Base<T> { declare kind: T; abstract x(): void }
      export const v = [Colour.blue, Colour[1], Size.big, Inner.x, new Box(2).grow(3), closed, typeof Base]`,
  })
  assert.deepEqual((await standard.run()).v, [2, 'red', 'b', 5, 10, ['closed'], 'function'])
  const legacy = workplace(t, {
    'tsconfig.json': `{ // comments are fine
      "compilerOptions": { "experimentalDecorators": true, "paths": { "@/*": ["./lib/*"] }, }, }`,
    'plugin.ts': `import { name } from '@/a'
      const seen: unknown[] = []
      function mark(target: object, key: string): void { seen.push(key, typeof target) }
      class Box { @mark size = 1 }
      export const v = [...seen, new Box().size, name]`,
    'lib/a.ts': `export const name = 'aliased'`,
  })
  assert.deepEqual((await legacy.run()).v, ['size', 'object', 1, 'aliased'])
})

test('the tsconfig.json of the application is not the one of the plugin', async (t) => {
  const place = workplace(t, {
    '../tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
    'plugin.ts': `let kind: unknown
      function mark(_value: unknown, context: unknown): void { kind = typeof context }
      class Box { @mark m(): void {} }
      export const v = [kind, typeof Box]`,
  })
  assert.deepEqual((await place.run()).v, ['object', 'function'])
})

test('what a tsconfig.json takes over from outside the folder belongs to the code', async (t) => {
  const place = workplace(t, {
    '../base.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
    'tsconfig.json': '{ "extends": "../base.json" }',
    'plugin.ts': `let kind: unknown
      function mark(_value: unknown, context: unknown): void { kind = typeof context }
      class Box { @mark m(): void {} }
      export const v = [kind, typeof Box]`,
  })
  assert.equal((await place.run()).v[0], 'string')
  place.write({ '../base.json': '{}' })
  assert.equal((await place.run()).v[0], 'object')
})

test('default exports, re-exports and export * from own files and packages', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const place = workplace(t, {
      'plugin.mjs': `${top}export { default } from './a.mjs'
        export * from './a.mjs'
        export * as b from './b.mjs'
        export { x as y } from './b.mjs'
        export * from 'pkg'
        export { sep } from 'node:path'`,
      'a.mjs': 'export default class Named {}; export const one = 1',
      'b.mjs': 'export const x = 2; export * from "./c.mjs"',
      'c.mjs': 'export const c = 3',
      'node_modules/pkg/package.json': '{ "type": "module", "exports": "./i.js" }',
      'node_modules/pkg/i.js': 'export const star = 4; export default 5',
    })
    const exports = await place.run()
    assert.equal(exports.default.name, 'Named')
    assert.deepEqual(
      [exports.one, exports.b.x, exports.b.c, exports.y, exports.star, exports.sep],
      [1, 2, 3, 2, 4, '/'],
    )
    assert.deepEqual(Object.keys(exports).sort(), ['b', 'default', 'one', 'sep', 'star', 'y'])
  }
})

test('own CommonJS files stay CommonJS, at their turn, with the names that Node sees', async (t) => {
  const place = workplace(t, {
    'plugin.mjs': `globalThis.order = ['start']
      import first from './first.mjs'
      import whole, { a, b, re } from './c.cjs'
      import * as space from './c.cjs'
      export { whole, space }
      export const v = [first, a, b, re, whole.a, space.default === whole]
      export const order = globalThis.order`,
    'first.mjs': `(globalThis.order ??= []).push('first'); export default 'first'`,
    'c.cjs': `globalThis.order.push('c'); exports.a = typeof require + typeof __dirname; exports.b = 2
      exports.sloppy = (function () { return this === globalThis })()
      exports.none = this === exports; exports.up = () => exports.b++
      Object.assign(exports, require('./re.cjs')); exports.re = require('./re.cjs').re; exports.file = __filename`,
    're.cjs': 'exports.re = "re"',
  })
  const exports = await place.run()
  assert.deepEqual(exports.v, ['first', 'functionstring', 2, 're', 'functionstring', true])
  assert.deepEqual(exports.whole.sloppy, true)
  assert.equal(exports.whole.none, true)
  assert.equal(exports.whole.file, join(place.folder, 'c.cjs'))
  exports.whole.up()
  assert.equal(exports.space.b, 2)
  const again = await place.run()
  assert.notEqual(again.whole, exports.whole)
})

test('own CommonJS files can load own ES modules and TypeScript', async (t) => {
  for (const entry of ['plugin.mjs', 'plugin.cjs']) {
    const place = workplace(t, {
      [entry]:
        entry === 'plugin.cjs'
          ? `exports.c = require('./c.cjs')`
          : `import c from './c.cjs'\nimport { n } from './m.ts'\nexport { c, n }`,
      'c.cjs': `exports.now = () => require('./m.ts'); exports.later = () => import('./m.ts')
        exports.awaits = () => import('./tla.mjs')`,
      'm.ts': 'export let n: number = 1; export const up = (): void => { n++ }; export default n',
      'tla.mjs': 'export const v = await 3',
    })
    const code = await place.prepare()
    assert.equal(code.kind, 'compiled')
    const exports = await place.evaluate(code)
    exports.c.now().up()
    assert.equal(exports.c.now().n, 2)
    assert.equal((await exports.c.later()).n, 2)
    assert.equal((await exports.c.awaits()).v, 3)
    if (entry === 'plugin.mjs') assert.equal(exports.n, 2)
    place.write({ 'm.ts': 'export let n: number = 10; export const up = (): void => { n++ }' })
    const next = await place.prepare(code)
    assert.notEqual(next, code)
    assert.equal((await place.evaluate(next)).c.now().n, 10)
    assert.equal((await place.evaluate(code)).c.now().n, 1)
  }
})

test('a .js file without a type next to TypeScript is what it looks like', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import cjs from './cjs.js'\nimport { esm } from './esm.js'\nexport const v = [cjs.x, esm]`,
    'cjs.js': 'exports.x = typeof require',
    'esm.js': 'export const esm = typeof module',
  })
  assert.deepEqual((await place.run()).v, ['function', 'undefined'])
})

test('a hashbang is a comment, in the entry and in other files', async (t) => {
  const bang = '#!/usr/bin/env node\n'
  for (const top of ['', 'await 0\n']) {
    const place = workplace(t, {
      'plugin.ts': `${bang}import { a } from './a.ts'\n${top}export const at: Error = new Error(a)`,
      'a.ts': `${bang}export const a: string = 'at'`,
    })
    const { at } = await place.run()
    assert.equal(thrownAt(at), `${join(place.folder, 'plugin.ts')}:${top === '' ? 3 : 4}:26`)
  }
})

test('.cts, .mts, .tsx and .jsx', async (t) => {
  const place = workplace(t, {
    'plugin.mts': `import { c } from './c.cjs'; import { view } from './view.tsx'; import { plain } from './plain.jsx'
      export const v = [c, view, plain]`,
    'c.cts': `import fs = require('node:fs'); export const c: string = typeof fs.existsSync`,
    'view.tsx':
      '/** @jsx h */ const h = (tag: string, _p: unknown, ...c: unknown[]) => tag + c.join(); export const view = <b>hi</b>',
    'plain.jsx': '/** @jsx h */ const h = (tag) => tag; export const plain = <i />',
  })
  assert.deepEqual((await place.run()).v, ['function', 'bhi', 'i'])
  const entry = workplace(t, { 'plugin.cts': 'const x: number = 1; export = { x, file: __filename }' })
  const exports = await entry.run()
  assert.equal((exports.default ?? exports).x, 1)
  assert.equal((exports.default ?? exports).file, join(entry.folder, 'plugin.cts'))
})

test('side effects of every module happen, whatever package.json says', async (t) => {
  const place = workplace(t, {
    'package.json': '{ "sideEffects": false, "type": "module" }',
    'plugin.js': `import './effect.js'\nexport const v = globalThis.effect`,
    'effect.js': 'globalThis.effect = "happened"; export const unused = 1',
  })
  assert.equal((await place.run()).v, 'happened')
})

test('timers are those of the generation, and a top-level setTimeout of the author is legal', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const place = workplace(t, {
      'plugin.ts': `${top}const setTimeout = 'mine'; const $bay = 1
        import { interval, timeout } from './a.ts'
        export const v = [setTimeout, interval, timeout, $bay]`,
      'a.ts': 'export const interval = setInterval, timeout = setTimeout',
    })
    const owned = { ...timers, setInterval: (() => {}) as never, setTimeout: (() => {}) as never }
    const exports = await place.evaluate(await place.prepare(), owned)
    assert.deepEqual(exports.v, ['mine', owned.setInterval, owned.setTimeout, 1])
  }
})

test('P30 an entry that exports `then`: it is taken as it is, and not awaited', async (t) => {
  const place = workplace(t, { 'plugin.mjs': 'export function then() {}; export const v = 1' })
  assert.equal((await place.prepare()).kind, 'compiled')
  assert.equal((await (await place.prepare()).evaluate(() => timers)).exports !== undefined, true)
})

test('what the code throws while it is evaluated is what evaluate() rejects with', async (t) => {
  const place = workplace(t, { 'plugin.ts': 'throw "text"' })
  await assert.rejects(place.run(), (error) => error === 'text')
  place.write({ 'plugin.ts': 'await 0\nthrow new TypeError("late")' })
  await assert.rejects(place.run(), TypeError)
})

test('each evaluation is fresh, and works after the files are gone', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import c from './c.cjs'
      export let n = 0; export const up = () => ++n; export { c }
      export const lazy = () => import('./lazy.ts')`,
    'lazy.ts': 'export const v = 1',
    'c.cjs': 'exports.v = 1',
  })
  const code = await place.prepare()
  const first = await place.evaluate(code)
  first.up()
  place.remove('plugin.ts', 'lazy.ts', 'c.cjs')
  const second = await place.evaluate(code)
  assert.deepEqual([first.n, second.n], [1, 0])
  assert.notEqual(first.c, second.c)
  assert.equal((await second.lazy()).v, 1)
})

test('stack traces name file, line and column of TypeScript, also after the tenth reload', async (t) => {
  for (const top of ['', 'await 0;']) {
    const place = workplace(t, {
      'plugin.ts': `${top}interface Wide { a: number }\nimport { deep } from './lib/deep.ts'\nexport { deep }\nexport const at = (): Error => new Error('at')`,
      'lib/deep.ts': '',
    })
    let code = undefined
    for (let reload = 0; reload <= 10; reload++) {
      place.write({
        'lib/deep.ts': `${'type Gone = string\n'.repeat(reload)}export const deep = (): Error => { if (${reload} < 0) return null!; return new Error('x') }`,
      })
      code = await place.prepare(code)
      const exports = await place.evaluate(code)
      const column = `export const deep = (): Error => { if (${reload} < 0) return null!; return `.length + 1
      assert.equal(thrownAt(exports.deep()), `${join(place.folder, 'lib/deep.ts')}:${reload + 1}:${column}`)
      assert.equal(thrownAt(exports.at()), `${join(place.folder, 'plugin.ts')}:4:32`)
    }
  }
})

test('stack traces follow an edit of comments alone', async (t) => {
  const place = workplace(t, { 'plugin.ts': `export const at = (): Error => new Error('at')` })
  const code = await place.prepare()
  const exports = await place.evaluate(code)
  place.write({ 'plugin.ts': `// one\n// two\nexport const at = (): Error => new Error('at')` })
  assert.equal(await place.prepare(code), code)
  assert.equal(thrownAt(exports.at()), `${join(place.folder, 'plugin.ts')}:3:32`)
})

test('P1 a syntax error in a CommonJS file that an ES module or TypeScript imports: the problem names that file, its line, and what to do', async (t) => {
  for (const [text, message, hint] of [
    ['exports.ok = 1\nconst y = );', /^Unexpected token '\)'\.$/, /^Mend the code/],
    ['\nexport const ok = 1', /^Unexpected token 'export'\.$/, /loaded as CommonJS: name it \.mjs/],
  ] as const) {
    for (const entry of ['plugin.mjs', 'plugin.ts']) {
      const place = workplace(t, {
        [entry]: `import { ok } from './lib/a.js'\nexport const v = ok`,
        'lib/a.js': text,
        'package.json': '{ "type": "commonjs" }',
      })
      const { code, file, line, column, ...problem } = await place.fail()
      assert.deepEqual([code, file, line], ['ERR_PLUGIN_SYNTAX', join(place.folder, 'lib/a.js'), 2])
      assert.ok(column)
      assert.match(problem.message, message)
      assert.match(problem.hint, hint)
    }
  }
})

test('P1 a syntax error: a problem with file, line and column (ts)', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `import './lib/a.ts'`,
    'lib/a.ts': `const ok = 1\nconst é = 'ü', y = );`,
  })
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_SYNTAX')
  assert.equal(problem.file, join(place.folder, 'lib/a.ts'))
  assert.deepEqual([problem.line, problem.column], [2, 20])
})

test('a name that an own file does not export is a problem with its place', async (t) => {
  const place = workplace(t, {
    'plugin.ts': `\nimport { nope } from './a.ts'\nexport const y = nope`,
    'a.ts': 'export {}',
  })
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_IMPORT_MISSING')
  assert.deepEqual([problem.line, problem.column], [2, 10])
  assert.match(problem.message, /nope/)
})

test('an own file that is missing is a problem with its place', async (t) => {
  const place = workplace(t, { 'plugin.ts': `\n import './nowhere.ts'` })
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_IMPORT_MISSING')
  assert.deepEqual([problem.line, problem.column], [2, 9])
})

test('P25 an import of another plugin’s file by path: refused at its place, with the way to do it', async (t) => {
  const owner = (path: string): string | undefined => (path.includes('/other/') ? 'other' : undefined)
  const place = workplace(
    t,
    {
      'plugin.ts': `\nimport { x } from '../other/a.ts'\nexport { x }`,
      '../other/a.ts': 'export const x = 1',
    },
    { owner },
  )
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_IMPORT_CROSS')
  assert.deepEqual([problem.file, problem.line, problem.column], [join(place.folder, 'plugin.ts'), 2, 19])
  assert.match(problem.hint, /ctx\.plugin\('other'\)/)
  place.write({ 'plugin.ts': `export const late = () => import('../other/a.ts')` })
  const error = await (await place.run()).late().catch((thrown: unknown) => thrown)
  assert.equal(problemOf(error)?.code, 'ERR_PLUGIN_IMPORT_CROSS')
})

test('createRequire(import.meta.url) loads own files of the generation', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const place = workplace(t, {
      'plugin.mjs': `${top}import module, { createRequire, isBuiltin } from 'node:module'
        const require = createRequire(import.meta.url)
        export const data = require('./data.json'), c = require('./c.cjs'), fs = require('node:fs')
        export const same = module.createRequire(import.meta.url)('./c.cjs') === c && isBuiltin('fs')`,
      'data.json': '{ "v": 1 }',
      'c.cjs': 'exports.v = 1',
    })
    const code = await place.prepare()
    const exports = await place.evaluate(code)
    assert.deepEqual([exports.data.v, exports.c.v, exports.same], [1, 1, true])
    place.write({ 'data.json': '{ "v": 2 }' })
    const next = await place.prepare(code)
    assert.notEqual(next, code)
    assert.equal((await place.evaluate(next)).data.v, 2)
  }
})

test('functions and classes of several files may share a name, and keep it', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const file = (word: string): string =>
      `export class NotFound extends Error { at = '${word}' }; export const arrow = () => 1; export function plain() {}`
    const place = workplace(t, {
      'plugin.ts': `${top}import * as a from './a.ts'; import * as b from './b.ts'
        class NotFound {}
        export const names = [NotFound, a.NotFound, b.NotFound, a.arrow, b.arrow, a.plain, b.plain].map((each) => each.name)
        export const thrown = String(new b.NotFound('text').constructor.name)`,
      'a.ts': file('a'),
      'b.ts': file('b'),
    })
    const exports = await place.run()
    assert.deepEqual(exports.names, ['NotFound', 'NotFound', 'NotFound', 'arrow', 'arrow', 'plain', 'plain'])
    assert.equal(exports.thrown, 'NotFound')
  }
})

test('a class that names itself and what is called like a global keep their names', async (t) => {
  const [global, classes] = [
    `export function Promise() {}; export const exports = () => 1; export const own = globalThis.Promise
      export const names = [Promise.name, exports.name]`,
    `export class Failure extends Error { static of() { return new Failure() } }
      export const names = [Failure.name, Failure.of().constructor.name]`,
  ]
  for (const top of ['', 'await 0\n']) {
    assert.deepEqual((await workplace(t, { 'plugin.ts': top + global }).run()).names, ['Promise', 'exports'])
    assert.deepEqual((await workplace(t, { 'plugin.ts': top + classes }).run()).names, ['Failure', 'Failure'])
  }
})

test('a function that gives its name to something else before its line comes stays that', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const exports = await workplace(t, {
      'plugin.js': `${top}start(); function start() { start = 5 }
        class Self { static of() { return new Self() } }; export const v = [start, Self.name]`,
      'package.json': '{ "type": "module" }',
      'tsconfig.json': '{}',
    }).run()
    assert.deepEqual(exports.v, [5, 'Self'])
  }
})

test('a plugin may use the names that esbuild uses in what it adds', async (t) => {
  for (const top of ['', 'await 0\n']) {
    const exports = await workplace(t, {
      'plugin.ts': `${top}import path, { join } from 'node:path'
        const target = 1, mod = 2, isNodeMode = 3, __toESM = 4
        export const v = [target, mod, isNodeMode, __toESM, join === path.join]`,
    }).run()
    assert.deepEqual(exports.v, [1, 2, 3, 4, true])
  }
})
