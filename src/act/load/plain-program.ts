import type { OwnedTimers } from '../code.ts'
import { ownName } from './own-files.ts'
import type { Getters } from './plain-module.ts'
import type { PlainBinding, PlainFile } from './plain-graph.ts'
import type { Program } from './program.ts'
import type { UnitRuntime } from './unit.ts'

/** ES modules that need no compiler, in memory. Each call of `instantiate` evaluates them anew. */
export class PlainProgram implements Program {
  readonly sync = true
  readonly #real: string
  readonly #files: readonly PlainFile[]

  /** @param files in the order in which they are evaluated, the entry last */
  constructor(real: string, files: readonly PlainFile[]) {
    this.#real = real
    this.#files = files
  }

  instantiate(runtime: UnitRuntime, _require: unknown, timers: OwnedTimers): void {
    const getters = new Map<PlainFile, Getters>()
    const namespaces = new Map<PlainFile, object>()
    const valueOf = (binding: PlainBinding): unknown => {
      if ('url' in binding) {
        const namespace = runtime.external(binding.url)
        return binding.name === undefined ? namespace : (namespace as Record<string, unknown>)[binding.name]
      }
      return binding.name === undefined
        ? namespaces.get(binding.file)
        : getters.get(binding.file)![binding.name]!()
    }
    let last: object = {}
    for (const file of this.#files) {
      const { path, imports, exports, module } = file
      const name = ownName(this.#real, path)
      const own: Record<string, unknown> = {}
      for (const [local, binding] of imports) own[local] = valueOf(binding)
      const scope = {
        imports: own,
        path,
        timers,
        meta: () => runtime.meta(name),
        importer: () => runtime.importer(name),
      }
      last = {}
      module.run(scope, (found) => getters.set(file, found))
      for (const [exported, binding] of exports) {
        const isOwn = 'file' in binding && binding.file === file && binding.name !== undefined
        const get = isOwn ? getters.get(file)![binding.name]! : () => valueOf(binding)
        Object.defineProperty(last, exported, { get, enumerable: true })
      }
      namespaces.set(file, last)
    }
    runtime.entry(last)
  }

  remap(): void {
    // Every line is where the author has it.
  }
}
