import { nearest } from '../../decide/nearest.ts'
import type { Survey } from '../../survey.ts'
import { where } from '../start/report.ts'
import { printable } from '../terminal/terminal.ts'

/**
 * Says on stderr that there is no plugin of such a name, who mentions it all the same, and which one may be meant.
 * @returns the exit code for wrong usage
 */
export function unknownName(name: string, { wanted, problems }: Survey): number {
  const known = [...wanted.verdicts.keys()]
  const meant = nearest(name, known)
  const mentioned = problems
    .filter(({ code, plugin }) => code === 'ERR_PLUGIN_NOT_FOUND' && plugin === name)
    .map((problem) => [where(problem, process.cwd()), problem.message].filter(Boolean).join(': '))
  const few = known.length > 0 && known.length <= 12 ? `There are: ${known.join(', ')}.` : ''
  const lines = [
    `error: no plugin is named '${name}'`,
    ...mentioned,
    meant === undefined ? few : `(Did you mean ${meant}?)`,
  ]
  process.stderr.write(`${printable(lines.filter(Boolean).join('\n'))}\n`)
  return 2
}
