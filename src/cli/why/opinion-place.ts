import { createPlaces } from '../../decide/json-places.ts'
import type { Opinion } from '../../model/decision.ts'
import type { Problem } from '../../model/problem.ts'
import { readConfigText } from '../../read/config-text.ts'
import type { Survey } from '../../survey.ts'
import { placeInMetadata } from '../problems/survey-problems.ts'

type Place = Pick<Problem, 'file' | 'line' | 'column'>

/** Where a source says whether a plugin is on; nothing for what stands in no file. */
export function opinionPlace({ source }: Opinion, name: string, survey: Survey): Place {
  const { config, configFile, wanted } = survey
  if (source === 'config') {
    const entry = config.entries.get(name)
    return entry ? { file: configFile, line: entry.line, column: entry.column } : {}
  }
  if (source === 'metadata')
    return placeInMetadata(wanted.verdicts.get(name)!.candidate.directory, ['enabled'], survey) ?? {}
  return source === 'unlisted' ? unlistedPlace(configFile) : {}
}

/** Where the config file says what becomes of those that it does not name, if it does. */
function unlistedPlace(file: string): Place {
  const fact = readConfigText(file)
  if (fact.kind !== 'text') return {}
  const places = createPlaces(fact.text)
  const { line, column } = places.of(['unlisted'], 'key')
  const isThere = places.of([]).line !== line || places.of([]).column !== column
  return isThere ? { file, line, column } : {}
}
