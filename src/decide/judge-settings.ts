import type { ErrorObject, Options, ValidateFunction } from 'ajv'

import type { Candidate } from '../model/decision.ts'
import type { Problem, ProblemCode } from '../model/problem.ts'
import { loadAjv } from './ajv.js'
import { byPlace } from './by-place.ts'
import { draft07 as isSchema } from './compiled-schemas.js'
import { freeze } from './freeze.ts'
import type { JsonPath } from './json-places.ts'
import { mismatches, pathText } from './mismatch.ts'
import type { Mismatch } from './mismatch.ts'
import { placesOf } from './remembered-places.ts'
import type { Locate } from './remembered-places.ts'
import { shown } from './shown.ts'

/** The settings, complete and frozen; or why the plugin can't have them. */
type SettingsJudgement =
  | { readonly settings: Readonly<Record<string, unknown>> }
  | { readonly problems: readonly Problem[] }

/**
 * Judges the settings that a plugin would get. Never throws.
 * @param candidate its `metadata.settings` is the schema; without one everything is allowed.
 * @param sources what was configured, weakest first: the config file's entry, then the program's. Of a key at the top
 *   that several have, the strongest counts. Each may be `undefined`.
 */
export type SettingsJudge = (
  candidate: Candidate,
  ...sources: readonly (Readonly<Record<string, unknown>> | undefined)[]
) => SettingsJudgement

type Source = Readonly<Record<string, unknown>>
type Compiled = ValidateFunction | { readonly flaws: readonly SchemaFlaw[] }
interface SchemaFlaw {
  readonly path: JsonPath
  readonly message: string
}

const options: Options = { allErrors: true, verbose: true, strict: false, logger: false, useDefaults: true }
const draft = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/

/**
 * Makes the judge of settings. A schema is compiled once for as long as its object lives, by an ajv of its own: ajv
 * keeps every schema that it has ever compiled, also after `removeSchema`. Without a schema ajv is not even evaluated.
 */
export function createSettingsJudge(): SettingsJudge {
  const compiled = new WeakMap<object, Compiled>()

  function compile(schema: object): Compiled {
    const { $schema, $async } = schema as { $schema?: unknown; $async?: unknown }
    if ($schema !== undefined && !(typeof $schema === 'string' && draft.test($schema))) {
      const found = typeof $schema === 'string' ? shown($schema) : 'something else'
      return {
        flaws: [{ path: ['$schema'], message: `\`settings.$schema\` should be draft-07, but is ${found}.` }],
      }
    }
    if ($async !== undefined) {
      return {
        flaws: [
          { path: ['$async'], message: '`settings.$async` is not supported: settings are judged at once.' },
        ],
      }
    }
    try {
      if (!isSchema(schema)) {
        const found = mismatches(isSchema.errors ?? [], schema, { prefix: 'settings' })
        return { flaws: found.map(({ path, message }) => ({ path, message })) }
      }
      const { Ajv, addFormats } = loadAjv()
      const ajv = new Ajv({ ...options, validateSchema: false })
      addFormats(ajv)
      return ajv.compile(schema)
    } catch (error) {
      return { flaws: [{ path: [], message: `\`settings\` can't be used: ${(error as Error).message}.` }] }
    }
  }

  return (candidate, ...given) => {
    const sources = given.filter((source) => source !== undefined)
    const schema = candidate.metadata?.settings
    const settings = merged(sources)
    if (schema === undefined) return { settings: freeze(settings) }
    let validate = compiled.get(schema)
    if (validate === undefined) compiled.set(schema, (validate = compile(schema)))
    if (typeof validate !== 'function') {
      return { problems: validate.flaws.map((flaw) => schemaProblem(candidate, schema, flaw)).sort(byPlace) }
    }
    try {
      if (validate(settings)) return { settings: freeze(settings) }
    } catch (cause) {
      const message = 'The settings could not be compared with their schema.'
      const hint = 'They refer to themselves, or the schema does, without an end.'
      return { problems: [{ ...problemOf(candidate, 'ERR_PLUGIN_SETTINGS_INVALID', message, hint), cause }] }
    }
    return {
      problems: valueProblems(candidate, schema, sources, validate.errors ?? [], settings).sort(byPlace),
    }
  }
}

function merged(sources: readonly Source[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  const copies = new Map<object, unknown>()
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      if (key !== '__proto__') settings[key] = copied(value, copies)
    }
  }
  return settings
}

/** A deep copy of lists and plain objects; what is of a class is handed on as it is. */
function copied(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    const list: unknown[] = []
    copies.set(value, list)
    for (const item of value) list.push(copied(item, copies))
    return list
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const copy: Record<string, unknown> = {}
  copies.set(value, copy)
  for (const [key, item] of Object.entries(value)) {
    if (key !== '__proto__') copy[key] = copied(item, copies)
  }
  return copy
}

function schemaProblem(candidate: Candidate, schema: object, { path, message }: SchemaFlaw): Problem {
  const hint = 'Correct the schema in metadata.json; it is JSON Schema, draft-07.'
  return problemOf(candidate, 'ERR_PLUGIN_SETTINGS_SCHEMA', message, hint, placesOf(schema)?.(path))
}

function valueProblems(
  candidate: Candidate,
  schema: object,
  sources: readonly Source[],
  errors: readonly ErrorObject[],
  settings: unknown,
): Problem[] {
  // Values may be secrets, and problems go into logs and onto a page.
  return mismatches(errors, settings, { prefix: 'settings', secret: () => true }).map((mismatch) => {
    const { path, part, message } = mismatch
    const source = sourceOf(path, sources)
    const locate: Locate | undefined = source && placesOf(source)
    const hint = settingsHint(mismatch, candidate, source, locate !== undefined)
    // What no file says is shown where it is asked for.
    const place = locate?.(path, part) ?? placesOf(schema)?.(schemaPath(path))
    return problemOf(candidate, 'ERR_PLUGIN_SETTINGS_INVALID', message, hint, place)
  })
}

/** Where a schema most likely speaks of a value. */
function schemaPath(path: JsonPath): JsonPath {
  return path.flatMap((step) => (typeof step === 'number' ? ['items'] : ['properties', step]))
}

/** Who said what is at a path; of something that nobody said, the strongest who could have. */
function sourceOf(path: JsonPath, sources: readonly Source[]): Source | undefined {
  const [key] = path
  return sources.findLast((source) => key !== undefined && Object.hasOwn(source, key)) ?? sources.at(-1)
}

function settingsHint(
  { kind, meant, known = [], path }: Mismatch,
  { name }: Candidate,
  source: Source | undefined,
  inFile: boolean,
): string {
  if (meant !== undefined) return `Did you mean "${meant}"?`
  const where =
    inFile || source === undefined ? `the entry of "${name}" in the config file` : "the program's settings"
  if (kind === 'unknown') return `Remove it from ${where}. Known here: ${known.join(', ') || 'nothing'}.`
  return `${kind === 'missing' ? 'Add' : 'Correct'} \`${pathText(path, 'settings')}\` in ${where}.`
}

function problemOf(
  { name, directory }: Candidate,
  code: ProblemCode,
  message: string,
  hint: string,
  place?: ReturnType<Locate>,
): Problem {
  const file = directory === '' ? {} : { file: `${directory}/metadata.json` }
  return { code, severity: 'error', plugin: name, ...(place ?? file), message, hint }
}
