import type { Candidate } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Problem } from '../model/problem.ts'
import { byPlace } from './by-place.ts'
import { metadata as validate } from './compiled-schemas.js'
import type { Versions } from './engines.ts'
import { chooseEntry } from './entry.ts'
import { parseJson } from './json.ts'
import type { Places } from './json-places.ts'
import { createMetadataRules } from './metadata-rules.ts'
import type { MetadataFlaw, RawMetadata } from './metadata-rules.ts'
import { mismatches } from './mismatch.ts'
import { mismatchHint } from './mismatch-hint.ts'
import { normalMetadata } from './normal-metadata.ts'
import { nameFlaw } from './plugin-name.ts'
import { rememberPlaces } from './remembered-places.ts'

/** Judges what one look at a plugin folder found. Never throws. */
export type MetadataJudge = (facts: FolderFacts) => Candidate

/** What is left of a metadata.json that may be used, and what was wrong with it on the way. */
interface Reading {
  readonly name: string
  readonly raw?: RawMetadata
  readonly entry?: string
  /** Valid, but for the entry that is not there. */
  readonly missing?: Problem
  readonly problems: readonly Problem[]
}

/**
 * Makes the judge of plugin folders: is metadata.json valid, does the plugin fit this host, and where does its code
 * begin? Every problem is reported at once, in the order of the file. A plugin whose only fault is that its entry is not
 * there is `incomplete`, and its `ERR_PLUGIN_ENTRY_MISSING` a warning.
 * @param schemas the published ones: hints are their descriptions. The check itself was made of them by the build.
 * @param versions what `engines` is compared with.
 */
export function createMetadataJudge(
  schemas: { readonly metadata: object },
  versions: Versions,
): MetadataJudge {
  const read = createReader(schemas.metadata, versions)
  return (facts) => {
    const { directory, real } = facts
    const { name, raw, entry, missing, problems: own } = read(facts)
    const valid = raw !== undefined && own.every(({ severity }) => severity === 'warning')
    const problems = [...own, ...facts.problems]
    // Of a plugin that is not whole yet it is no error yet.
    if (missing) problems.push({ ...missing, severity: valid ? 'warning' : 'error' })
    return {
      name,
      directory,
      real,
      ...(valid && { metadata: normalMetadata(raw) }),
      ...(entry !== undefined && { entry }),
      incomplete: valid && missing !== undefined,
      problems: problems.map((problem) => ({ ...problem, plugin: name })).sort(byPlace),
    }
  }
}

function createReader(schema: object, versions: Versions): (facts: FolderFacts) => Reading {
  const rules = createMetadataRules(versions)

  return ({ folder, metadata, files }) => {
    if (metadata.kind === 'refused') return { name: folder, problems: [metadata.problem] }
    const file = metadata.path
    if (metadata.kind === 'missing') return { name: folder, problems: [notThere(file)] }

    const { sound, value, problems: found, places } = parseJson(metadata.text, 'strict', file)
    const raw = isRecord(value) ? value : undefined
    const name =
      typeof raw?.['name'] === 'string' && nameFlaw(raw['name']) === undefined ? raw['name'] : folder
    if (!sound) return { name, problems: found }
    const flaws = validate(value) ? [] : schemaFlaws(value, schema)
    const problems = found.concat(flaws.map((flaw) => problemOf(flaw, file, places)))
    if (raw === undefined) return { name, problems }

    for (const flaw of rules(raw, folder)) problems.push(problemOf(flaw, file, places))
    const { settings, main } = raw
    if (isRecord(settings)) {
      rememberPlaces(settings, (path, part) => ({ file, ...places.of(['settings', ...path], part) }))
    }
    if (main !== undefined && (typeof main !== 'string' || main === '' || main.length > 1024)) {
      return { name, raw, problems }
    }
    const choice = chooseEntry(main, files)
    if (choice.kind === 'found') return { name, raw, entry: choice.entry, problems }
    const { kind, message, hint } = choice
    const code = kind === 'outside' ? 'ERR_PLUGIN_ENTRY_OUTSIDE' : 'ERR_PLUGIN_METADATA_INVALID'
    const problem = problemOf({ code, severity: 'error', path: ['main'], message, hint }, file, places)
    if (kind !== 'missing') return { name, raw, problems: [...problems, problem] }
    const missing: Problem = { ...problem, code: 'ERR_PLUGIN_ENTRY_MISSING' }
    return { name, raw, missing, problems }
  }
}

function schemaFlaws(value: unknown, schema: object): readonly MetadataFlaw[] {
  const flaws: MetadataFlaw[] = []
  for (const mismatch of mismatches(validate.errors ?? [], value)) {
    const { path, part, kind, keyword, message } = mismatch
    // The rules say this in better words.
    if (keyword === 'pattern' && path[0] === 'name') continue
    const hint = mismatchHint(mismatch, schema, 'metadata.json')
    flaws.push(
      kind === 'unknown'
        ? { code: 'ERR_PLUGIN_KEY_UNKNOWN', severity: 'warning', path, part, message, hint }
        : { code: 'ERR_PLUGIN_METADATA_INVALID', severity: 'error', path, part, message, hint },
    )
  }
  return flaws
}

function problemOf({ path, part, ...what }: MetadataFlaw, file: string, places: Places): Problem {
  return { ...what, file, ...places.of(path, part) }
}

function notThere(file: string): Problem {
  const message = 'There is no metadata.json.'
  const hint = 'Add one: { "name": "…", "version": "1.0.0" }.'
  return { code: 'ERR_PLUGIN_FILE_UNREADABLE', severity: 'error', file, message, hint }
}

function isRecord(value: unknown): value is RawMetadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
