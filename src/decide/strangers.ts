import type { Config, ProgramEntry } from '../model/decision.ts'
import type { Problem } from '../model/problem.ts'
import type { EnabledPlugins } from './enabled-plugins.ts'
import { suggestions } from './suggestions.ts'

/**
 * A warning for each name that the program, the environment or the config file mentions and that no plugin has. What
 * was said of it holds as soon as it is there.
 */
export function strangers(
  names: ReadonlyMap<string, unknown>,
  program: ReadonlyMap<string, ProgramEntry>,
  enabledPlugins: EnabledPlugins | undefined,
  config: Config,
): Problem[] {
  const problems: Problem[] = []
  const suggest = suggestions(names.keys())
  const report = (
    name: string,
    speaker: string,
    place?: { file: string; line: number; column: number },
  ): void => {
    if (names.has(name)) return
    problems.push({
      code: 'ERR_PLUGIN_NOT_FOUND',
      severity: 'warning',
      plugin: name,
      ...place,
      message: `${speaker} names ${name}, which is not there${suggest(name)}.`,
      hint: `Correct the name, or put a folder into the plugins folder whose metadata.json has that name.`,
    })
  }
  for (const [name, entry] of program) report(name, upperFirst(entry.because))
  for (const name of [...(enabledPlugins?.on ?? []), ...(enabledPlugins?.off ?? [])].sort()) {
    report(name, 'ENABLED_PLUGINS')
  }
  const file = config.path.replace(/^.*[/\\]/, '')
  for (const [name, { line, column }] of config.entries)
    report(name, file, { file: config.path, line, column })
  return problems
}

function upperFirst(text: string): string {
  return text.startsWith('the ') ? `T${text.slice(1)}` : text
}
