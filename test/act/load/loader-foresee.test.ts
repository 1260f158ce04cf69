import assert from 'node:assert/strict'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { FastBuilds } from '#src/act/load/fast-builds.js'
import { shareEsbuild } from '#src/act/load/esbuild-service.js'
import { ModuleFormats } from '#src/act/load/module-format.js'
import { afterwards } from '../../afterwards.ts'
import { filesUnder, workplace } from './loading.ts'
import type { Workplace } from './loading.ts'

const files = {
  'plugin.ts': `export { v } from './lib.ts'`,
  'lib.ts': 'export const v: number = 1',
}

type Request = Parameters<FastBuilds['build']>[1]
type Esbuild = Parameters<FastBuilds['build']>[0]

const requestFor = (place: Workplace, key: string): Request => {
  const plugin = place.look()
  const store = { formats: new ModuleFormats(plugin.real) } as Request['store']
  const entry = join(plugin.real, plugin.entry)
  return { plugin, entry, key, keepNames: false, entryIsCompiled: true, store, owner: () => undefined }
}

/** The real one; counts what it is asked for. */
async function counting(t: Parameters<typeof workplace>[0]): Promise<{ esbuild: Esbuild; builds: string[] }> {
  const share = shareEsbuild()
  afterwards(t, () => share.close())
  const builds: string[] = []
  const esbuild = await share.use(async (real) => ({
    ...real,
    build: ((options: Parameters<Esbuild['build']>[0]) => {
      builds.push(JSON.stringify(options.entryPoints))
      return real.build(options)
    }) as Esbuild['build'],
  }))
  return { esbuild, builds }
}

/** A plugin, and builds of it that were begun once before anybody asked. */
async function foreseen(t: Parameters<typeof workplace>[0]): Promise<{
  place: Workplace
  builds: string[]
  fast: FastBuilds
  foresee: () => Promise<void>
  build: (key: string) => ReturnType<FastBuilds['build']>
}> {
  const place = workplace(t, files)
  const { esbuild, builds } = await counting(t)
  const fast = new FastBuilds()
  const foresee = (): Promise<void> => fast.foresee(esbuild, requestFor(place, 'one'))
  await foresee()
  return { place, builds, fast, foresee, build: (key) => fast.build(esbuild, requestFor(place, key)) }
}

test('what was foreseen is not built again', async (t) => {
  const { builds, foresee, build } = await foreseen(t)
  await foresee()
  const output = await build('one')
  assert.match(output!.code, /v = 1/)
  assert.equal(builds.length, 1)
})

test('what was foreseen is built again when a file was touched since, whatever it says', async (t) => {
  const { place, builds, build } = await foreseen(t)
  utimesSync(join(place.folder, 'lib.ts'), new Date(), new Date(1_000_000))
  await build('one')
  assert.equal(builds.length, 2)
  await build('two')
  assert.equal(builds.length, 3)
})

test('what was foreseen is let go once something was prepared, and is not foreseen again', async (t) => {
  const { place, builds, fast, foresee, build } = await foreseen(t)
  fast.release(place.folder)
  await foresee()
  assert.equal(builds.length, 1)
  await build('one')
  assert.equal(builds.length, 2)
})

test('what is foreseen is what is prepared, as long as nothing changes between the two', async (t) => {
  const place = workplace(t, files)
  const code = await place.prepare()
  const before = place.look()
  place.write({ 'lib.ts': 'export const v: number = 22' })
  place.loader.foresee(before, code)
  const next = await place.prepare(code)
  assert.equal((await place.evaluate(next)).v, 22)
  place.loader.foresee(place.look(), next)
  place.write({ 'lib.ts': 'export const v: number = 333' })
  place.loader.foresee(before, next)
  place.write({ 'lib.ts': 'export const v: number = 4444' })
  assert.equal((await place.evaluate(await place.prepare(next))).v, 4444)
  place.write(files)
  place.loader.foresee(before, next)
  assert.equal((await place.evaluate(await place.prepare(next))).v, 1)
})

test('foreseeing shows nowhere: no problem, no file, no import', async (t) => {
  const place = workplace(t, {
    ...files,
    '../outside.mjs': 'globalThis.foreseenOutside = true; export const x = 1',
  })
  const code = await place.prepare()
  const before = place.look()
  const cached = filesUnder(place.root)
  place.write({ 'lib.ts': 'export const v = (' })
  place.loader.foresee(before, code)
  place.write({ 'lib.ts': `import { x } from '../outside.mjs'\nexport const v = x` })
  place.loader.foresee(before, code)
  place.write({ 'tsconfig.json': '{ "extends": "./gone.json" }' })
  place.loader.foresee(place.look(), code)
  place.remove('plugin.ts')
  place.loader.foresee(before, code)
  place.write({ 'plugin.ts': `export const v = 'mended'` })
  place.remove('tsconfig.json')
  assert.equal((await place.evaluate(await place.prepare(code))).v, 'mended')
  assert.deepEqual(place.problems, [])
  assert.equal((globalThis as { foreseenOutside?: boolean }).foreseenOutside, undefined)
  await place.loader.close()
  assert.equal(filesUnder(place.root).length, cached.length + 2)
})
