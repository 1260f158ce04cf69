import Module from 'node:module'
import * as nodeModule from 'node:module'
import type { OwnedTimers } from '../code.ts'
import type { Program } from './program.ts'
import { unitMap, unitParameters } from './unit-text.ts'

/** What the code of a unit calls `$bay`. */
export interface UnitRuntime {
  entry(namespace: unknown): void
  external(key: string): unknown
  isNamespace(value: unknown): boolean
  /** `import.meta` of an own file. */
  meta(name: string): object
  /** `import()` of an own file. */
  importer(name: string): (specifier: unknown, options?: ImportCallOptions) => Promise<unknown>
  /** An own CommonJS file, or what a `require()` in an own file leads to. */
  require(name: string, specifier?: string): unknown
  member(exports: unknown, name: string): unknown
  /** Own files that can be imported by a name which is only known at run time. */
  table(rows: Readonly<Record<string, UnitRow>>): void
}

/** How the unit's code loads one own file: by `import()`, and, unless it has a top-level `await`, by `require()`. */
export type UnitRow = readonly [() => Promise<unknown>, (() => unknown) | undefined]

type InternalModule = NodeJS.Module & { _compile(text: string, filename: string, format?: string): unknown }
type Factory = (...values: unknown[]) => () => unknown
type ModuleClass = new (id: string) => InternalModule

/** A unit in memory. Each call of `instantiate` evaluates its modules anew. */
export class Unit implements Program {
  readonly sync: boolean
  readonly #module: InternalModule
  readonly #factory: Factory
  readonly #usesRequire: boolean

  /**
   * Compiles a unit's text, as Node compiles any CommonJS file, so that its source map is known. It never enters
   * `require.cache`.
   * @param path where the text lies, or would; never used for another text
   * @param async it has a top-level `await`
   */
  constructor(text: string, path: string, async: boolean) {
    this.sync = !async
    enableSourceMaps()
    this.#module = new (Module as unknown as ModuleClass)(path)
    this.#module.filename = path
    this.#module._compile(text, path, 'commonjs')
    this.#factory = this.#module.exports as Factory
    // esbuild's own helper, which it adds where an author calls `require` with something else than a text.
    this.#usesRequire = text.includes('__require = ')
  }

  /** Evaluates the modules. A promise if there is a top-level `await`. */
  instantiate(runtime: UnitRuntime, require: unknown, timers: OwnedTimers): unknown {
    const given: Readonly<Record<string, unknown>> = {
      ...timers,
      $bay: runtime,
      require: this.#usesRequire ? require : undefined,
    }
    return this.#factory(...unitParameters.map((name) => given[name]))()
  }

  /** The same code was written in other lines: stack traces go by the new ones from now on. */
  remap(text: string): void {
    this.#module._compile(unitMap(text), this.#module.filename, 'commonjs')
  }
}

interface SourceMapsSupport {
  setSourceMapsSupport?: (enabled: boolean, options: { nodeModules: boolean; generatedCode: boolean }) => void
}

let enabled = false

/** Stack traces of units are to name the author's files. That is a switch of the whole process, so it is made late. */
function enableSourceMaps(): void {
  if (enabled) return
  enabled = true
  const { setSourceMapsSupport } = nodeModule as SourceMapsSupport
  if (setSourceMapsSupport === undefined) process.setSourceMapsEnabled(true)
  // The cache may be under node_modules.
  else setSourceMapsSupport(true, { nodeModules: true, generatedCode: false })
}
