import { nearest } from '../../decide/nearest.ts'
import { nameFlaw, nameHint } from '../../decide/plugin-name.ts'
import type { Survey } from '../../survey.ts'
import { printable } from '../terminal/terminal.ts'

/**
 * Why names cannot be taken, with the nearest known ones; `undefined` if they can. A name that only the config file has
 * is known: its folder may come later.
 * @param force takes a name that nothing has yet, but none that no plugin can have
 */
export function toggleRefusal(
  names: readonly string[],
  { wanted, config, directory, problems }: Survey,
  force: boolean,
): string | undefined {
  const known = new Set([...wanted.verdicts.keys(), ...config.entries.keys()])
  const lines: string[] = []
  let mayBeForced = false
  for (const name of new Set(names)) {
    if (known.has(name)) continue
    const flaw = nameFlaw(name)
    const near = nearest(name, [...known].sort())
    const meant = near === undefined ? '' : `\n(Did you mean ${near}?)`
    if (flaw !== undefined) {
      lines.push(
        `error: no plugin can be named '${printable(name)}': the name ${flaw}${meant || `. ${nameHint(name)}`}`,
      )
    } else if (!force) {
      mayBeForced = true
      lines.push(`error: no plugin is named '${name}'${meant}`)
    }
  }
  if (lines.length === 0) return undefined
  const noFolder = problems.find(({ code }) => code === 'ERR_PLUGIN_DIRECTORY')
  if (noFolder) lines.push(`${noFolder.message} ${noFolder.hint}`)
  else if (known.size === 0) lines.push(`There are no plugins in ${directory}.`)
  if (mayBeForced) lines.push('--force writes a name for a plugin that is still to come.')
  return lines.join('\n')
}
