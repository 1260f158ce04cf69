import { noPlugins } from '../no-plugins.ts'
import { nearest } from '../../decide/nearest.ts'
import { nameFlaw, nameHint } from '../../decide/plugin-name.ts'
import type { Survey } from '../../survey.ts'
import { printable } from '../terminal/terminal.ts'
import { where } from '../terminal/where.ts'

/** As many names are listed when none of them is near. */
const FEW = 12

/**
 * Why names cannot be taken, who mentions them all the same, and which ones may be meant; `undefined` if they can.
 * @param force of a command that writes names, to which those in the config file are known, too: takes names that
 *   nothing has yet, but none that no plugin can have
 */
export function unknownNames(names: readonly string[], survey: Survey, force?: boolean): string | undefined {
  const { wanted, config, directory, problems } = survey
  const known = [
    ...new Set([...wanted.verdicts.keys(), ...(force === undefined ? [] : config.entries.keys())]),
  ]
  const unknown = [...new Set(names)].filter((name) => !known.includes(name))
  const refused = unknown.filter((name) => force !== true || nameFlaw(name) !== undefined)
  if (refused.length === 0) return undefined

  const lines = refused.flatMap((name) => linesOf(name, known.toSorted(), survey))
  const noFolder = problems.find(({ code }) => code === 'ERR_PLUGIN_DIRECTORY')
  if (noFolder) lines.push(`${noFolder.message} ${noFolder.hint}`)
  else if (known.length === 0) lines.push(noPlugins(directory))
  if (force === false && refused.some((name) => nameFlaw(name) === undefined))
    lines.push('--force writes a name for a plugin that is still to come.')
  return printable(lines.join('\n'))
}

function linesOf(name: string, known: readonly string[], { problems }: Survey): string[] {
  const flaw = nameFlaw(name)
  const near = nearest(name, known)
  const meant = near === undefined ? [] : [`(Did you mean ${near}?)`]
  if (flaw !== undefined) {
    const said = `error: no plugin can be named '${name}': the name ${flaw}`
    return near === undefined ? [`${said}. ${nameHint(name)}`] : [said, ...meant]
  }
  const mentioned = problems
    .filter(({ code, plugin }) => code === 'ERR_PLUGIN_NOT_FOUND' && plugin === name)
    .map((problem) => [where(problem, process.cwd()), problem.message].filter(Boolean).join(': '))
  const few =
    near === undefined && known.length > 0 && known.length <= FEW ? [`There are: ${known.join(', ')}.`] : []
  return [`error: no plugin is named '${name}'`, ...mentioned, ...meant, ...few]
}
