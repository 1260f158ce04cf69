import type { Opinion, Verdict } from '../../model/decision.ts'
import type { Problem } from '../../model/problem.ts'
import type { Survey } from '../../survey.ts'
import { opinionPlace } from './opinion-place.ts'
import { plainProblem } from '../../model/plain-problem.ts'
import type { PlainProblem } from '../../model/plain-problem.ts'
import { remedy } from './remedy.ts'
import type { Remedy, RemedyOptions } from './remedy.ts'
import { surveyProblems } from '../problems/survey-problems.ts'

/** One source's word, and where it says it. */
export interface PlacedOpinion extends Opinion, Pick<Problem, 'file' | 'line' | 'column'> {}

/** Another plugin, and what becomes of it; `missing` where there is none. */
export interface Neighbour {
  readonly name: string
  readonly state: Verdict['state'] | 'missing'
}

/** Everything that is to be said of why a plugin runs, or does not. */
export interface Explanation {
  readonly name: string
  readonly version: string | null
  readonly description: string | null
  readonly state: Verdict['state']
  readonly because: string
  readonly directory: string
  /** Who has the say. */
  readonly decision: PlacedOpinion | null
  /** Who had a say and lost; strongest first. */
  readonly lost: readonly PlacedOpinion[]
  /** From the plugin to what blocks it; empty unless another plugin does. */
  readonly path: readonly string[]
  /** What is wrong at the end of that path. */
  readonly reason: string | null
  readonly dependencies: readonly Neighbour[]
  readonly dependents: readonly Neighbour[]
  readonly problems: readonly PlainProblem[]
  readonly change: Remedy
}

/** Explains a plugin that is there. */
export function explanation(name: string, survey: Survey, options: RemedyOptions): Explanation {
  const { verdicts, dependents } = survey.wanted
  const { state, because, candidate, decision, path = [], dependencies } = verdicts.get(name)!
  const withPlace = ({ source, enabled, because: says }: Opinion): PlacedOpinion => ({
    source,
    enabled,
    because: says,
    ...opinionPlace({ source, enabled, because: says }, name, survey),
  })
  const neighbour = (other: string): Neighbour => ({
    name: other,
    state: verdicts.get(other)?.state ?? 'missing',
  })
  return {
    name,
    version: candidate.metadata?.version ?? null,
    description: candidate.metadata?.description ?? null,
    state,
    because,
    directory: candidate.directory,
    decision: decision ? withPlace(decision) : null,
    lost: (decision?.lost ?? []).map(withPlace),
    path,
    reason: reason(path, verdicts),
    dependencies: dependencies.map(neighbour),
    dependents: (dependents.get(name) ?? []).map(neighbour),
    problems: surveyProblems(survey)
      .filter(({ plugin }) => plugin === name)
      .map(plainProblem),
    change: remedy(name, survey, options),
  }
}

/** What the last plugin on a path that is blocked itself says. */
function reason(path: readonly string[], verdicts: ReadonlyMap<string, Verdict>): string | null {
  const last = path.findLast((name) => verdicts.get(name)?.state === 'blocked')
  return last === undefined ? null : `${last} ${verdicts.get(last)!.because}`
}
