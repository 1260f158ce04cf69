import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import test from 'node:test'
import { problemOf } from '#src/act/load/problem-of.js'
import { thrownAt, timers, workplace } from './loading.ts'

const require = createRequire(import.meta.url)

test('P24 __dirname, __filename, module and require.main: a CommonJS file sees what Node shows it', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `#!/usr/bin/env node
      'use strict'
      exports.isThis = this === module.exports && exports === module.exports && arguments.length === 5
      exports.strict = (function () { return this })() === undefined
      exports.names = [__filename, __dirname, module.filename, module.id]
      exports.loading = module.loaded
      exports.self = module
      const dep = require('./dep')
      exports.dep = dep
      exports.child = module.children[0]?.filename
      exports.main = require.main === process.mainModule
      exports.resolved = [require.resolve('./dep'), require.resolve('node:fs'), require.resolve('./data')]
      exports.paths = module.paths[0]
      exports.cached = require.cache[require.resolve('./dep')].exports === dep && Object.keys(require.cache).length > 0
      exports.again = () => { delete require.cache[require.resolve('./dep')]; return require('./dep') }
      exports.run = !module.parent ? 'as main' : 'as module'`,
    'dep.js': 'module.exports = { parent: module.parent.filename }',
    'data.json': '\uFEFF{ "x": 1 }',
  })
  const exports = await place.run()
  const file = join(place.folder, 'plugin.cjs')
  assert.equal(exports.isThis, true)
  assert.equal(exports.strict, true)
  assert.deepEqual(exports.names, [file, place.folder, file, file])
  assert.equal(exports.loading, false)
  assert.equal(exports.self.loaded, true)
  assert.equal(exports.dep.parent, file)
  assert.equal(exports.child, join(place.folder, 'dep.js'))
  assert.equal(exports.main, true)
  assert.deepEqual(exports.resolved, [
    join(place.folder, 'dep.js'),
    'node:fs',
    join(place.folder, 'data.json'),
  ])
  assert.equal(exports.paths, join(place.folder, 'node_modules'))
  assert.equal(exports.cached, true)
  assert.notEqual(exports.again(), exports.dep)
  assert.equal(exports.run, 'as module')
})

test('require() finds files, folders, mains, JSON and cycles as Node does', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `exports.early = 1
      exports.all = [
        require('./file'), require('./folder'), require('./named'), require('./folder/'), require('./data.json').x,
        require('./half').seen,
      ]
      exports.same = require('./file') === require('./file.js')
      module.exports.late = 2`,
    'file.js': 'module.exports = { is: "file" }',
    'folder/index.js': 'module.exports = "folder"',
    'folder.json': '{}',
    'named/package.json': '{ "main": "lib/entry" }',
    'named/lib/entry.js': 'module.exports = "named"',
    'data.json': '{ "x": 3 }',
    'half.js': 'const plugin = require("./plugin.cjs"); exports.seen = Object.keys(plugin).join()',
  })
  const exports = await place.run()
  assert.deepEqual(exports.all, [{ is: 'file' }, {}, 'named', 'folder', 3, 'early'])
  assert.equal(exports.same, true)
})

test('each evaluation is fresh, and nothing of it enters the process-wide cache', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': 'exports.dep = require("./dep.cjs"); exports.count = () => ++exports.dep.count',
    'dep.cjs': 'exports.count = 0',
  })
  const before = Object.keys(require.cache).length
  const code = await place.prepare()
  const first = await place.evaluate(code)
  first.count()
  const second = await place.evaluate(code)
  assert.equal(second.count(), 1)
  assert.equal(first.count(), 2)
  assert.notEqual(first.dep, second.dep)
  assert.equal(Object.keys(require.cache).length, before)
})

test('the old code is evaluated from memory after its files have changed and gone', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': 'exports.all = [require("./a").v, require("./data.json").v, require("pkg").v]',
    'a.js': 'exports.v = "a1"',
    'data.json': '{ "v": "json1" }',
    'node_modules/pkg/index.js': 'exports.v = "pkg1"',
  })
  const code = await place.prepare()
  await place.evaluate(code)
  place.write({ 'a.js': 'exports.v = "a2"', 'data.json': '{ "v": "json2" }' })
  place.remove('plugin.cjs', 'node_modules')
  assert.deepEqual((await place.evaluate(code)).all, ['a1', 'json1', 'pkg1'])
})

test('packages of the folder are fresh with each generation, those outside are shared', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `exports.own = require('own'); exports.host = require('host'); exports.again = require('own')
      exports.scoped = require('@s/p/sub')`,
    'node_modules/own/index.js': 'module.exports = { deep: require("./deep"), peer: require("host") }',
    'node_modules/own/deep.js': 'module.exports = {}',
    'node_modules/@s/p/package.json': '{ "exports": { "./sub": "./inner.js" } }',
    'node_modules/@s/p/inner.js': 'module.exports = "scoped"',
    '../node_modules/host/index.js': 'module.exports = { made: {} }',
  })
  const code = await place.prepare()
  const first = await place.evaluate(code)
  const second = await place.evaluate(code)
  assert.equal(first.own, first.again)
  assert.notEqual(first.own, second.own)
  assert.notEqual(first.own.deep, second.own.deep)
  assert.equal(first.host, second.host)
  assert.equal(first.own.peer, first.host)
  assert.equal(first.scoped, 'scoped')
  const host = createRequire(join(place.root, 'host.js'))('host') as unknown
  assert.equal(first.host, host)
})

test('two folders that link to one never share an instance', async (t) => {
  const place = workplace(t, { 'plugin.cjs': 'exports.dep = require("./dep")', 'dep.js': 'exports.v = 1' })
  const link = join(place.root, 'link')
  symlinkSync(place.folder, link)
  const linked = await place.loader.prepare({ ...place.look(), name: 'linked', directory: link })
  assert.ok('code' in linked)
  const one = await place.run()
  const other = await place.evaluate(linked.code)
  assert.notEqual(one.dep, other.dep)
})

test('a folder whose name begins like the plugin folder is not the plugin', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': 'exports.shared = require("../plugin_evil/shared.cjs")',
    '../plugin_evil/shared.cjs': 'module.exports = {}',
  })
  const code = await place.prepare()
  assert.equal((await place.evaluate(code)).shared, (await place.evaluate(code)).shared)
})

test('timers are those of the generation, and a file may declare the same names itself', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `const setInterval = 'mine'
      exports.mine = setInterval; exports.timeout = setTimeout; exports.immediate = require('./dep').immediate`,
    'dep.js': 'exports.immediate = setImmediate',
  })
  const owned = { ...timers, setTimeout: (() => {}) as never, setImmediate: (() => {}) as never }
  const exports = await place.evaluate(await place.prepare(), owned)
  assert.equal(exports.mine, 'mine')
  assert.equal(exports.timeout, owned.setTimeout)
  assert.equal(exports.immediate, owned.setImmediate)
})

test('stack traces name line and column of the file, on the first line too', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `exports.first = new Error('1')\nexports.second =   new Error('2')`,
  })
  const exports = await place.run()
  assert.equal(thrownAt(exports.first), `${join(place.folder, 'plugin.cjs')}:1:17`)
  assert.equal(thrownAt(exports.second), `${join(place.folder, 'plugin.cjs')}:2:20`)
})

test('P1 a syntax error: a problem with file, line and column (cjs)', async (t) => {
  const place = workplace(t, { 'plugin.cjs': 'const ok = 1\n  let bad = );\n', 'plugin2.cjs': '' })
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_SYNTAX')
  assert.equal(problem.file, join(place.folder, 'plugin.cjs'))
  assert.equal(problem.line, 2)
  assert.equal(problem.column, 13)
  place.write({ 'plugin.cjs': 'let bad = );' })
  assert.equal((await place.fail()).column, 11)
  place.write({ 'plugin.cjs': 'function f() {}}\nexports.x = 1' })
  assert.equal((await place.fail()).line, 1)
})

test('a syntax error two files deep is known by its place', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': 'require("./a")',
    'a.js': 'require("./b")',
    'b.js': '\n\nconst x = ]',
  })
  const code = await place.prepare()
  const error = await place.evaluate(code).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof SyntaxError)
  const problem = problemOf(error)
  assert.equal(problem?.code, 'ERR_PLUGIN_SYNTAX')
  assert.equal(problem?.file, join(place.folder, 'b.js'))
  assert.equal(problem?.line, 3)
  assert.equal(problem?.column, 11)
})

test('an ES module named .cjs is told how to be one', async (t) => {
  const place = workplace(t, { 'plugin.cjs': 'export const x = 1' })
  const problem = await place.fail()
  assert.equal(problem.code, 'ERR_PLUGIN_SYNTAX')
  assert.match(problem.hint, /\.mjs/)
})

test('P3 a package that is missing: named with its place, and found once it is there', async (t) => {
  const place = workplace(t, { 'plugin.cjs': '\n  require("@no/where/sub")' })
  const code = await place.prepare()
  const error = await place.evaluate(code).catch((thrown: unknown) => thrown)
  const problem = problemOf(error)
  assert.equal(problem?.code, 'ERR_PLUGIN_IMPORT_MISSING')
  assert.equal(problem?.line, 2)
  assert.equal(problem?.column, 3)
  assert.match(problem?.hint ?? '', /npm i @no\/where`/)
  assert.equal(await place.prepare(code), code)
  place.write({ 'node_modules/@no/where/sub.js': 'exports.v = 1' })
  const next = await place.prepare(code)
  assert.notEqual(next, code)
  await place.evaluate(next)
})

test('P25 a require() of another plugin’s file by path: refused, with the way to do it', async (t) => {
  const place = workplace(
    t,
    { 'plugin.cjs': 'exports.x = 1\nexports.other = require("../other/a.js")', '../other/a.js': '' },
    { owner: (path) => (path.includes('/other/') ? 'other' : undefined) },
  )
  const error = await place.run().catch((thrown: unknown) => thrown)
  const problem = problemOf(error)
  assert.equal(problem?.code, 'ERR_PLUGIN_IMPORT_CROSS')
  assert.equal(problem?.file, join(place.folder, 'plugin.cjs'))
  assert.equal(problem?.line, 2)
  assert.match(problem?.hint ?? '', /ctx\.plugin\('other'\)/)
})

test('P2 a module that throws while it is loaded: it is not kept, and the mended one loads', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `globalThis.tries = 0
      for (let i = 0; i < 2; i++) try { require('./a') } catch (error) { exports.error = error }
      exports.children = module.children.length`,
    'a.js': 'globalThis.tries++; throw "a string"',
  })
  const exports = await place.run()
  assert.equal(exports.error, 'a string')
  assert.equal((globalThis as { tries?: number }).tries, 2)
  assert.equal(exports.children, 0)
})

test('import() in CommonJS gives own files of the generation, and packages of Node', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `exports.dep = require('./dep.cjs')
      exports.imported = () => import('./dep.cjs')
      exports.fs = () => import('node:fs')
      exports.text = 'import("./text")'
      exports.missing = () => import('./nowhere.cjs')`,
    'dep.cjs': 'exports.name = 1; exports.again = 2',
  })
  const exports = await place.run()
  const namespace = await exports.imported()
  assert.equal(namespace.default, exports.dep)
  assert.deepEqual(
    Object.keys(namespace).filter((name) => name !== 'module.exports'),
    ['again', 'default', 'name'],
  )
  assert.equal((await exports.fs()).default, (await import('node:fs')).default)
  assert.equal(exports.text, 'import("./text")')
  const error = await exports.missing().catch((thrown: unknown) => thrown)
  assert.equal(problemOf(error)?.line, 5)
})

test('createRequire() of the plugin gives the own files of the generation', async (t) => {
  const place = workplace(t, {
    'plugin.cjs': `exports.dep = require('./dep.cjs')
      exports.again = require('node:module').createRequire(__filename)('./dep.cjs')`,
    'dep.cjs': '',
  })
  const exports = await place.run()
  assert.equal(exports.again, exports.dep)
})

test('a .js file is what its nearest package.json says, or else what it looks like', async (t) => {
  const place = workplace(t, {
    'plugin.js': 'exports.a = require("./sub/a.js").kind',
    'sub/a.js': 'exports.kind = typeof module',
  })
  assert.equal((await place.run()).a, 'object')
  assert.equal((await place.prepare()).kind, 'commonjs')
  place.write({ 'plugin.js': 'export const kind = typeof module' })
  assert.equal((await place.prepare()).kind, 'compiled')
  place.write({ 'plugin.js': 'globalThis.x = 1', 'package.json': '{ "type": "module" }' })
  assert.equal((await place.prepare()).kind, 'compiled')
  place.write({ 'package.json': '{ "type": "commonjs" }' })
  assert.equal((await place.prepare()).kind, 'commonjs')
})

test('the package.json of a folder above decides too', async (t) => {
  const place = workplace(t, { 'plugin.js': 'globalThis.x = 1', '../package.json': '{ "type": "module" }' })
  assert.equal((await place.prepare()).kind, 'compiled')
})

test('P27 a native addon in the folder: the code is loaded once a process', async (t) => {
  const place = workplace(t, { 'plugin.cjs': '' })
  assert.equal((await place.prepare()).once, false)
  place.write({ 'build/x.node': '' })
  assert.equal((await place.prepare()).once, true)
})

test('an entry that cannot be read is a problem', async (t) => {
  const place = workplace(t, { 'plugin.cjs': '' })
  const look = place.look()
  place.remove('plugin.cjs')
  const outcome = await place.loader.prepare(look)
  assert.ok('problem' in outcome)
  assert.equal(outcome.problem.code, 'ERR_PLUGIN_FILE_UNREADABLE')
  mkdirSync(join(place.folder, 'plugin.cjs'))
  assert.ok('problem' in (await place.loader.prepare(look)))
})

test('import() evaluates nothing before the code that calls it has come to its end', async (t) => {
  for (const ending of ['cjs', 'mjs']) {
    const given = ending === 'cjs' ? 'exports.done = done' : 'export { done }'
    for (const specifier of [`'./own.${ending}'`, `'./'.concat('own.${ending}')`]) {
      const order: string[] = []
      Object.assign(globalThis, { order })
      const exports = await workplace(t, {
        [`own.${ending}`]: 'globalThis.order.push("own")',
        [`plugin.${ending}`]: `const done = import(${specifier}); globalThis.order.push('entry'); ${given}`,
      }).run()
      await exports.done
      assert.deepEqual(order, ['entry', 'own'], specifier)
      Reflect.deleteProperty(globalThis, 'order')
    }
  }
})
