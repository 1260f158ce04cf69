import type { Verdict } from '../../model/decision.ts'
import type { Problem } from '../../model/problem.ts'
import type { Survey } from '../../survey.ts'
import { folderArguments, quoted } from '../folder-options.ts'
import type { FolderOptions } from '../folder-options.ts'
import { placed, placeOfDependency } from '../problems/survey-problems.ts'

/** The one thing that makes a plugin run, or stops it: a command, or a place to mend. */
export interface Remedy {
  readonly to: 'on' | 'off'
  /** To be typed, or set in the environment of the host. */
  readonly command?: string
  readonly place?: Pick<Problem, 'file' | 'line' | 'column'>
  /** What to do at that place. */
  readonly hint?: string
}

export interface RemedyOptions extends FolderOptions {
  /** `ENABLED_PLUGINS`, as it is set. */
  readonly enabledPlugins: string | undefined
}

/** What would change whether a plugin runs. Of a plugin that runs: what stops it; else: what starts it. */
export function remedy(name: string, survey: Survey, options: RemedyOptions): Remedy {
  const verdict = survey.wanted.verdicts.get(name)!
  switch (verdict.state) {
    case 'on':
      return toggled(verdict, 'off', survey, options)
    case 'off':
      return toggled(verdict, 'on', survey, options)
    case 'blocked':
      return unblocked(verdict, survey, options)
    case 'invalid':
    case 'incomplete':
      return mend(verdict.problem, survey)
  }
}

function toggled(
  { name, decision }: Verdict,
  to: 'on' | 'off',
  survey: Survey,
  options: RemedyOptions,
): Remedy {
  const { enabledPlugins } = options
  if (decision?.source === 'environment')
    return { to, command: `ENABLED_PLUGINS=${quoted(changed(enabledPlugins ?? '', name, to))}` }
  const broken = survey.problems.find(
    ({ severity, file }) => severity === 'error' && file === survey.configFile,
  )
  // No command writes into a file that it cannot read.
  if (broken) return { ...mend(broken, survey), to }
  return { to, command: `plugbay ${to === 'on' ? 'enable' : 'disable'} ${name}${folderArguments(options)}` }
}

/** What ends the path is off, or not valid, or not there, or of another version; or the path is a circle. */
function unblocked(verdict: Verdict, survey: Survey, options: RemedyOptions): Remedy {
  const { path = [], problem } = verdict
  const [before = verdict.name, last] = path.slice(-2)
  const blocker = last === undefined ? undefined : survey.wanted.verdicts.get(last)
  if (blocker?.state === 'off') return toggled(blocker, 'on', survey, options)
  if (blocker?.state === 'invalid') return mend(blocker.problem, survey)
  // A dependent on a circle: the circle is what is to be mended.
  if (blocker?.state === 'blocked' && !isCircle(path)) return unblocked(blocker, survey, options)
  const place = placeOfDependency(before, last, survey)
  return { ...mend(problem, survey), ...(place && { place }) }
}

function isCircle(path: readonly string[]): boolean {
  return path.length > 1 && path[0] === path.at(-1)
}

function mend(problem: Problem | undefined, survey: Survey): Remedy {
  if (!problem) return { to: 'on' }
  const { file, line, column, hint } = placed(problem, survey)
  return {
    to: 'on',
    place: { ...(file !== undefined && { file }), ...(line !== undefined && { line, column }) },
    hint,
  }
}

/** The variable with a name turned on or off. */
function changed(value: string, name: string, to: 'on' | 'off'): string {
  const words = value
    .split(',')
    .map((word) => word.trim().replace(/^!\s*/, '!'))
    .filter((word) => word !== '' && word !== name && word !== `!${name}`)
  const isAll = words.includes('*') && !words.includes('!*')
  if (to === 'off') return [...words, `!${name}`].join(',')
  return (isAll ? words : [...words, name]).join(',')
}
