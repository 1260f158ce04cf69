import Module, { createRequire, isBuiltin } from 'node:module'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OwnedTimers } from '../code.ts'
import type { ImportFunction } from './commonjs.ts'
import { missingImportProblem } from './import-problem.ts'
import type { ModuleStore } from './module-store.ts'
import { isOwnFile } from './own-files.ts'
import { problemOf, rememberProblem } from './problem-of.ts'
import { resolveRequire } from './resolve-require.ts'

/** What the CommonJS modules of one generation stand on. */
export interface RegistryScope {
  /** The plugin's name. */
  readonly name: string
  /** The plugin's folder, links followed. */
  readonly real: string
  readonly store: ModuleStore
  readonly timers: () => OwnedTimers
  /** CommonJS packages in the folder's own `node_modules` are part of the generation. */
  readonly ownPackages: boolean
  readonly owner: (path: string) => string | undefined
  /** `import()` as a file of the plugin sees it. */
  importFrom(file: string): ImportFunction
  /** The namespace of an own ES module or TypeScript file. `undefined` where the compiled unit has none. */
  requireCompiled(path: string): unknown
}

type Require = NodeJS.Require
type InternalModule = NodeJS.Module & { _compile?: unknown }
type ModuleClass = new (id: string, parent?: NodeJS.Module) => InternalModule

/** Built-in modules leave no trace in the module that requires them. */
const requireBuiltin = createRequire(import.meta.url)

const nodeModulePaths = (Module as unknown as { _nodeModulePaths: (from: string) => string[] })
  ._nodeModulePaths

/**
 * The CommonJS modules of one generation. They behave as in Node, but live here instead of in the process-wide
 * `require.cache`: nothing has to be found and deleted when the generation ends, two folders that link to one never
 * share an instance, and no long-lived module's `children` keeps an old generation alive.
 */
export class ModuleRegistry {
  readonly #scope: RegistryScope
  readonly #modules = new Map<string, InternalModule>()
  /** Stands where Node has the module that calls `createRequire()`, so that the entry has a parent. */
  readonly #root: InternalModule
  #moduleClass: object | undefined
  #cache: NodeJS.Dict<NodeJS.Module> | undefined

  constructor(scope: RegistryScope) {
    this.#scope = scope
    this.#root = rootModule(scope.real)
  }

  /** The exports of an own CommonJS file, evaluated now if it has not been. */
  load(path: string, parent: NodeJS.Module = this.#root): unknown {
    const present = this.#modules.get(path)
    if (present !== undefined) {
      if (!parent.children.includes(present)) parent.children.push(present)
      return present.exports
    }
    const file = this.#scope.store.load(path)
    if (file.kind === 'compiled') return this.#requireCompiled(path)
    if (file.kind === 'addon') return createRequire(path)(path) as unknown
    const module = newModule(path, parent)
    this.#modules.set(path, module)
    try {
      if (file.kind === 'json') module.exports = parseJson(path, file.text)
      else {
        const run = file.code.instantiate(this.#scope.timers, () => this.#scope.importFrom(path))
        run.call(module.exports, module.exports, this.#requireOf(module), module, path, module.path)
      }
    } catch (error) {
      this.#modules.delete(path)
      const at = parent.children.indexOf(module)
      if (at !== -1) parent.children.splice(at, 1)
      throw error
    }
    module.loaded = true
    return module.exports
  }

  /** `require(specifier)` as written in a file of the plugin. */
  require(file: string, specifier: string, parent?: NodeJS.Module): unknown {
    if (isBuiltin(specifier)) return this.#builtin(specifier)
    const path = this.#resolve(file, specifier)
    if (path !== undefined) return this.load(path, parent)
    const require = createRequire(file)
    try {
      return require(specifier) as unknown
    } catch (error) {
      this.#explain(error, file, specifier)
      throw error
    }
  }

  /** Where `require.resolve(specifier)` in a file of the plugin leads. */
  resolve(file: string, specifier: string): string {
    const path = this.#resolve(file, specifier)
    return path ?? createRequire(file).resolve(specifier)
  }

  /** `createRequire` as a file of the plugin sees it: own files come from here, not from the process-wide cache. */
  createRequire(from: string | URL): Require {
    const path = typeof from === 'string' && isAbsolute(from) ? from : fileURLToPath(from)
    if (!isOwnFile(this.#scope.real, path)) return createRequire(from)
    return this.#requireOf(newModule(path.endsWith('/') ? join(path, 'plugbay.js') : path))
  }

  /** `node:module` as a file of the plugin sees it. */
  get moduleClass(): object {
    const own = this.createRequire.bind(this)
    return (this.#moduleClass ??= new Proxy(Module, {
      get: (target, key) => (key === 'createRequire' ? own : (Reflect.get(target, key) as unknown)),
    }))
  }

  #builtin(specifier: string): unknown {
    return specifier === 'module' || specifier === 'node:module'
      ? this.moduleClass
      : requireBuiltin(specifier)
  }

  #resolve(file: string, specifier: string): string | undefined {
    const { store } = this.#scope
    return store.resolution(file, specifier, () => resolveRequire(this.#scope, file, specifier))
  }

  #requireCompiled(path: string): unknown {
    const namespace = this.#scope.requireCompiled(path)
    return namespace === undefined ? (createRequire(path)(path) as unknown) : namespace
  }

  #requireOf(module: InternalModule): Require {
    const file = module.filename
    const require = ((specifier: string) => {
      if (typeof specifier !== 'string' || specifier === '') return createRequire(file)(specifier) as unknown
      return this.require(file, specifier, module)
    }) as Require
    let native: Require | undefined
    const ofNode = (): Require => (native ??= createRequire(file))
    const resolve = ((specifier: string, options?: { paths?: string[] }) =>
      options === undefined && typeof specifier === 'string'
        ? this.resolve(file, specifier)
        : ofNode().resolve(specifier, options)) as NodeJS.RequireResolve
    resolve.paths = (specifier) => ofNode().resolve.paths(specifier)
    require.resolve = resolve
    require.main = process.mainModule
    require.cache = this.#cache ??= this.#ownCache(requireBuiltin.cache)
    require.extensions = requireBuiltin.extensions
    module.require = require
    return require
  }

  /** `require.cache` as a plugin sees it: its own modules, and behind them the process-wide ones. */
  #ownCache(process: NodeJS.Dict<NodeJS.Module>): NodeJS.Dict<NodeJS.Module> {
    const own = this.#modules
    const isOwn = (key: string | symbol): key is string =>
      typeof key === 'string' && (own.has(key) || isOwnFile(this.#scope.real, key))
    return new Proxy(process, {
      has: (target, key) => (isOwn(key) ? own.has(key) : Reflect.has(target, key)),
      get: (target, key) => (isOwn(key) ? own.get(key) : (Reflect.get(target, key) as unknown)),
      set: (target, key, value: InternalModule) =>
        isOwn(key) ? own.set(key, value) !== undefined : Reflect.set(target, key, value),
      deleteProperty: (target, key) =>
        isOwn(key) ? own.delete(key) || true : Reflect.deleteProperty(target, key),
      ownKeys: (target) => [...Reflect.ownKeys(target), ...own.keys()],
      getOwnPropertyDescriptor: (target, key) =>
        isOwn(key)
          ? own.has(key)
            ? { value: own.get(key), writable: true, enumerable: true, configurable: true }
            : undefined
          : Reflect.getOwnPropertyDescriptor(target, key),
    })
  }

  #explain(error: unknown, file: string, specifier: string): void {
    if (problemOf(error) !== undefined || typeof error !== 'object' || error === null) return
    const { code, requireStack } = error as { code?: unknown; requireStack?: unknown }
    const unresolved =
      (code === 'MODULE_NOT_FOUND' && Array.isArray(requireStack) && requireStack[0] === file) ||
      code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
    if (!unresolved) return
    const { name, real, store } = this.#scope
    store.missing.add([file, specifier])
    rememberProblem(error, missingImportProblem({ plugin: name, real, file, specifier, cause: error }))
  }
}

let aboveDirectory = ''
let above: readonly string[] = []

/** `module.paths`. Plugins lie side by side: what is above one is above the next. */
function pathsOf(directory: string): string[] {
  const parent = dirname(directory)
  if (parent !== aboveDirectory) {
    above = nodeModulePaths(parent)
    aboveDirectory = parent
  }
  return directory === parent || directory.endsWith('node_modules')
    ? nodeModulePaths(directory)
    : [`${directory}${sep}node_modules`, ...above]
}

/** Nobody runs it and hardly anybody looks at it: without what the constructor does for those that run. */
function rootModule(directory: string): InternalModule {
  const filename = `${directory}${sep}plugbay.js`
  const fields = {
    id: filename,
    path: directory,
    exports: {},
    filename,
    loaded: true,
    children: [],
    paths: [],
  }
  return Object.assign(Object.create(Module.prototype) as InternalModule, fields)
}

function newModule(path: string, parent?: NodeJS.Module): InternalModule {
  const module = new (Module as unknown as ModuleClass)(path, parent)
  module.filename = path
  module.paths = pathsOf(module.path)
  return module
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof Error) error.message = `${path}: ${error.message}`
    throw error
  }
}
