import * as nodeModule from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolve } from 'import-meta-resolve'
import type { Code, Evaluated, OwnedTimers } from '../code.ts'
import type { Neighbours } from './commonjs-code.ts'
import type { FileContents } from './file-contents.ts'
import type { Namespace } from './externals.ts'
import { ModuleRegistry } from './module-registry.ts'
import type { ModuleStore } from './module-store.ts'
import { ownName } from './own-files.ts'
import { OwnImports } from './own-imports.ts'
import type { PluginFiles } from './plugin-files.ts'
import type { Program } from './program.ts'
import type { UnitRow, UnitRuntime } from './unit.ts'

/** What a compiled plugin is made of. */
export interface CompiledParts {
  /** Hash of the unit's code and of where its imports lead. */
  readonly code: string
  readonly plugin: PluginFiles
  /** The path of a CommonJS entry. Without it, the unit hands the entry over. */
  readonly commonjsEntry: string | undefined
  readonly program: Program
  /** By the key that the unit calls them. */
  readonly externals: ReadonlyMap<string, Namespace>
  readonly namespaces: ReadonlySet<unknown>
  readonly store: ModuleStore
  readonly neighbours: Neighbours
  /** Hash of all code in the folder, when the unit was made. */
  readonly folder: string
  /** Hashes of the own files whose text is in the unit, by path. */
  readonly inputs: ReadonlyMap<string, string>
}

/** A plugin of ES modules or TypeScript, compiled into one unit. */
export class CompiledCode implements Code {
  readonly kind = 'compiled'
  readonly id: string
  /** What the newest files made of the same code are. */
  parts: CompiledParts
  readonly #addon: boolean

  constructor(id: string, parts: CompiledParts) {
    this.id = id
    this.#addon = [...parts.plugin.files.keys()].some((name) => name.endsWith('.node'))
    this.parts = parts
  }

  get once(): boolean {
    return this.#addon || [...this.parts.store.files.values()].some((file) => file.kind === 'addon')
  }

  get sync(): boolean {
    return this.parts.program.sync
  }

  evaluate(timers: () => OwnedTimers): Evaluated | Promise<Evaluated> {
    const { program, store } = this.parts
    const generation = new CompiledGeneration(this.parts, timers)
    const instantiate = (): unknown => program.instantiate(generation, generation.requireFunction, timers())
    if (!program.sync) {
      return (instantiate() as Promise<void>).then(() => generation.evaluated()).finally(() => store.settle())
    }
    try {
      instantiate()
      return generation.evaluated()
    } finally {
      store.settle()
    }
  }

  /** True if no file that was compiled or loaded says anything else. */
  isUnchanged(plugin: PluginFiles, contents: FileContents): boolean {
    const { inputs, store } = this.parts
    const { real, entry } = this.parts.plugin
    if (plugin.real !== real || plugin.entry !== entry) return false
    for (const [path, sha] of inputs) {
      if (contents.of(path, plugin.files.get(ownName(real, path)))?.sha !== sha) return false
    }
    return store.isUnchanged(plugin, contents)
  }
}

/** The runtime of one evaluation. */
class CompiledGeneration implements UnitRuntime {
  readonly registry: ModuleRegistry
  readonly requireFunction: (specifier: string) => unknown
  readonly #parts: CompiledParts
  readonly #imports: OwnImports
  #exports: unknown
  #rows: Readonly<Record<string, UnitRow>> = {}
  #nodeModule: object | undefined

  constructor(parts: CompiledParts, timers: () => OwnedTimers) {
    this.#parts = parts
    const { plugin, store, neighbours, externals } = parts
    const { name, real, entry } = plugin
    const scope = { name, real, store, ownPackages: false, owner: neighbours.owner }
    const row = (path: string): UnitRow | undefined => this.#rows[ownName(real, path)]
    this.#imports = new OwnImports({
      ...scope,
      registry: () => this.registry,
      importCompiled: (path) => row(path)?.[0](),
    })
    this.registry = new ModuleRegistry({
      ...scope,
      timers,
      importFrom: (file) => this.#imports.from(file),
      requireCompiled: (path) => row(path)?.[1]?.(),
    })
    const main = join(real, entry)
    this.requireFunction = Object.assign(
      (specifier: string) =>
        externals.has(specifier) ? this.external(specifier) : this.registry.require(main, specifier),
      { resolve: (specifier: string) => this.registry.resolve(main, specifier) },
    )
  }

  entry(namespace: unknown): void {
    this.#exports = namespace
  }

  /** What the entry exports; a CommonJS one is loaded by that. */
  evaluated(): Evaluated {
    const { commonjsEntry } = this.#parts
    return { exports: commonjsEntry === undefined ? this.#exports : this.registry.load(commonjsEntry) }
  }

  external(key: string): unknown {
    const namespace = this.#parts.externals.get(key)
    return (namespace as unknown) === nodeModule ? (this.#nodeModule ??= this.#ownNodeModule()) : namespace
  }

  isNamespace(value: unknown): boolean {
    return this.#parts.namespaces.has(value) || (value !== undefined && value === this.#nodeModule)
  }

  meta(name: string): object {
    const filename = join(this.#parts.plugin.real, name)
    const url = pathToFileURL(filename).href
    return Object.assign(Object.create(null) as object, {
      dirname: dirname(filename),
      filename,
      main: false,
      resolve: (specifier: string) => resolve(specifier, url),
      url,
    })
  }

  importer(name: string): (specifier: unknown, options?: ImportCallOptions) => Promise<unknown> {
    return this.#imports.from(join(this.#parts.plugin.real, name))
  }

  require(name: string, specifier?: string): unknown {
    const file = join(this.#parts.plugin.real, name)
    return specifier === undefined ? this.registry.load(file) : this.registry.require(file, specifier)
  }

  member(exports: unknown, name: string): unknown {
    return Object(exports) === exports ? (exports as Record<string, unknown>)[name] : undefined
  }

  /** `createRequire(import.meta.url)` is how ES modules load CommonJS files, own ones too. */
  #ownNodeModule(): object {
    const { moduleClass } = this.registry
    const own = { default: moduleClass, createRequire: Reflect.get(moduleClass, 'createRequire') as unknown }
    const exports = 'module.exports' in nodeModule ? { 'module.exports': moduleClass } : {}
    return Object.freeze(Object.assign(Object.create(null) as object, nodeModule, own, exports))
  }

  table(rows: Readonly<Record<string, UnitRow>>): void {
    this.#rows = rows
  }
}
