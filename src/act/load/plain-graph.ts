import { dirname, join } from 'node:path'
import type { FileContent } from './file-content.ts'
import { externalTarget, isPathSpecifier } from './externals.ts'
import type { KnownFiles } from './known-files.ts'
import type { ModuleStore } from './module-store.ts'
import { isOwnFile } from './own-files.ts'
import type { PlainModule } from './plain-module.ts'
import type { ReadModule } from './plain-modules.ts'
import type { PluginFiles } from './plugin-files.ts'
import { Refusal } from './refusal.ts'

/** One own file of a plugin that needs no compiler. */
export interface PlainFile {
  readonly path: string
  readonly content: FileContent
  readonly module: PlainModule
  /** URLs of what it imports from outside. */
  readonly outside: readonly string[]
  /** What each imported name is, by local name. */
  readonly imports: ReadonlyMap<string, PlainBinding>
  /** What each exported name is, in the order of a namespace. */
  readonly exports: ReadonlyMap<string, PlainBinding>
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
    return { files: [...files.values()].filter((file) => file !== undefined) }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message }
    throw error
  }
}

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
  const exports = new Map<string, PlainBinding>()
  const file: PlainFile = {
    path,
    content,
    module,
    outside: targets.flatMap((target) => ('url' in target ? [target.url] : [])),
    imports: importsOf(module, targets),
    exports,
  }
  nameExports(file, targets, exports)
  // At the end: a map keeps the order.
  files.delete(path)
  files.set(path, file)
  return file
}

/** A specifier is a URL: what means something there that it does not in a path. */
const asUrl = /[%?#\\]|[^\S ]|\s$/
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
    if (asUrl.test(specifier)) throw new Refusal(`${specifier} is not clear`)
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

/** The imported names of a module whose own imports were all visited. */
function importsOf(
  { source }: PlainModule,
  targets: readonly PlainTarget[],
): ReadonlyMap<string, PlainBinding> {
  const found = new Map<string, PlainBinding>()
  for (const [index, { names }] of source.imports.entries()) {
    const target = targets[index]!
    for (const [imported, local] of names) {
      const binding = memberOf(target, imported)
      if ('file' in binding && binding.name !== undefined && !binding.file.module.isConstant(binding.name)) {
        throw new Refusal(`${imported} may change`)
      }
      found.set(local, binding)
    }
  }
  return found
}

/** @param name `*` for the namespace */
function memberOf(target: PlainTarget, name: string): PlainBinding {
  if (name === '*') return target
  if ('url' in target) return { url: target.url, name }
  const binding = target.file.exports.get(name)
  if (binding === undefined) throw new Refusal(`${name} is not exported`)
  return binding
}

function nameExports(
  file: PlainFile,
  targets: readonly PlainTarget[],
  exports: Map<string, PlainBinding>,
): void {
  const { source } = file.module
  const found = new Map<string, PlainBinding>()
  for (const name of source.exports.keys()) found.set(name, { file, name })
  for (const { name, imported, from } of source.reexports) {
    const target = targets[from]!
    found.set(name, memberOf(target, imported ?? '*'))
  }
  const own = new Set(found.keys())
  for (const star of source.stars) {
    const target = targets[star]!
    if ('url' in target) throw new Refusal('an export * of a package')
    for (const [name, binding] of target.file.exports) {
      if (name === 'default' || own.has(name)) continue
      if (found.has(name)) throw new Refusal(`${name} comes from several modules`)
      found.set(name, binding)
    }
  }
  for (const name of [...found.keys()].sort()) exports.set(name, found.get(name)!)
}
