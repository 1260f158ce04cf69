import type { Config, ConfigEntry } from '../model/decision.ts'
import type { TextFact } from '../model/facts.ts'
import type { Problem } from '../model/problem.ts'
import { byPlace } from './by-place.ts'
import { config as validate } from './compiled-schemas.js'
import { freeze } from './freeze.ts'
import { parseJson } from './json.ts'
import type { JsonPath } from './json-places.ts'
import { mismatches } from './mismatch.ts'
import { mismatchHint } from './mismatch-hint.ts'
import { nameFlaw, nameHint } from './plugin-name.ts'
import { rememberPlaces } from './remembered-places.ts'
import { shown } from './shown.ts'

/** The config, or the problems that keep it from being used: errors, and the warnings beside them. */
type ConfigJudgement = { readonly config: Config } | { readonly problems: readonly Problem[] }

/** Judges the config file. Never throws. */
export type ConfigJudge = (fact: TextFact) => ConfigJudgement

interface Written {
  readonly plugins?: readonly Readonly<{
    name: string
    enabled?: boolean
    settings?: Record<string, unknown>
  }>[]
  readonly unlisted?: 'on' | 'off'
}

/**
 * Makes the judge of the config file. Comments and trailing commas are allowed. A missing file is an empty config.
 * @param schemas the published ones: hints are their descriptions. The check itself was made of them by the build.
 */
export function createConfigJudge(schemas: { readonly config: object }): ConfigJudge {
  return (fact) => {
    if (fact.kind === 'refused') return { problems: [fact.problem] }
    if (fact.kind === 'missing') return { config: emptyConfig() }
    const file = fact.path
    const { sound, value, problems: found, places } = parseJson(fact.text, 'comments', file)
    if (!sound) return { problems: found }

    const problems: Problem[] = [...found]
    const warn = (path: JsonPath, message: string, hint: string): void => {
      const code = 'ERR_PLUGIN_CONFIG_INVALID'
      problems.push({ code, severity: 'warning', file, ...places.of(path), message, hint })
    }

    if (!validate(value)) {
      for (const mismatch of mismatches(validate.errors ?? [], value, {
        secret: ([, , key]) => key === 'settings',
      })) {
        const { path, part, kind, keyword, message } = mismatch
        // Only names have one, and a name that no plugin can have harms nobody: see below.
        if (keyword === 'pattern') continue
        const hint = mismatchHint(mismatch, schemas.config, file.slice(file.search(/[^/\\]*$/)))
        const place = places.of(path, part)
        problems.push(
          kind === 'unknown'
            ? { code: 'ERR_PLUGIN_KEY_UNKNOWN', severity: 'warning', file, ...place, message, hint }
            : { code: 'ERR_PLUGIN_CONFIG_INVALID', severity: 'error', file, ...place, message, hint },
        )
      }
    }
    if (problems.some(({ severity }) => severity === 'error')) return { problems: problems.sort(byPlace) }

    const entries = new Map<string, ConfigEntry>()
    const { plugins = [], unlisted = 'on' } = value as Written
    for (const [index, { name, enabled, settings }] of plugins.entries()) {
      const flaw = nameFlaw(name)
      if (flaw !== undefined) {
        const message = `No plugin can be named ${shown(name)}: the name ${flaw}.`
        warn(['plugins', index, 'name'], message, nameHint(name))
        continue
      }
      const first = entries.get(name)
      if (first) {
        const message = `The plugin "${name}" has another entry in line ${first.line}; this one counts.`
        warn(['plugins', index], message, 'Merge the two entries.')
      }
      if (settings) {
        rememberPlaces(settings, (path, part) => ({
          file,
          ...places.of(['plugins', index, 'settings', ...path], part),
        }))
      }
      entries.set(name, {
        name,
        ...(enabled !== undefined && { enabled }),
        ...(settings && { settings: freeze(settings) }),
        // Computed when somebody asks: the tree behind places takes longer to build than the config to parse.
        get line() {
          return places.of(['plugins', index]).line
        },
        get column() {
          return places.of(['plugins', index]).column
        },
      })
    }
    return { config: { path: file, entries, unlisted, problems: problems.sort(byPlace) } }
  }
}

/** What a start goes by while the config file cannot be used: nobody can say what it turns off. */
export function unusableConfig(path: string): Config {
  return { path, entries: new Map(), unlisted: 'off', unusable: true, problems: [] }
}

function emptyConfig(): Config {
  return { path: '', entries: new Map(), unlisted: 'on', problems: [] }
}
