import { PluginError } from '../../model/problem.ts'
import type { ImportFunction } from './commonjs.ts'
import { crossImportProblem, missingImportProblem } from './import-problem.ts'
import type { ModuleRegistry } from './module-registry.ts'
import type { ModuleStore } from './module-store.ts'
import { isInside, isOwnFile } from './own-files.ts'
import { rememberProblem } from './problem-of.ts'
import { resolveImport } from './resolve-import.ts'

/** What `import()` of one generation stands on. */
export interface ImportScope {
  readonly name: string
  readonly real: string
  readonly store: ModuleStore
  readonly ownPackages: boolean
  readonly owner: (path: string) => string | undefined
  registry(): ModuleRegistry
  /** Imports an own ES module or TypeScript file. `undefined` where the compiled unit has none. */
  importCompiled(path: string): Promise<unknown> | undefined
}

/**
 * `import()` for the files of one generation: the plugin's own files come from the generation, everything else from
 * Node, resolved from the file that asks.
 */
export class OwnImports {
  readonly #scope: ImportScope
  readonly #namespaces = new Map<string, object>()

  constructor(scope: ImportScope) {
    this.#scope = scope
  }

  from(file: string): ImportFunction {
    return async (specifier, options) => this.#import(file, String(specifier), options)
  }

  /** The namespace that an ES module sees of an own CommonJS file, evaluated now if it has not been. */
  namespace(path: string): object {
    const registry = this.#scope.registry()
    const exports = registry.load(path)
    let namespace = this.#namespaces.get(path)
    if (namespace === undefined) {
      namespace = toNamespace(
        exports,
        this.#scope.store.namesOf(path, (from, specifier) => registry.resolve(from, specifier)),
      )
      this.#namespaces.set(path, namespace)
    }
    return namespace
  }

  async #import(file: string, specifier: string, options?: ImportCallOptions): Promise<unknown> {
    const { name, real, owner } = this.#scope
    const target = resolveImport(specifier, file)
    if (target.kind === 'missing') {
      rememberProblem(
        target.error,
        missingImportProblem({ plugin: name, real, file, specifier, cause: target.error }),
      )
      throw target.error
    }
    if (target.kind === 'file') {
      const { path } = target
      if (this.#isOfGeneration(path)) {
        // As in Node, nothing is evaluated before the code that calls it has come to its end.
        await Promise.resolve()
        const compiled = this.#scope.store.isCommonjs(path) ? undefined : this.#scope.importCompiled(path)
        if (compiled !== undefined) return compiled
        if (this.#scope.store.isCommonjs(path)) return this.namespace(path)
      } else if (!isInside(real, path)) {
        const other = owner(path)
        if (other !== undefined) {
          throw new PluginError(crossImportProblem({ plugin: name, real, file, specifier, other }))
        }
      }
    }
    return import(target.url, options) as Promise<unknown>
  }

  #isOfGeneration(path: string): boolean {
    const { real, ownPackages } = this.#scope
    return isOwnFile(real, path) || (ownPackages && isInside(real, path))
  }
}

function toNamespace(exports: unknown, names: ReadonlySet<string>): object {
  const namespace = Object.create(null) as Record<string, unknown>
  for (const name of [...names, 'default'].sort()) {
    const member = Object(exports) === exports ? (exports as Record<string, unknown>)[name] : undefined
    namespace[name] = name === 'default' ? exports : member
  }
  return Object.freeze(Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' }))
}
