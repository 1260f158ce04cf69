import type { Config, ConfigEntry } from '../model/decision.ts'
import type { TextFact } from '../model/facts.ts'
import type { Problem, ProblemCode } from '../model/problem.ts'
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
    const report = (code: ProblemCode, path: JsonPath, message: string, hint: string): Problem => {
      const problem: Problem = { code, severity: 'error', file, ...places.of(path), message, hint }
      problems.push(problem)
      return problem
    }
    const warn = (
      code: ProblemCode,
      path: JsonPath,
      part: 'key' | 'value',
      message: string,
      hint: string,
    ): void => {
      problems.push({ code, severity: 'warning', file, ...places.of(path, part), message, hint })
    }

    if (!validate(value)) {
      for (const mismatch of mismatches(validate.errors ?? [], value, {
        secret: ([, , key]) => key === 'settings',
      })) {
        const { path, part, kind, keyword, message } = mismatch
        // A name that no plugin can have harms nobody: see below.
        if (keyword === 'pattern' && path.length === 3 && path[2] === 'name') continue
        const hint = mismatchHint(mismatch, schemas.config, file.slice(file.search(/[^/\\]*$/)))
        if (kind === 'unknown') warn('ERR_PLUGIN_KEY_UNKNOWN', path, part, message, hint)
        else report('ERR_PLUGIN_CONFIG_INVALID', path, message, hint)
      }
    }
    if (problems.some(({ severity }) => severity === 'error')) return { problems: problems.sort(byPlace) }

    const entries = new Map<string, ConfigEntry>()
    const { plugins = [], unlisted = 'on' } = value as Written
    for (const [index, { name, enabled, settings }] of plugins.entries()) {
      const flaw = nameFlaw(name)
      if (flaw !== undefined) {
        const message = `No plugin can be named ${shown(name)}: the name ${flaw}.`
        warn('ERR_PLUGIN_CONFIG_INVALID', ['plugins', index, 'name'], 'value', message, nameHint(name))
        continue
      }
      const first = entries.get(name)
      if (first) {
        const message = `The plugin "${name}" has another entry in line ${first.line}; this one counts.`
        warn('ERR_PLUGIN_CONFIG_INVALID', ['plugins', index], 'value', message, 'Merge the two entries.')
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
  return { path, entries: new Map(), unlisted: 'off', problems: [] }
}

function emptyConfig(): Config {
  return { path: '', entries: new Map(), unlisted: 'on', problems: [] }
}
