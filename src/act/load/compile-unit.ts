import type { Problem } from '../../model/problem.ts'
import { compileFast } from './compile-fast.ts'
import { compileFull } from './compile-full.ts'
import { hasRenamed } from './compile-options.ts'
import type { CompileRequest } from './compile-options.ts'
import type { EsbuildShare } from './esbuild-service.ts'
import { FastBuilds } from './fast-builds.ts'
import type { CompiledUnit } from './unit-format.ts'

type Esbuild = typeof import('esbuild')

/** Compiles plugins into units, each in the quickest way that will do. */
export class UnitCompiler {
  readonly #esbuild: EsbuildShare
  readonly #builds = new FastBuilds()
  /** Folders of which the quick way could not make a unit; it is not tried again. */
  readonly #demanding = new Set<string>()
  /** Folders in which functions or classes would not keep their names. */
  readonly #named = new Set<string>()

  constructor(esbuild: EsbuildShare) {
    this.#esbuild = esbuild
  }

  /** Begins what {@link compile} will be asked for soon, if the quick way is likely to do. */
  foresee(request: Omit<CompileRequest, 'keepNames'>, open: boolean): void {
    const { real } = request.plugin
    if (!this.#isQuick(request, open)) return
    const named = { ...request, keepNames: this.#named.has(real) }
    this.#esbuild.use((esbuild) => this.#builds.foresee(esbuild, named)).catch(() => undefined)
  }

  /** What was foreseen of a folder came, or something else did. */
  release(real: string): void {
    this.#builds.release(real)
  }

  /** A folder is gone. */
  forget(real: string): void {
    this.#builds.forget(real)
  }

  /** @param open CommonJS files of the plugin load own ES modules by names that are not known */
  async compile(
    request: Omit<CompileRequest, 'keepNames'>,
    open: boolean,
  ): Promise<{ readonly unit: CompiledUnit } | { readonly problem: Problem }> {
    const { real } = request.plugin
    return this.#esbuild.use(async (esbuild) => {
      const first = await this.#compile(esbuild, { ...request, keepNames: this.#named.has(real) }, open)
      if ('problem' in first || this.#named.has(real)) return first
      if (!hasRenamed(first.unit.code, first.unit.map)) return first
      this.#named.add(real)
      return this.#compile(esbuild, { ...request, keepNames: true }, open)
    })
  }

  async #compile(
    esbuild: Esbuild,
    request: CompileRequest,
    open: boolean,
  ): Promise<{ readonly unit: CompiledUnit } | { readonly problem: Problem }> {
    const { real } = request.plugin
    if (this.#isQuick(request, open)) {
      const unit = await compileFast(esbuild, this.#builds, request)
      if (unit !== undefined) return { unit }
    }
    const outcome = await compileFull(esbuild, request, open)
    if ('unit' in outcome) this.#demanding.add(real)
    return outcome
  }

  #isQuick({ entryIsCompiled, plugin }: Omit<CompileRequest, 'keepNames'>, open: boolean): boolean {
    return !open && entryIsCompiled && !this.#demanding.has(plugin.real)
  }
}
