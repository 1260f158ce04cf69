import vm from 'node:vm'
import { timerNames } from '../code.ts'
import type { OwnedTimers } from '../code.ts'
import { isNeverWritten } from './never-written.ts'
import type { PlainSource } from './plain-source.ts'

/** What evaluating one module takes. */
export interface PlainScope {
  /** By local name. */
  readonly imports: Readonly<Record<string, unknown>>
  readonly timers: OwnedTimers
  readonly meta: () => object
  readonly importer: () => unknown
}

/** Gets how to read each exported name, before the module runs. */
type Define = (getters: Readonly<Record<string, () => unknown>>) => void

const given = ['__dirname', '__filename', 'require', 'exports', 'module', ...timerNames]

/** A plain ES module, compiled. Each call of `run` evaluates it anew. */
export class PlainModule {
  readonly source: Omit<PlainSource, 'text'>
  readonly #run: (...values: unknown[]) => () => void
  readonly #parameters: readonly string[]
  readonly #prefix: string
  readonly #constant = new Map<string, boolean>()

  /** @throws SyntaxError for what only a compiler can make of it what it is */
  constructor(path: string, { text, ...source }: PlainSource) {
    this.source = source
    const locals = source.imports.flatMap(({ names }) => names.map(([, local]) => local))
    const own = [source.meta, source.importing].filter((name) => name !== undefined)
    // What a file imports under such a name is its own.
    this.#parameters = given.filter((name) => text.includes(name) && !locals.includes(name))
    const values = unusedIn(text, '$values')
    const define = unusedIn(text, '$define')
    const getters = [...source.exports].map(([name, local]) => `${name}:()=>${local}`)
    const names = [...own, ...locals]
    const prefix =
      // Functions, too, can be declared once only in a block, as in a module.
      `"use strict";return(()=>{{${names.length === 0 ? '' : `const{${names.join()}}=${values};`}` +
      `${getters.length === 0 ? '' : `${define}({${getters.join()}});`}`
    this.#prefix = prefix
    this.#run = vm.compileFunction(`${prefix}${text}\n}})`, [values, define, ...this.#parameters], {
      filename: path,
      columnOffset: -prefix.length,
      // A string that becomes code can still say `import()`.
      ...(/\bFunction\b/.test(text) && {
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      }),
    }) as (...values: unknown[]) => () => void
  }

  run(
    { imports, timers, meta, importer }: PlainScope,
    path: { dirname: string; filename: string },
    define: Define,
  ): void {
    const { source } = this
    const values: Record<string, unknown> = { ...imports }
    if (source.meta !== undefined) values[source.meta] = meta()
    if (source.importing !== undefined) values[source.importing] = importer()
    const known: Readonly<Record<string, unknown>> = {
      ...timers,
      __dirname: path.dirname,
      __filename: path.filename,
    }
    this.#run.call(undefined, values, define, ...this.#parameters.map((name) => known[name]))()
  }

  /** Whether an exported name keeps the value that it has once the module was evaluated. */
  isConstant(name: string): boolean {
    const local = this.source.exports.get(name)
    if (local === undefined || this.source.constant.has(name)) return local !== undefined
    let constant = this.#constant.get(local)
    if (constant === undefined) {
      // V8 keeps the text anyway.
      const text = Function.prototype.toString.call(this.#run)
      constant = isNeverWritten(text.slice(text.indexOf(this.#prefix) + this.#prefix.length), local)
      this.#constant.set(local, constant)
    }
    return constant
  }
}

function unusedIn(text: string, name: string): string {
  return text.includes(name) ? unusedIn(text, `${name}_`) : name
}
