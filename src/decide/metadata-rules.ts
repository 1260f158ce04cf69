import coerce from 'semver/functions/coerce.js'
import valid from 'semver/functions/valid.js'
import validRange from 'semver/ranges/valid.js'

import type { Problem } from '../model/problem.ts'
import { createEngineCheck } from './engines.ts'
import type { Versions } from './engines.ts'
import type { JsonPath } from './json-places.ts'
import { engineRanges } from './normal-metadata.ts'
import { NAME_PATTERN, nameFlaw, nameHint } from './plugin-name.ts'
import { remembering } from './remembering.ts'
import { shown } from './shown.ts'

/** A problem of one place in metadata.json. */
export interface MetadataFlaw extends Pick<Problem, 'code' | 'severity' | 'message' | 'hint'> {
  readonly path: JsonPath
  readonly part?: 'key' | 'value'
}

/** metadata.json as it was found: any value may be anything. */
export type RawMetadata = Readonly<Record<string, unknown>>

/** What a rule adds to. */
type Flaws = MetadataFlaw[]

/** The schema says that there are too many. */
const MOST = 256

/** A glob may have so many stars in one part of a path. */
const STARS = 3

const plainVersion = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/

/**
 * Makes the rules for metadata that a JSON Schema can't say: names, versions, ranges, engines. Values of the wrong kind
 * are passed over, as the schema speaks of them.
 */
export function createMetadataRules(
  versions: Versions,
): (raw: RawMetadata, folder: string) => readonly MetadataFlaw[] {
  const checkEngines = createEngineCheck(versions)
  return (raw, folder) => {
    const flaws: Flaws = []
    nameRule(raw['name'], folder, flaws)
    versionRule(raw['version'], flaws)
    dependencyRule('dependencies', raw['dependencies'], flaws)
    dependencyRule('optionalDependencies', raw['optionalDependencies'], flaws)
    engineRule(raw, checkEngines, flaws)
    watchRule(raw['watch'], flaws)
    return flaws
  }
}

function nameRule(name: unknown, folder: string, flaws: Flaws): void {
  if (typeof name !== 'string') return
  const path = ['name']
  const flaw = nameFlaw(name)
  if (flaw !== undefined) {
    const message = `The name ${shown(name)} ${flaw}.`
    flaws.push({ code: 'ERR_PLUGIN_NAME_INVALID', severity: 'error', path, message, hint: nameHint(name) })
  } else if (folder !== '' && name !== folder) {
    const message = `The plugin is named ${shown(name)}, and its folder ${shown(folder)}.`
    const hint = 'It runs; rename one of the two so that people find it.'
    flaws.push({ code: 'ERR_PLUGIN_NAME_MISMATCH', severity: 'warning', path, message, hint })
  }
}

function versionRule(version: unknown, flaws: Flaws): void {
  if (typeof version !== 'string' || version.length > 64 || plainVersion.test(version)) return
  // semver lets a leading "v", "=" and blanks pass.
  if (/^\d\S*$/.test(version) && valid(version) !== null) return
  const like = coerce(version)?.version
  const message = `\`version\` should be a semver version, but is ${version === '' ? 'empty' : `the string ${shown(version)}`}.`
  const hint = `Write three numbers${like === undefined ? ', such as "1.0.0"' : `: "${like}"`}.`
  flaws.push(wrong(['version'], message, hint))
}

function dependencyRule(key: string, value: unknown, flaws: Flaws): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const [index, name] of value.slice(0, MOST).entries())
      dependencyNameRule(name, [key, index], 'value', flaws)
    return
  }
  for (const [name, range] of Object.entries(value).slice(0, MOST)) {
    dependencyNameRule(name, [key, name], 'key', flaws)
    rangeRule(range, [key, name], flaws)
  }
}

/** Names that the schema's pattern lets through, and that no plugin can have. */
function dependencyNameRule(name: unknown, path: JsonPath, part: 'key' | 'value', flaws: Flaws): void {
  if (typeof name !== 'string' || !NAME_PATTERN.test(name)) return
  const flaw = nameFlaw(name)
  if (flaw === undefined) return
  const message = `\`${path[0]}\` asks for ${shown(name)}, and no plugin can have that name: it ${flaw}.`
  flaws.push({ ...wrong(path, message, 'Name a plugin as its metadata.json does.'), part })
}

function engineRule(raw: RawMetadata, check: ReturnType<typeof createEngineCheck>, flaws: Flaws): void {
  const asked = engineRanges(raw)
  const own =
    typeof raw['engines'] === 'object' && raw['engines'] !== null ? (raw['engines'] as RawMetadata) : {}
  rangeRule(own['plugbay'], ['engines', 'plugbay'], flaws)
  rangeRule(own['host'], ['engines', 'host'], flaws)
  rangeRule(own['node'], ['engines', 'node'], flaws)
  rangeRule(raw['core_version'], ['core_version'], flaws)
  if (raw['core_version'] !== undefined && own['plugbay'] !== undefined) {
    const message = '`core_version` is passed over, as `engines.plugbay` is there.'
    const flaw = wrong(['core_version'], message, 'Remove one of the two.')
    flaws.push({ ...flaw, severity: 'warning', part: 'key' })
  }
  for (const { engine, severity, message, hint } of check(asked)) {
    const path = own[engine] === undefined ? ['core_version'] : ['engines', engine]
    flaws.push({ code: 'ERR_PLUGIN_ENGINE', severity, path, message, hint })
  }
}

/** Globs become regular expressions: those that could take for ever are none. */
function watchRule(globs: unknown, flaws: Flaws): void {
  if (!Array.isArray(globs)) return
  for (const [index, glob] of globs.slice(0, MOST).entries()) {
    const flaw = typeof glob === 'string' ? globFlaw(glob) : undefined
    if (flaw === undefined) continue
    const message = `\`watch[${index}]\` should be a glob of *, **, ?, [] and {}, but ${shown(glob)} ${flaw}.`
    flaws.push(wrong(['watch', index], message, 'Write a simpler one, such as "views/**", or several.'))
  }
}

function globFlaw(glob: string): string | undefined {
  if (/[()]/.test(glob)) return 'has round brackets'
  const stars = glob.split('/').map((part) => part.match(/\*+/g)?.length ?? 0)
  return Math.max(...stars) > STARS ? `has more than ${STARS} stars between two slashes` : undefined
}

const isRange = remembering((text) => validRange(text) !== null)

function rangeRule(range: unknown, path: JsonPath, flaws: Flaws): void {
  if (typeof range !== 'string' || range.length > 256 || isRange(range)) return
  const message = `\`${path.join('.')}\` should be a semver range, but is the string ${shown(range)}.`
  flaws.push(wrong(path, message, 'Write a range such as "^1.2", ">=1 <3" or "*".'))
}

function wrong(path: JsonPath, message: string, hint: string): MetadataFlaw {
  return { code: 'ERR_PLUGIN_METADATA_INVALID', severity: 'error', path, message, hint }
}
