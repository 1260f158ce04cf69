import satisfies from 'semver/functions/satisfies.js'
import { remembering } from './remembering.ts'

/** Thousands of plugins ask the same few questions, and parsing a version costs more than all the rest of the order. */
const answer = remembering((question) => {
  const space = question.indexOf(' ')
  return satisfies(question.slice(0, space), question.slice(space + 1))
})

/** Whether `version` is in the semver `range`. `*` takes prereleases too; a range that does not parse takes nothing. */
export function versionFits(version: string, range: string): boolean {
  return range === '*' || range === '' || answer(`${version} ${range}`)
}
