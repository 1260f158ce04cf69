import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { cacheDirectory } from '#src/act/load/cache-directory.js'
import { UnitCache } from '#src/act/load/unit-cache.js'
import { filesUnder, workplace } from './loading.ts'
import type { Workplace } from './loading.ts'

const run = promisify(execFile)
const child = new URL('../../process/unit-cache.child.js', import.meta.url).pathname

const source = {
  'plugin.ts': `import { v } from './a.ts'\nimport { join } from 'node:path'\nexport { v }\nexport const j: string = join('a', 'b')`,
  'a.ts': 'export const v: number = 1',
}

/** Prepares in a process of its own; tells the value, and what of esbuild was started. */
async function inChild(
  place: Workplace,
  ...next: readonly string[]
): Promise<{ v: number; esbuild: boolean; children: number }> {
  const { stdout } = await run(process.execPath, [child, place.folder, place.cache, ...next])
  return JSON.parse(stdout) as { v: number; esbuild: boolean; children: number }
}

async function unitsOf(place: Workplace): Promise<string[]> {
  await place.loader.close()
  return filesUnder(place.cache)
}

test('a unit in the cache is run without esbuild being loaded', async (t) => {
  const place = workplace(t, source)
  assert.deepEqual(await inChild(place), { v: 1, esbuild: true, children: 1 })
  assert.deepEqual(await inChild(place), { v: 1, esbuild: false, children: 0 })
  place.write({ 'a.ts': 'export const v: number = 2' })
  assert.deepEqual(await inChild(place), { v: 2, esbuild: true, children: 1 })
  assert.deepEqual(await inChild(place), { v: 2, esbuild: false, children: 0 })
  assert.deepEqual(await inChild(place, source['a.ts']), { v: 2, esbuild: false, children: 0 })
})

test('ES modules that need no compiler start no esbuild, and leave no unit behind', async (t) => {
  const place = workplace(t, {
    'plugin.mjs': `import { v } from './a.mjs'\nexport { v }`,
    'a.mjs': 'export const v = 1',
  })
  assert.deepEqual(await inChild(place), { v: 1, esbuild: false, children: 0 })
  assert.equal(existsSync(place.cache), false)
})

test('the same files at another time have the same unit', async (t) => {
  const place = workplace(t, source)
  await inChild(place)
  utimesSync(join(place.folder, 'a.ts'), new Date(0), new Date(0))
  assert.equal((await inChild(place)).esbuild, false)
})

test('R5 a unit in the cache that is not whole: rebuilt, and never run', async (t) => {
  const place = workplace(t, source)
  await place.prepare()
  const [unit] = await unitsOf(place)
  const good = readFileSync(unit!, 'utf8')
  const [header, ...rest] = good.split('\n')
  const damaged = [
    good.replace('= 1', '= 666'),
    good.slice(0, -10),
    '',
    'nonsense',
    rest.join('\n'),
    [header!.replace('"format":1', '"format":99'), ...rest].join('\n'),
    [header!.slice(0, 20), ...rest].join('\n'),
  ]
  for (const text of damaged) {
    writeFileSync(unit!, text)
    assert.deepEqual(await inChild(place), { v: 1, esbuild: true, children: 1 })
    assert.equal(readFileSync(unit!, 'utf8'), good)
  }
})

test('a unit whose package has lost a name is rebuilt', async (t) => {
  const pkg = { 'node_modules/p/package.json': '{ "type": "module", "exports": "./i.js" }' }
  const place = workplace(t, {
    ...pkg,
    'node_modules/p/i.js': 'export const v = 5, other = 1',
    'plugin.ts': `import { v as p } from 'p'\nexport const v = p`,
    'a.ts': '',
  })
  assert.deepEqual(await inChild(place), { v: 5, esbuild: true, children: 1 })
  assert.deepEqual(await inChild(place), { v: 5, esbuild: false, children: 0 })
  place.write({ 'node_modules/p/i.js': 'export const w = 5' })
  await assert.rejects(inChild(place), /No matching export/)
})

test('several processes may share one cache', async (t) => {
  const place = workplace(t, source)
  const all = await Promise.all([1, 2, 3, 4].map(() => inChild(place)))
  assert.deepEqual(
    all.map(({ v }) => v),
    [1, 1, 1, 1],
  )
  const files = filesUnder(place.cache)
  assert.equal(files.length, 1)
  assert.match(files[0]!, /\.cjs$/)
  assert.equal((await inChild(place)).esbuild, false)
})

test('a folder keeps its newest eight units', async (t) => {
  const place = workplace(t, source)
  let code = await place.prepare()
  for (let value = 2; value < 20; value++) {
    place.write({ 'a.ts': `export const v: number = ${value}` })
    code = await place.prepare(code)
  }
  const units = await unitsOf(place)
  assert.ok(units.length <= 8, `${units.length} units`)
  assert.ok(units.some((unit) => readFileSync(unit, 'utf8').includes('= 19')))
})

test('R6 a cache folder that cannot be made: reported once, and plugins run without', async (t) => {
  const place = workplace(t, source)
  writeFileSync(place.cache, 'a file is in the way')
  let code = await place.prepare()
  assert.equal((await place.evaluate(code)).v, 1)
  place.write({ 'a.ts': 'export const v: number = 2' })
  code = await place.prepare(code)
  assert.equal((await place.evaluate(code)).v, 2)
  await place.loader.close()
  assert.deepEqual(
    place.problems.map((problem) => [problem.code, problem.severity]),
    [['ERR_PLUGIN_CACHE', 'warning']],
  )
})

test('what nobody used for 30 days is pruned, and what writers left behind', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'plugbay-test-'))
  t.after(() => rmSync(root, { recursive: true }))
  const cache = new UnitCache(root, () => {})
  const used = cache.path('/used', 'key')
  const old = cache.path('/old', 'key')
  const young = cache.path('/young', 'key')
  for (const path of [used, old, young]) cache.write(path, 'text')
  cache.flush()
  const temporary = `${young}.1.1.tmp`
  writeFileSync(temporary, '')
  const past = new Date(Date.now() - 40 * 86_400_000)
  for (const path of [dirname(old), dirname(used), temporary]) utimesSync(path, past, past)
  const later = new UnitCache(root, () => {})
  later.path('/used', 'key')
  assert.equal(later.read(used), 'text')
  await later.prune()
  assert.equal(existsSync(old), false)
  assert.equal(existsSync(used), true)
  assert.equal(existsSync(young), true)
  assert.equal(existsSync(temporary), false)
  assert.ok(Date.now() - statSync(dirname(used)).mtimeMs < 60_000)
})

test('the cache lies in the nearest node_modules, else in a folder of the user alone', (t) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'plugbay-test-')))
  t.after(() => rmSync(root, { recursive: true }))
  const app = join(root, 'app')
  mkdirSync(join(app, 'src', 'deep'), { recursive: true })
  mkdirSync(join(app, 'node_modules'))
  assert.equal(cacheDirectory(join(app, 'src', 'deep')), join(app, 'node_modules', '.cache', 'plugbay'))
  const bare = join(root, 'bare')
  mkdirSync(bare)
  const temporary = join(root, 'tmp')
  mkdirSync(temporary)
  const own = cacheDirectory(bare, temporary)
  assert.equal(dirname(own), temporary)
  assert.equal(statSync(own).mode & 0o777, 0o700)
  chmodSync(own, 0o777)
  assert.notEqual(cacheDirectory(bare, temporary), own)
  assert.ok(readdirSync(temporary).length > 0)
})
