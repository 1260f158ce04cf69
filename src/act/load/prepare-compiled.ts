import { hash } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Problem } from '../../model/problem.ts'
import type { Neighbours } from './commonjs-code.ts'
import type { CompileRequest } from './compile-options.ts'
import type { UnitCompiler } from './compile-unit.ts'
import { CompiledCode } from './compiled-code.ts'
import type { FileContents, ReadFile } from './file-contents.ts'
import { FolderCode } from './folder-code.ts'
import { externalTarget, importExternal } from './externals.ts'
import type { Namespace } from './externals.ts'
import type { ModuleStore } from './module-store.ts'
import type { PlainFile } from './plain-graph.ts'
import type { PlainModules } from './plain-modules.ts'
import { PlainProgram } from './plain-program.ts'
import { plainExternals, plainFiles } from './prepare-plain.ts'
import type { PluginFiles } from './plugin-files.ts'
import type { Program } from './program.ts'
import type { UnitCache } from './unit-cache.ts'
import type { UnitExternal } from './unit-format.ts'
import { unitKey } from './unit-key.ts'
import { readUnit, writeUnit } from './unit-text.ts'
import type { UnitHeader } from './unit-text.ts'
import { Unit } from './unit.ts'

/** What preparing compiled plugins takes. */
export interface CompiledWorkshop {
  readonly contents: FileContents
  readonly cache: UnitCache
  readonly compiler: UnitCompiler
  readonly neighbours: Neighbours
  readonly plain: PlainModules
}

/** One plugin to prepare. */
export interface CompiledJob {
  readonly plugin: PluginFiles
  /** The entry's path, links followed. */
  readonly entry: string
  readonly entryIsCompiled: boolean
  /** CommonJS files of the plugin load own ES modules by names that are not known. */
  readonly open: boolean
  readonly store: ModuleStore
  readonly folder: FolderCode
  /** Files that were read a moment ago. */
  readonly fresh: ReadonlyMap<string, ReadFile>
  readonly previous: CompiledCode | undefined
}

interface Ready {
  /** Equal for code that does the same, wherever it lies and its imports lead. */
  readonly code: string
  readonly text: string
  readonly commonjs: boolean
  readonly program: () => Program
  readonly externals: ReadonlyMap<string, Imported>
  readonly inputs: ReadonlyMap<string, string>
}

interface Imported {
  readonly url: string
  readonly namespace: Namespace
}

/** Begins to compile what {@link prepareCompiled} will be asked for soon. */
export function foreseeCompiled(shop: CompiledWorkshop, job: CompiledJob): void {
  const { plugin, previous, folder, open } = job
  if (previous?.parts.folder === folder.sha) return
  // What needs no compiler is compiled by now.
  if (plainFiles(shop, job) !== undefined) return
  const key = keyOf(job, folder)
  if (!shop.cache.has(shop.cache.path(plugin.real, key)))
    shop.compiler.foresee(requestOf(shop, job, key), open)
}

/** Finds a plugin's unit in the cache, or compiles it. */
export async function prepareCompiled(
  shop: CompiledWorkshop,
  job: CompiledJob,
): Promise<{ readonly code: CompiledCode } | { readonly problem: Problem }> {
  const plain = plainFiles(shop, job)
  const ready =
    (plain && (await readPlain(job, plain))) ?? (await fromCache(shop, job)) ?? (await compile(shop, job))
  if ('problem' in ready) return ready
  const { plugin, previous, store, entry, entryIsCompiled, folder } = job
  const { externals, inputs, text } = ready
  const places = [...externals].map(([key, { url }]) => `${key} ${url}`)
  const code = hash('sha256', [ready.code, plugin.real, entry, ...places].join('\n'))
  if (previous?.parts.code === code && previous.parts.store.isUnchanged(plugin, shop.contents)) {
    previous.parts.program.remap(text)
    previous.parts = { ...previous.parts, folder: folder.sha, inputs }
    return { code: previous }
  }
  const namespaces = new Map([...externals].map(([key, { namespace }]) => [key, namespace]))
  return {
    code: new CompiledCode(ready.commonjs ? hash('sha256', `${code}\n${folder.sha}`) : code, {
      code,
      plugin: { ...plugin, files: new Map() },
      commonjsEntry: entryIsCompiled ? undefined : entry,
      program: ready.program(),
      externals: namespaces,
      namespaces: new Set(namespaces.values()),
      store,
      neighbours: shop.neighbours,
      folder: folder.sha,
      inputs,
    }),
  }
}

/** `undefined` if what they take from outside is not plain. */
async function readPlain({ plugin }: CompiledJob, files: readonly PlainFile[]): Promise<Ready | undefined> {
  const namespaces = await plainExternals(files)
  if (namespaces === undefined) return undefined
  const inputs = new Map(files.map(({ path, content }) => [path, content.sha]))
  return {
    code: ['plain', ...[...inputs].flat()].join('\n'),
    commonjs: false,
    externals: new Map([...namespaces].map(([url, namespace]) => [url, { url, namespace }])),
    inputs,
    text: '',
    program: () => new PlainProgram(plugin.real, files),
  }
}

async function fromCache(shop: CompiledWorkshop, job: CompiledJob): Promise<Ready | undefined> {
  const { plugin, folder } = job
  const path = shop.cache.path(plugin.real, keyOf(job, folder))
  const text = shop.cache.read(path)
  const header = text === undefined ? undefined : readUnit(text)
  if (text === undefined || header === undefined) return undefined
  const externals = await importAll(shop, plugin, header.externals)
  if (externals === undefined) return undefined
  const inputs = new Map<string, string>()
  for (const name of header.inputs) {
    const input = join(plugin.real, name)
    const sha = folder.of(input)?.sha
    if (sha === undefined) return undefined
    inputs.set(input, sha)
  }
  return readyUnit(text, path, header, externals, inputs)
}

function readyUnit(
  text: string,
  path: string,
  { code, commonjs, async }: UnitHeader,
  externals: Ready['externals'],
  inputs: Ready['inputs'],
): Ready {
  return { code, text, commonjs, program: () => new Unit(text, path, async), externals, inputs }
}

function requestOf(
  { neighbours }: CompiledWorkshop,
  { plugin, entry, entryIsCompiled, store }: CompiledJob,
  key: string,
): Omit<CompileRequest, 'keepNames'> {
  return { plugin, entry, entryIsCompiled, key, store, owner: neighbours.owner }
}

function keyOf({ plugin, entry, store }: CompiledJob, folder: FolderCode): string {
  return unitKey(plugin, entry, store.formats.packageType(dirname(entry)), folder.sha)
}

/** `undefined` if something is not what the unit was made for. */
async function importAll(
  { neighbours }: CompiledWorkshop,
  { real }: PluginFiles,
  externals: readonly UnitExternal[],
): Promise<Map<string, Imported> | undefined> {
  const imported = new Map<string, Imported>()
  for (const { key, specifier, importer, attributes, names, exact } of externals) {
    const target = externalTarget(specifier, join(real, importer), real, neighbours.owner)
    if (target.kind !== 'outside') return undefined
    try {
      const namespace = await importExternal(target.url, attributes)
      if (!names.every((name) => name in namespace)) return undefined
      if (
        exact &&
        Reflect.ownKeys(namespace).filter((name) => typeof name === 'string').length !== names.length
      )
        return undefined
      imported.set(key, { url: target.url, namespace })
    } catch {
      return undefined
    }
  }
  return imported
}

async function compile(
  shop: CompiledWorkshop,
  job: CompiledJob,
): Promise<Ready | { readonly problem: Problem }> {
  const { plugin, entry, open } = job
  const { cache, compiler, contents } = shop
  let { folder } = job
  for (let attempt = 1; ; attempt++) {
    const key = keyOf(job, folder)
    const outcome = await compiler.compile(requestOf(shop, job, key), open)
    if ('problem' in outcome) return outcome
    const { unit } = outcome
    const paths = unit.inputs.map((name) => join(plugin.real, name))
    const inputs = new Map(paths.map((path) => [path, contents.of(path)?.sha ?? '']))
    // esbuild read the files itself; had one been saved in between, the unit would lie under a wrong name.
    const asHashed = paths.every((path) => inputs.get(path) === folder.of(path)?.sha)
    const saved = paths.some((path) => (folder.of(path)?.sha ?? inputs.get(path)) !== inputs.get(path))
    if (saved && attempt < 4) {
      folder = new FolderCode(plugin, contents)
      continue
    }
    const externals = await importAll(shop, plugin, unit.externals)
    if (externals === undefined) return { problem: movedProblem(plugin, entry) }
    const { text, header } = writeUnit(unit)
    const path = cache.path(plugin.real, asHashed ? key : hash('sha256', text))
    if (asHashed) cache.write(path, text)
    return readyUnit(text, path, header, externals, inputs)
  }
}

function movedProblem(plugin: PluginFiles, file: string): Problem {
  return {
    code: 'ERR_PLUGIN_IMPORT_MISSING',
    severity: 'error',
    plugin: plugin.name,
    file,
    message: 'A package that it imports changed while it was compiled.',
    hint: 'Save the plugin again once the installation is complete.',
  }
}
