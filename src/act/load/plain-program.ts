import { dirname } from 'node:path'
import type { OwnedTimers } from '../code.ts'
import { ownName } from './own-files.ts'
import { exportsOf, importsOf } from './plain-graph.ts'
import type { PlainBinding, PlainFile } from './plain-graph.ts'
import type { Program } from './program.ts'
import type { UnitRuntime } from './unit.ts'

interface Part {
  readonly file: PlainFile
  readonly name: string
  readonly place: { readonly dirname: string; readonly filename: string }
  readonly imports: ReadonlyMap<string, PlainBinding>
  readonly exports: ReadonlyMap<string, PlainBinding>
}

type Getters = Readonly<Record<string, () => unknown>>

/** ES modules that need no compiler, in memory. Each call of `instantiate` evaluates them anew. */
export class PlainProgram implements Program {
  readonly #parts: readonly Part[]

  /** @param files in the order in which they are evaluated, the entry last */
  constructor(real: string, files: readonly PlainFile[]) {
    this.#parts = files.map((file) => ({
      file,
      name: ownName(real, file.path),
      place: { dirname: dirname(file.path), filename: file.path },
      imports: importsOf(file),
      exports: exportsOf(file),
    }))
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
    for (const { file, name, place, imports, exports } of this.#parts) {
      const scope = {
        imports: Object.fromEntries([...imports].map(([local, binding]) => [local, valueOf(binding)])),
        timers,
        meta: () => runtime.meta(name),
        importer: () => runtime.importer(name),
      }
      last = {}
      file.module.run(scope, place, (own) => getters.set(file, own))
      for (const [exported, binding] of exports) {
        const own = 'file' in binding && binding.file === file && binding.name !== undefined
        const get = own ? getters.get(file)![binding.name]! : () => valueOf(binding)
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
