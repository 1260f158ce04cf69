import type { Problem } from '../model/problem.ts'
import { compileFast } from './compile-fast.ts'
import { compileFull } from './compile-full.ts'
import type { CompileRequest } from './compile-options.ts'
import type { EsbuildShare } from './esbuild-service.ts'
import type { CompiledUnit } from './unit-format.ts'

/** Compiles plugins into units, each in the quickest way that will do. */
export class UnitCompiler {
  readonly #esbuild: EsbuildShare
  /** Folders of which the quick way could not make a unit; it is not tried again. */
  readonly #demanding = new Set<string>()

  constructor(esbuild: EsbuildShare) {
    this.#esbuild = esbuild
  }

  /** @param open CommonJS files of the plugin load own ES modules by names that are not known */
  async compile(
    request: CompileRequest,
    open: boolean,
  ): Promise<{ readonly unit: CompiledUnit } | { readonly problem: Problem }> {
    const { real } = request.plugin
    return this.#esbuild.use(async (esbuild) => {
      if (!open && request.entryIsCompiled && !this.#demanding.has(real)) {
        const unit = await compileFast(esbuild, request)
        if (unit !== undefined) return { unit }
      }
      const outcome = await compileFull(esbuild, request, open)
      if ('unit' in outcome) this.#demanding.add(real)
      return outcome
    })
  }
}
