import vm from 'node:vm'
import { init, parse } from 'es-module-lexer'
import type { Problem } from '../../model/problem.ts'
import { timerNames } from '../code.ts'
import type { OwnedTimers } from '../code.ts'
import { rememberProblem } from './problem-of.ts'

/** `import()` as one file sees it. */
export type ImportFunction = (specifier: unknown, options?: ImportCallOptions) => Promise<unknown>

/** The function that Node wraps around a CommonJS file. */
type ModuleFunction = (
  this: unknown,
  exports: unknown,
  require: unknown,
  module: unknown,
  filename: string,
  dirname: string,
) => unknown

/** A compiled CommonJS file. */
export interface CommonjsFile {
  /** Gives the module function of one generation. */
  instantiate(timers: () => OwnedTimers, importFunction: () => ImportFunction): ModuleFunction
  /** The code, near enough to look for exports in it. V8 keeps it anyway. */
  text(): string
}

const moduleNames = ['exports', 'require', 'module', '__filename', '__dirname']

// The timers are parameters of an outer function, so that a file may declare the same names itself. The parentheses
// around the inner one make V8 compile it at once: it always runs.
const prefix = `return(function(${moduleNames.join()}){`
const suffix = '\n})'

/** Resolves when {@link compileCommonjs} can be called. */
export const commonjsReady: Promise<void> = init()

/**
 * Compiles a CommonJS file, without running it. Lines and columns of stack traces are those of the file.
 * @throws SyntaxError as Node would, with its place in the first lines of `stack`.
 */
export function compileCommonjs(path: string, content: string, plugin: string): CommonjsFile {
  const source = plainText(content)
  const timed = usesTimers.test(source)
  const importing = usesImport.test(source)
  try {
    return timed || importing ? compileWithOwn(path, source, timed, importing) : new PlainFile(path, source)
  } catch (error) {
    throw plainSyntaxError(path, source, plugin) ?? error
  }
}

/** Most files need nothing but what Node gives them: one function less to compile. */
class PlainFile implements CommonjsFile {
  readonly #source: string
  readonly #run: ModuleFunction

  constructor(path: string, source: string) {
    this.#source = source
    this.#run = vm.compileFunction(source, moduleNames, { filename: path }) as ModuleFunction
  }

  instantiate(): ModuleFunction {
    return this.#run
  }

  text(): string {
    return this.#source
  }
}

/** A file that names a timer or `import` gets its generation's own. */
function compileWithOwn(path: string, source: string, timed: boolean, importing: boolean): CommonjsFile {
  const { text, name } = importing ? withOwnImport(source) : { text: source, name: unusedName(source, 6) }
  const outer = vm.compileFunction(prefix + text + suffix, [...timerNames, name], {
    filename: path,
    columnOffset: -prefix.length,
    // A string that becomes code can still say `import()`.
    ...(mayEvaluateImport.test(source) && {
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }),
  })
  return {
    instantiate(timers, importFunction) {
      const own = importing ? importFunction() : undefined
      if (!timed) return outer(...noTimers, own) as ModuleFunction
      const owned = timers()
      return outer(...timerNames.map((timer) => owned[timer]), own) as ModuleFunction
    },
    text: () => Function.prototype.toString.call(outer),
  }
}

// What a file does not name it cannot use, unless it makes code of a string.
const usesTimers = /(?:Timeout|Interval|Immediate)\b|\beval\b/
const noTimers = timerNames.map(() => undefined)
const usesImport = /\bimport\b|\beval\b/
const mayEvaluateImport = /\b(?:eval|Function)\b[^]*\bimport\b|\bimport\b[^]*\b(?:eval|Function)\b/

/** The text without a byte order mark, its `#!` line made a comment. */
export function plainText(text: string): string {
  const start = text.codePointAt(0) === 0xfe_ff ? 1 : 0
  if (text.startsWith('#!', start)) return `//${text.slice(start + 2)}`
  return start === 0 ? text : text.slice(start)
}

/**
 * Replaces `import` of each `import()` by a name as long as the word. `import()` of Node's own would load a second,
 * unclearable copy of the plugin's own files.
 */
function withOwnImport(source: string): { text: string; name: string } {
  const name = unusedName(source, 6)
  if (!/\bimport\b/.test(source)) return { text: source, name }
  let text = ''
  let from = 0
  try {
    for (const found of parse(source)[0]) {
      if (found.type !== 'dynamic') continue
      text += source.slice(from, found.importStart) + name
      from = found.importStart + name.length
    }
  } catch {
    return { text: source, name }
  }
  return { text: text + source.slice(from), name }
}

/** An identifier of this length that the text does not contain. */
export function unusedName(text: string, length: number, count = 0): string {
  for (let number = count; ; number++) {
    const name = `$${number.toString(36).padStart(length - 1, '0')}`
    if (!text.includes(name)) return name
  }
}

/** Compiled without what is put around it, the file's error is the author's. */
function plainSyntaxError(path: string, source: string, plugin: string): SyntaxError | undefined {
  try {
    vm.compileFunction(source, moduleNames, { filename: path })
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) return undefined
    rememberProblem(error, syntaxProblem(path, error, plugin))
    return error
  }
}

function syntaxProblem(path: string, error: SyntaxError, plugin: string): Problem {
  const [place = '', , caret = ''] = (error.stack ?? '').split('\n')
  const line = Number(/:(\d+)$/.exec(place)?.[1] ?? Number.NaN)
  const column = /^\s*\^/.test(caret) ? caret.indexOf('^') + 1 : undefined
  return {
    code: 'ERR_PLUGIN_SYNTAX',
    severity: 'error',
    plugin,
    file: path,
    ...(Number.isFinite(line) && { line }),
    ...(column !== undefined && { column }),
    message: `${error.message}.`,
    hint: isModuleSyntax(error)
      ? 'This file is loaded as CommonJS: name it .mjs or .ts, or say "type": "module" in the nearest package.json.'
      : 'Mend the code and save: the plugin is loaded again at once.',
    cause: error,
  }
}

/** True if the error says that the text is an ES module; the same messages that Node goes by. */
export function isModuleSyntax(error: unknown): boolean {
  return (
    error instanceof SyntaxError &&
    [
      'Cannot use import statement outside a module',
      "Unexpected token 'export'",
      "Cannot use 'import.meta' outside a module",
      'await is only valid in async functions and the top level bodies of modules',
    ].includes(error.message)
  )
}
