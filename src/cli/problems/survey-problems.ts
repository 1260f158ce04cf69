import path from 'node:path'
import { createPlaces } from '../../decide/json-places.ts'
import type { JsonPath, Place } from '../../decide/json-places.ts'
import type { Problem } from '../../model/problem.ts'
import type { Survey } from '../../survey.ts'

/**
 * Everything that a survey found wrong, as somebody who asked for it wants to hear it: with the line in metadata.json
 * that is to be mended, and with a plugins folder that is not there as an error.
 */
export function surveyProblems(survey: Survey): Problem[] {
  return survey.problems.map((problem) => placed(problem, survey))
}

/** One of them. */
export function placed(problem: Problem, survey: Survey): Problem {
  return problem.code === 'ERR_PLUGIN_DIRECTORY'
    ? { ...problem, severity: 'error' }
    : { ...problem, ...placeOf(problem, survey) }
}

/** Where something in a plugin's metadata.json stands; `undefined` if the file could not be read. */
export function placeInMetadata(
  directory: string,
  at: JsonPath,
  survey: Survey,
): (Place & { readonly file: string }) | undefined {
  const fact = survey.facts.get(directory)?.metadata
  return fact?.kind === 'text' ? { file: fact.path, ...createPlaces(fact.text).of(at, 'key') } : undefined
}

/** Where a plugin names another one that it cannot do without. */
export function placeOfDependency(
  name: string,
  dependency: string | undefined,
  survey: Survey,
): (Place & { readonly file: string }) | undefined {
  const directory = survey.wanted.verdicts.get(name)?.candidate.directory
  const fact = directory === undefined ? undefined : survey.facts.get(directory)?.metadata
  if (directory === undefined || fact?.kind !== 'text') return undefined
  const { dependencies } = JSON.parse(fact.text) as { dependencies?: unknown }
  const step = Array.isArray(dependencies) ? dependencies.indexOf(dependency) : (dependency ?? '')
  return placeInMetadata(directory, ['dependencies', step], survey)
}

function placeOf({ code, severity, plugin, file, line }: Problem, survey: Survey): object | undefined {
  if (file === undefined || line !== undefined || plugin === undefined) return undefined
  const directory = path.dirname(file)
  if (code === 'ERR_PLUGIN_NAME_TAKEN') return placeInMetadata(directory, ['name'], survey)
  if (!code.startsWith('ERR_PLUGIN_DEPENDENCY_')) return undefined
  if (severity === 'warning') return placeInMetadata(directory, ['optionalDependencies'], survey)
  return placeOfDependency(plugin, survey.wanted.verdicts.get(plugin)?.path?.[1], survey)
}
