import type { Problem } from '../../model/problem.ts'
import { survey } from '../../survey.ts'
import type { Survey } from '../../survey.ts'
import type { CheckOptions } from '../check.ts'
import { plainProblem } from '../../model/plain-problem.ts'
import { printJson } from '../terminal/print-json.ts'
import { problemLines } from '../problems/problem-lines.ts'
import { surveyProblems } from '../problems/survey-problems.ts'
import { terminal } from '../terminal/terminal.ts'
import { unknownNames } from '../problems/unknown-names.ts'
import { openToAll } from './open-to-all.ts'

/**
 * Prints what is wrong with plugins and the config.
 * @param names those plugins only; all if there are none
 * @returns the exit code: 1 if there is an error, or, if that counts, a warning; text is what was wrong with the usage
 */
export async function checkPlugins(
  names: readonly string[],
  options: CheckOptions,
): Promise<number | string> {
  const found = await survey(options)
  const unknown = unknownNames(names, found)
  if (unknown !== undefined) return unknown

  const asked = new Set(names.length > 0 ? names : found.wanted.verdicts.keys())
  const loadable = found.wanted.order.filter((name) => options.load && asked.has(name))
  const folders = [...asked].map((name) => found.wanted.verdicts.get(name)!.candidate.directory)
  const ofLoading = await loaded(loadable, found, options)
  const refused = new Set(ofLoading.map(({ plugin, severity }) => severity === 'error' && plugin))
  const problems = openToAll([found.directory, ...folders])
    .concat(surveyProblems(found))
    .filter(({ plugin }) => names.length === 0 || plugin === undefined || asked.has(plugin))
    .concat(ofLoading)
    .sort(byPlugin)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const isFine = errors === 0 && (!options.strict || warnings === 0)

  if (options.json) {
    printJson({
      directory: found.directory,
      config: found.configFile,
      ok: isFine,
      errors,
      warnings,
      checked: [...asked],
      loaded: loadable,
      problems: problems.map(plainProblem),
    })
  } else {
    const out = terminal(process.stdout, process.env)
    const notes = terminal(process.stderr, process.env)
    const from = process.cwd()
    for (const problem of problems) out.print(problemLines(problem, from, out))
    const what = `${counted(asked.size, 'plugin')}${options.load ? `, ${loadable.filter((name) => !refused.has(name)).length} loaded` : ''}`
    const result = problems.length === 0 ? 'no problems' : counts(errors, warnings)
    notes.print(notes.paint('soft', `${what}: ${result}`))
    const skipped = names.filter((name) => options.load && !loadable.includes(name))
    for (const name of skipped) {
      const { state, because } = found.wanted.verdicts.get(name)!
      notes.print(notes.paint('soft', `${name} is not loaded: it is ${state} (${because})`))
    }
  }
  return isFine ? 0 : 1
}

async function loaded(
  names: readonly string[],
  found: Survey,
  { timeout }: CheckOptions,
): Promise<Problem[]> {
  if (names.length === 0) return []
  const { checkLoad } = await import('./check-load.ts')
  return checkLoad(names, found, timeout)
}

/** What is of no plugin first. */
function byPlugin({ plugin: a = '' }: Problem, { plugin: b = '' }: Problem): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function counts(errors: number, warnings: number): string {
  return [errors > 0 ? counted(errors, 'error') : '', warnings > 0 ? counted(warnings, 'warning') : '']
    .filter(Boolean)
    .join(', ')
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
