import { dirname } from 'node:path'
import type { Code, Evaluated, OwnedTimers } from '../code.ts'
import type { FileContents } from './file-contents.ts'
import type { ImportFunction } from './commonjs.ts'
import type { FolderCode } from './folder-code.ts'
import { KnownFiles } from './known-files.ts'
import { ModuleFormats } from './module-format.ts'
import { ModuleRegistry } from './module-registry.ts'
import type { ModuleStore } from './module-store.ts'
import { OwnImports } from './own-imports.ts'
import type { PluginFiles } from './plugin-files.ts'

/** What evaluating a plugin takes from the plugins around it. */
export interface Neighbours {
  /** The name of the plugin whose folder holds this path. */
  readonly owner: (path: string) => string | undefined
}

const noneCompiled = (): undefined => undefined

/** The look that it was prepared for need not be kept. */
const noFiles: PluginFiles['files'] = new Map()

/** A plugin whose code is CommonJS through and through. */
export class CommonjsCode implements Code {
  readonly kind = 'commonjs'
  readonly sync = true
  readonly store: ModuleStore
  readonly #plugin: PluginFiles
  readonly #entry: string
  readonly #neighbours: Neighbours
  readonly #folder: FolderCode
  readonly #packageType: string | undefined
  readonly #addon: boolean

  constructor(
    plugin: PluginFiles,
    entry: string,
    store: ModuleStore,
    folder: FolderCode,
    neighbours: Neighbours,
  ) {
    this.#folder = folder
    this.store = store
    this.#plugin = { ...plugin, files: noFiles }
    this.#entry = entry
    this.#neighbours = neighbours
    this.#packageType = store.formats.packageType(dirname(entry))
    this.#addon = store.known?.hasAddon ?? false
  }

  get id(): string {
    return [this.#entry, this.#packageType, this.#folder.sha].join('\n')
  }

  get once(): boolean {
    return this.#addon || [...this.store.files.values()].some((file) => file.kind === 'addon')
  }

  evaluate(timers: () => OwnedTimers): Evaluated {
    const registry = this.#registry(timers)
    try {
      return { exports: registry.load(this.#entry) }
    } finally {
      this.store.settle()
    }
  }

  /** True if the files that were loaded say what they said, and every specifier leads where it led. */
  isUnchanged(plugin: PluginFiles, contents: FileContents): boolean {
    const { real, entry } = this.#plugin
    if (plugin.real !== real || plugin.entry !== entry) return false
    return (
      new ModuleFormats(real, new KnownFiles(plugin)).packageType(dirname(this.#entry)) ===
        this.#packageType && this.store.isUnchanged(plugin, contents)
    )
  }

  #registry(timers: () => OwnedTimers): ModuleRegistry {
    const { name, real } = this.#plugin
    const { store } = this
    const { owner } = this.#neighbours
    let imports: OwnImports | undefined
    const importFrom = (file: string): ImportFunction => {
      imports ??= new OwnImports({ ...scope, registry: () => registry, importCompiled: noneCompiled })
      return imports.from(file)
    }
    // Nothing is spread in: V8 would give each plugin's object a layout of its own, and look up each field of it.
    const scope = {
      name,
      real,
      store,
      ownPackages: true,
      owner,
      timers,
      importFrom,
      requireCompiled: noneCompiled,
    }
    const registry = new ModuleRegistry(scope)
    return registry
  }
}
