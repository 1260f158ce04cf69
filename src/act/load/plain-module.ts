import { dirname } from 'node:path'
import vm from 'node:vm'
import { timerNames } from '../code.ts'
import type { OwnedTimers } from '../code.ts'
import { isNeverWritten } from './never-written.ts'
import type { PlainSource } from './plain-source.ts'

/** What evaluating one module takes. */
export interface PlainScope {
  /** By local name. */
  readonly imports: Record<string, unknown>
  readonly path: string
  readonly timers: OwnedTimers
  readonly meta: () => object
  readonly importer: () => unknown
}

/** Gets how to read each exported name, before the module runs. */
type Define = (getters: Getters) => void

/** Live, by exported name. */
export type Getters = Readonly<Record<string, () => unknown>>

const given = ['__dirname', '__filename', ...timerNames]

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
      (getters.length === 0 ? '' : `${define}({${getters.join()}});`)
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

  /** Evaluates the module. It throws what the module throws. */
  run({ imports, path, timers, meta, importer }: PlainScope, define: Define): void {
    const { source } = this
    if (source.meta !== undefined) imports[source.meta] = meta()
    if (source.importing !== undefined) imports[source.importing] = importer()
    const known: Readonly<Record<string, unknown>> = {
      ...timers,
      __dirname: dirname(path),
      __filename: path,
    }
    let getters: Getters = {}
    const keep = (own: Getters): void => define((getters = own))
    this.#run.call(undefined, imports, keep, ...this.#parameters.map((name) => known[name]))()
    if (source.anonymous !== undefined) nameDefault(getters['default']?.(), source.anonymous)
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

/** A function without a name of its own is called `default`. */
function nameDefault(value: unknown, given: string): void {
  if (typeof value === 'function' && value.name === given) {
    Object.defineProperty(value, 'name', { value: 'default', configurable: true })
  }
}

function unusedIn(text: string, name: string): string {
  return text.includes(name) ? unusedIn(text, `${name}_`) : name
}
