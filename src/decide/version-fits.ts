import satisfies from 'semver/functions/satisfies.js'

/** Thousands of plugins ask the same few questions, and parsing a version costs more than all the rest of the order. */
const known = new Map<string, boolean>()
const MOST_KNOWN = 1000

/** Whether `version` is in the semver `range`. `*` takes prereleases too; a range that does not parse takes nothing. */
export function versionFits(version: string, range: string): boolean {
  if (range === '*' || range === '') return true
  const question = `${version} ${range}`
  let answer = known.get(question)
  if (answer === undefined) {
    answer = satisfies(version, range)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(question, answer)
  }
  return answer
}
