import type { Config, Decision, Opinion, ProgramEntry } from '../model/decision.ts'
import type { EnabledPlugins } from './enabled-plugins.ts'

export interface SelectInput {
  /** Plugins that are there, sorted. */
  readonly names: readonly string[]
  readonly program: ReadonlyMap<string, ProgramEntry>
  /** `undefined` while the variable is not set. */
  readonly enabledPlugins: EnabledPlugins | undefined
  readonly config: Config
  /** `enabled` as metadata.json has it; `undefined` where it is not written. */
  readonly enabled: (name: string) => boolean | undefined
  /** Names that a plugin cannot do without. Asked once for each plugin that is on. */
  readonly needs: (name: string) => Iterable<string>
}

const NONE: readonly Opinion[] = []
const env = (enabled: boolean, because: string): Opinion => ({ source: 'environment', enabled, because })
const NAMED = env(true, 'ENABLED_PLUGINS names it')
const ALL = env(true, 'ENABLED_PLUGINS says *')
const UNNAMED = env(false, 'ENABLED_PLUGINS does not name it')
const says = (enabled: boolean): Opinion => ({
  source: 'metadata',
  enabled,
  because: `metadata.json says enabled: ${enabled}`,
})
const METADATA = { on: says(true), off: says(false) }
const UNLISTED = {
  on: { source: 'unlisted', enabled: true, because: 'unlisted is "on"' },
  off: { source: 'unlisted', enabled: false, because: 'unlisted is "off"' },
} as const satisfies Record<string, Opinion>

/**
 * Decides which plugins are on, and keeps the opinions that lost.
 *
 * Strongest first: the program, the environment, an entry of the config file, `enabled` in metadata.json, `unlisted`.
 * A plugin that is on pulls in what it needs, through any number of plugins, whatever the defaults say of that:
 * defaults are "what the environment does not name is off", metadata.json and `unlisted`. What somebody turned off by
 * name stays off, and then that is the decision, also where a default said so too. A config file that cannot be used
 * turns nothing off by name.
 */
export function select(input: SelectInput): Map<string, Decision> {
  const decisions = new Map<string, Decision>()
  const on: string[] = []
  for (const name of input.names) {
    const opinions = opinionsOn(name, input)
    decisions.set(name, decide(opinions[0] ?? UNLISTED.on, opinions))
    if (opinions[0]?.enabled === true) on.push(name)
  }
  // Grows while it is walked.
  for (const dependent of on) {
    for (const name of [...input.needs(dependent)].sort()) {
      if (decisions.get(name)?.enabled !== false) continue
      const opinions = opinionsOn(name, input)
      const explicit = opinions.find((opinion) => isExplicit(opinion, input.config))
      if (explicit?.enabled === false) {
        decisions.set(name, decide(explicit, opinions))
      } else {
        const pulled = { source: 'dependency', enabled: true, because: `needed by ${dependent}` } as const
        decisions.set(name, decide(pulled, opinions))
        on.push(name)
      }
    }
  }
  return decisions
}

/** Strongest first; `unlisted` is always the last, unless the config file cannot be used. */
function opinionsOn(name: string, input: SelectInput): Opinion[] {
  const opinions: Opinion[] = []
  const program = input.program.get(name)
  if (program?.enabled !== undefined) {
    opinions.push({ source: 'program', enabled: program.enabled, because: program.because })
  }
  const variable = input.enabledPlugins
  if (variable !== undefined) {
    if (variable.off.has(name)) opinions.push(env(false, `ENABLED_PLUGINS says !${name}`))
    else if (variable.on.has(name)) opinions.push(NAMED)
    else opinions.push(variable.all ? ALL : UNNAMED)
  }
  const { entries, path, unlisted, unusable } = input.config
  const file = path.replace(/^.*[/\\]/, '')
  const entry = entries.get(name)
  if (entry?.enabled !== undefined) {
    const because = `${file}:${entry.line}:${entry.column}`
    opinions.push({ source: 'config', enabled: entry.enabled, because })
  } else if (unusable) {
    opinions.push({ source: 'config', enabled: false, because: `${file} cannot be used` })
  }
  const written = input.enabled(name)
  if (written !== undefined) opinions.push(written ? METADATA.on : METADATA.off)
  if (!unusable) opinions.push(UNLISTED[unlisted])
  return opinions
}

function isExplicit(opinion: Opinion, { unusable }: Config): boolean {
  const { source } = opinion
  if (source === 'config') return unusable !== true
  return source !== 'metadata' && source !== 'unlisted' && opinion !== UNNAMED
}

function decide(winner: Opinion, opinions: readonly Opinion[]): Decision {
  const { source, enabled, because } = winner
  const lost =
    opinions.length === 1 && opinions[0] === winner ? NONE : opinions.filter((one) => one !== winner)
  return { source, enabled, because, lost }
}
