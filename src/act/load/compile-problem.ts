import { isAbsolute, join } from 'node:path'
import type { Message } from 'esbuild'
import type { Problem } from '../../model/problem.ts'
import { missingImportProblem } from './import-problem.ts'
import type { PluginFiles } from './plugin-files.ts'
import { problemOf } from './problem-of.ts'

/** What a resolver or loader of ours knows of a problem; esbuild adds the place. */
export type PartialProblem = Pick<Problem, 'code' | 'message' | 'hint'> & { readonly cause?: unknown }

/** The first of the errors that a build ended with, as a problem. */
export function compileProblem(plugin: PluginFiles, errors: readonly Message[]): Problem {
  const error = errors.find((message) => message.detail !== undefined) ?? errors[0]
  if (error === undefined) throw new Error('A build without errors has no problem.')
  const { location, text } = error
  const inFile = location !== null && location.namespace === '' && !location.file.startsWith('plugbay:')
  const file = !inFile
    ? join(plugin.real, plugin.entry)
    : isAbsolute(location.file)
      ? location.file
      : join(plugin.real, location.file)
  const place = inFile
    ? { line: location.line, column: characters(location.lineText, location.column) + 1 }
    : {}
  const others = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
  const base = { severity: 'error', plugin: plugin.name, file, ...place } as const
  const detail: unknown = error.detail
  if (isPartial(detail)) return { ...base, ...detail, message: detail.message + others }
  const known = problemOf(detail)
  if (known) return { ...known, message: known.message + others }
  if (detail !== undefined) {
    const hint = 'Check that the files are there, and that this user may read them.'
    return { ...base, code: 'ERR_PLUGIN_LOAD', message: `It could not be compiled: ${text}${others}`, hint }
  }
  const missing = /^Could not resolve "(.*)"$/.exec(text)?.[1]
  if (missing !== undefined) {
    const problem = missingImportProblem({
      plugin: plugin.name,
      real: plugin.real,
      file,
      specifier: missing,
      ...place,
    })
    return { ...base, code: problem.code, message: problem.message + others, hint: problem.hint }
  }
  return { ...base, ...describe(text, others) }
}

/** Anything else that a resolver or loader threw is an error of the file system, say, and no problem yet. */
function isPartial(detail: unknown): detail is PartialProblem {
  return typeof detail === 'object' && detail !== null && 'code' in detail && 'hint' in detail
}

function describe(text: string, others: string): PartialProblem {
  const shown = text.replace(/"plugbay-(?:external|commonjs):([^"]*)\|"/, '"$1"').replace(/\.$/, '')
  const message = `${shown}.${others}`
  if (text.startsWith('No matching export')) {
    const hint = text.includes('"plugbay-')
      ? 'Mend the name; of CommonJS import the default export, and take the name from that.'
      : 'Export it there, or mend the name here.'
    return { code: 'ERR_PLUGIN_IMPORT_MISSING', message, hint }
  }
  if (text.startsWith('No loader is configured')) {
    return {
      code: 'ERR_PLUGIN_IMPORT_MISSING',
      message,
      hint: 'Only code and JSON can be imported; read other files with node:fs.',
    }
  }
  return {
    code: 'ERR_PLUGIN_SYNTAX',
    message,
    hint: 'Mend the code and save: the plugin is loaded again at once.',
  }
}

/** esbuild counts columns in bytes. */
function characters(line: string, bytes: number): number {
  return Buffer.from(line).subarray(0, bytes).toString().length
}
