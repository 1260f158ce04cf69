import type { Problem, ProblemCode } from '../../model/problem.ts'
import { codePosition } from '../../model/code-position.ts'

/** An import that went wrong: who asked for what, and where. */
export interface FaultyImport {
  readonly plugin: string
  /** The plugin's folder, links followed. */
  readonly real: string
  /** The file that asked. */
  readonly file: string
  readonly specifier: string
  readonly cause?: unknown
  /** The place. Without it, it is the line of the file that this is called from, some frames up. */
  readonly line?: number
  readonly column?: number
}

/** The specifier leads nowhere. */
export function missingImportProblem(faulty: FaultyImport): Problem {
  const { real, specifier } = faulty
  return {
    ...place(faulty, 'ERR_PLUGIN_IMPORT_MISSING'),
    message: `Cannot find '${specifier}'.`,
    hint: /^(?:[./#]|file:)/.test(specifier)
      ? 'Check the path: nothing is there.'
      : `Run \`npm i ${packageName(specifier)}\` in ${real}, or in the application.`,
    ...(faulty.cause !== undefined && { cause: faulty.cause }),
  }
}

/** The specifier leads into another plugin's folder. */
export function crossImportProblem(faulty: FaultyImport & { readonly other: string }): Problem {
  const { other, specifier } = faulty
  return {
    ...place(faulty, 'ERR_PLUGIN_IMPORT_CROSS'),
    message: `'${specifier}' is a file of the plugin ${other}.`,
    hint: `Name ${other} in "dependencies" of metadata.json and use ctx.plugin('${other}').`,
  }
}

function place(
  faulty: FaultyImport,
  code: ProblemCode,
): Pick<Problem, 'code' | 'severity' | 'plugin' | 'file' | 'line' | 'column'> {
  const { plugin, file, line, column } = faulty
  const at = line === undefined ? codePosition(callers(), [faulty.real]) : { file, line, column }
  return {
    code,
    severity: 'error',
    plugin,
    file,
    ...(at?.file === file && { line: at.line, ...(at.column !== undefined && { column: at.column }) }),
  }
}

/** A stack long enough to reach through Node's own frames. */
function callers(): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 100
  const error = new Error('callers')
  error.stack = String(error.stack)
  Error.stackTraceLimit = stackTraceLimit
  return error
}

/** `@scope/name` or `name` of a bare specifier. */
function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
