import type { Candidate, Config, ProgramEntry } from '../model/decision.ts'
import type { Metadata } from '../model/metadata.ts'
import type { Problem } from '../model/problem.ts'
import { clause } from './clause.ts'
import type { SettingsJudge } from './judge-settings.ts'

export interface HealthInput {
  readonly config: Config
  readonly program: ReadonlyMap<string, ProgramEntry>
  /** Asked once for each whole plugin that is on, with what the config file and then the program configure. */
  readonly settings: SettingsJudge
  /** Whether a candidate that is not whole has had its time. */
  readonly incompleteIsInvalid: (candidate: Candidate) => boolean
}

/** Whether a plugin's own files and settings let it run. */
export type Health =
  | {
      readonly state: 'whole'
      readonly metadata: Metadata
      readonly settings: Readonly<Record<string, unknown>>
    }
  | { readonly state: 'invalid' | 'incomplete'; readonly because: string; readonly problem?: Problem }

/** What is to be said of a candidate's own files and settings; each is judged once, when somebody asks. */
export function healthWith(
  input: HealthInput,
  held: ReadonlyMap<string, Candidate>,
): (name: string) => Health {
  const known = new Map<string, Health>()
  const judge = (name: string): Health => {
    const candidate = held.get(name)
    const metadata = candidate?.metadata
    const error = candidate === undefined ? undefined : firstError(candidate)
    if (error !== undefined) return { state: 'invalid', because: clause(error.message), problem: error }
    if (candidate?.incomplete === true)
      return unfinished(name, candidate, input.incompleteIsInvalid(candidate))
    if (candidate === undefined || metadata === undefined)
      return { state: 'invalid', because: 'no metadata.json' }
    const inFile = input.config.entries.get(name)?.settings
    const answer = input.settings(candidate, inFile, input.program.get(name)?.settings)
    if ('settings' in answer) return { state: 'whole', metadata, settings: answer.settings }
    const problem = answer.problems.find((one) => one.severity === 'error') ?? answer.problems[0]
    const because = problem === undefined ? 'its settings are invalid' : clause(problem.message)
    return { state: 'invalid', because, ...(problem === undefined ? {} : { problem }) }
  }
  return (name) => {
    let health = known.get(name)
    if (health === undefined) known.set(name, (health = judge(name)))
    return health
  }
}

/** Whether a candidate's files, apart from its settings, let it run. */
export function isUsable(candidate: Candidate): boolean {
  return candidate.metadata !== undefined && !candidate.incomplete && firstError(candidate) === undefined
}

function firstError(candidate: Candidate): Problem | undefined {
  return candidate.problems.find((problem) => problem.severity === 'error')
}

function unfinished(name: string, candidate: Candidate, overdue: boolean): Health {
  const noted = candidate.problems.find(({ code }) => code === 'ERR_PLUGIN_ENTRY_MISSING')
  const main = candidate.metadata?.main
  const missing = main === undefined ? 'no plugin.* and no index.*' : `no ${main}, which "main" names`
  if (!overdue) return { state: 'incomplete', because: `settling: no entry yet, ${missing}` }
  const problem: Problem = {
    code: 'ERR_PLUGIN_ENTRY_MISSING',
    plugin: name,
    ...(candidate.directory === '' ? {} : { file: `${candidate.directory}/metadata.json` }),
    message: `${name} has no entry: there is ${missing}.`,
    hint: 'Add plugin.js or plugin.ts to the folder, or name the entry as "main" in metadata.json.',
    ...noted,
    severity: 'error',
  }
  return { state: 'invalid', because: clause(problem.message), problem }
}
