import { dirname, join } from 'node:path'
import type { FileContent } from './file-content.ts'
import { externalTarget, isPathSpecifier } from './externals.ts'
import type { KnownFiles } from './known-files.ts'
import type { ModuleStore } from './module-store.ts'
import { isOwnFile } from './own-files.ts'
import type { PlainModule } from './plain-module.ts'
import type { ReadModule } from './plain-modules.ts'
import type { PluginFiles } from './plugin-files.ts'

/** One own file of a plugin that needs no compiler. */
export interface PlainFile {
  readonly path: string
  readonly content: FileContent
  readonly module: PlainModule
  /** Where each import leads. */
  readonly targets: readonly PlainTarget[]
}

type PlainTarget = { readonly file: PlainFile } | { readonly url: string }

/** What an exported name is. */
export type PlainBinding =
  | { readonly file: PlainFile; readonly name: string }
  | { readonly file: PlainFile; readonly name?: undefined }
  | { readonly url: string; readonly name: string }
  | { readonly url: string; readonly name?: undefined }

/** What walking takes. */
export interface PlainWalk {
  readonly plugin: PluginFiles
  readonly store: ModuleStore
  readonly known: KnownFiles
  readonly owner: (path: string) => string | undefined
  /** The content that a file had when the folder was read. */
  contentOf(path: string): FileContent | undefined
  moduleOf(path: string, content: FileContent): ReadModule
}

/**
 * All own files of a plugin in the order in which they are evaluated, the entry last.
 * @returns why not, if one of them is not plain, or if it takes live bindings that their imports are right
 */
export function plainGraph(
  walk: PlainWalk,
  entry: string,
): { readonly files: readonly PlainFile[] } | { readonly refused: string } {
  if (walk.plugin.files.has('tsconfig.json')) return { refused: 'a tsconfig.json' }
  try {
    const files = new Map<string, PlainFile | undefined>()
    visit(walk, entry, files)
    const order = [...files.values()].filter((file) => file !== undefined)
    for (const file of order) link(file)
    return { files: order }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message }
    throw error
  }
}

class Refusal extends Error {}

function visit(walk: PlainWalk, path: string, files: Map<string, PlainFile | undefined>): PlainFile {
  const present = files.get(path)
  if (present !== undefined) return present
  if (files.has(path)) throw new Refusal(`${path} imports itself`)
  files.set(path, undefined)
  if (!/\.m?js$/.test(path) || walk.store.isCommonjs(path))
    throw new Refusal(`${path} is no JavaScript module`)
  const content = walk.contentOf(path)
  if (content === undefined) throw new Refusal(`${path} is not there`)
  const module = walk.moduleOf(path, content)
  if ('refused' in module) throw new Refusal(`${path}: ${module.refused}`)
  for (const specifier of module.source.dynamic) {
    if (isPathSpecifier(specifier) || isUnclear.test(specifier) || isOwn(walk, specifier, path)) {
      throw new Refusal(`${path} imports own files later`)
    }
  }
  const targets = module.source.imports.map(({ specifier }) => targetOf(walk, specifier, path, files))
  const file = { path, content, module, targets }
  // At the end: a map keeps the order.
  files.delete(path)
  files.set(path, file)
  return file
}

const isUnclear = /^#|^(?!node:)\w+:/

function isOwn({ plugin, owner }: PlainWalk, specifier: string, importer: string): boolean {
  return externalTarget(specifier, importer, plugin.real, owner).kind === 'own'
}

function targetOf(
  walk: PlainWalk,
  specifier: string,
  importer: string,
  files: Map<string, PlainFile | undefined>,
): PlainTarget {
  const { plugin, known, owner } = walk
  if (/^\.\.?\//.test(specifier)) {
    const path = join(dirname(importer), specifier)
    // As written, without a link: anything else takes a resolver.
    if (!isOwnFile(plugin.real, path) || known.find(path) !== path)
      throw new Refusal(`${specifier} is not clear`)
    return { file: visit(walk, path, files) }
  }
  if (isPathSpecifier(specifier) || isUnclear.test(specifier)) throw new Refusal(`${specifier} is not clear`)
  const target = externalTarget(specifier, importer, plugin.real, owner)
  if (target.kind !== 'outside') throw new Refusal(`${specifier} is not outside`)
  return { url: target.url }
}

/** What each imported name is, by local name. */
export function importsOf({ module, targets }: PlainFile): ReadonlyMap<string, PlainBinding> {
  const found = new Map<string, PlainBinding>()
  for (const [index, { names }] of module.source.imports.entries()) {
    const target = targets[index]!
    for (const [imported, local] of names) {
      const binding = imported === '*' ? target : memberOf(target, imported)
      if (binding === undefined) throw new Refusal(`${imported} is not exported`)
      found.set(local, binding)
    }
  }
  return found
}

function memberOf(target: PlainTarget, name: string): PlainBinding | undefined {
  return 'file' in target ? bindingOf(target.file, name) : { url: target.url, name }
}

function link(file: PlainFile): void {
  for (const binding of importsOf(file).values()) {
    if (!('file' in binding) || binding.name === undefined) continue
    if (!binding.file.module.isConstant(binding.name)) throw new Refusal(`${binding.name} may change`)
  }
  exportsOf(file)
}

/** All that a module exports, by name, in the order of a namespace. */
export function exportsOf(file: PlainFile): ReadonlyMap<string, PlainBinding> {
  const names = new Set<string>(file.module.source.exports.keys())
  for (const { name } of file.module.source.reexports) names.add(name)
  for (const star of file.module.source.stars) {
    const target = file.targets[star]!
    if ('url' in target) throw new Refusal('an export * of a package')
    for (const name of exportsOf(target.file).keys()) if (name !== 'default') names.add(name)
  }
  const found = new Map<string, PlainBinding>()
  for (const name of [...names].sort()) {
    const binding = bindingOf(file, name)
    if (binding === undefined) throw new Refusal(`${name} is not exported`)
    found.set(name, binding)
  }
  return found
}

/** Where a name that a module exports comes from. */
function bindingOf(file: PlainFile, name: string): PlainBinding | undefined {
  const { source } = file.module
  if (source.exports.has(name)) return { file, name }
  const reexport = source.reexports.find((each) => each.name === name)
  if (reexport !== undefined) {
    const target = file.targets[reexport.from]!
    const { imported } = reexport
    return imported === undefined ? target : memberOf(target, imported)
  }
  if (name === 'default') return undefined
  let found: PlainBinding | undefined
  for (const star of source.stars) {
    const target = file.targets[star]!
    if ('url' in target) throw new Refusal('an export * of a package')
    const binding = bindingOf(target.file, name)
    if (binding === undefined) continue
    if (found !== undefined) throw new Refusal(`${name} comes from several modules`)
    found = binding
  }
  return found
}
