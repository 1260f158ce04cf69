import type { Metadata } from '../model/metadata.ts'
import { freeze } from './freeze.ts'
import { plain } from './shown.ts'

type PluginSet = readonly string[] | Readonly<Record<string, string>>

/** metadata.json as people write it, valid. */
interface Written extends Partial<Omit<Metadata, 'dependencies' | 'optionalDependencies'>> {
  readonly name: string
  readonly version: string
  readonly dependencies?: PluginSet
  readonly optionalDependencies?: PluginSet
  readonly core_version?: string
}

// Most plugins have none of these: the same for all of them.
const none = Object.freeze({})
const noGlobs: readonly string[] = Object.freeze([])

const freeTexts = ['description', 'author', 'identifier', 'license', 'homepage'] as const

/** Completes valid metadata with its defaults: lists of plugins become maps, free text loses control characters. Frozen. */
export function normalMetadata(valid: object): Metadata {
  const written = valid as Written
  const { name, version, main, settings, watch = noGlobs, routes, reload = 'restart', enabled } = written
  const metadata: { -readonly [Key in keyof Metadata]: Metadata[Key] } = {
    name,
    version,
    dependencies: ranges(written.dependencies),
    optionalDependencies: ranges(written.optionalDependencies),
    engines: engineRanges(written),
    watch,
    routes: routes?.prefix === undefined ? none : { prefix: routes.prefix },
    reload,
  }
  if (enabled !== undefined) metadata.enabled = enabled
  if (main !== undefined) metadata.main = main
  if (settings !== undefined) metadata.settings = settings
  for (const key of freeTexts) {
    const text = written[key]
    if (text !== undefined) metadata[key] = plain(text)
  }
  return freeze(metadata)
}

/** The ranges that metadata asks for, what is not a string left out. plugo's `core_version` stands for `engines.plugbay`. */
export function engineRanges(raw: object): Metadata['engines'] {
  const { engines, core_version: core } = raw as Record<string, unknown>
  if (engines === undefined && core === undefined) return none
  const { plugbay = core, host, node } = (engines ?? {}) as Record<string, unknown>
  return {
    ...(typeof plugbay === 'string' && { plugbay }),
    ...(typeof host === 'string' && { host }),
    ...(typeof node === 'string' && { node }),
  }
}

function ranges(plugins: PluginSet | undefined): Readonly<Record<string, string>> {
  if (plugins === undefined) return none
  if (!isList(plugins)) return { ...plugins }
  return Object.fromEntries(plugins.map((name) => [name, '*']))
}

function isList(plugins: PluginSet): plugins is readonly string[] {
  return Array.isArray(plugins)
}
