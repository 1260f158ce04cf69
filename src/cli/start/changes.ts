import { basename } from 'node:path'
import type { Problem } from '../../model/problem.ts'
import type { PluginSnapshot } from '../../model/snapshot.ts'
import { milliseconds, TONES } from '../terminal/table.ts'
import type { Tone } from '../terminal/terminal.ts'

/** What became of one plugin. */
export interface Change {
  readonly name: string
  readonly what: string
  readonly tone: Tone
}

/** What differs between two looks at the plugins, in words, one for each that changed. */
export function changes(before: readonly PluginSnapshot[], after: readonly PluginSnapshot[]): Change[] {
  const old = new Map(before.map((plugin) => [key(plugin), plugin]))
  const now = new Map(after.map((plugin) => [key(plugin), plugin]))
  const found: Change[] = []
  const moved = new Set<string>()
  for (const [at, plugin] of old) {
    if (now.has(at)) continue
    if (plugin.state === 'active' && after.some((one) => isNew(one, old, plugin.name))) moved.add(plugin.name)
    else found.push(removed(plugin))
  }
  for (const [at, plugin] of now) {
    const was = old.get(at)
    const change = was ? changed(was, plugin) : appeared(plugin, moved)
    if (change) found.push(change)
  }
  return found
}

function key({ name, directory }: PluginSnapshot): string {
  return `${name} ${directory}`
}

/** Active in a folder in which it was not before. */
function isNew(plugin: PluginSnapshot, old: ReadonlyMap<string, PluginSnapshot>, name: string): boolean {
  return plugin.name === name && plugin.state === 'active' && !old.has(key(plugin))
}

function removed({ name, state }: PluginSnapshot): Change {
  return { name, what: state === 'active' ? 'stopped: it was removed' : 'removed', tone: 'soft' }
}

function appeared(plugin: PluginSnapshot, moved: ReadonlySet<string>): Change {
  if (plugin.state !== 'active') return toState(plugin)
  return live(plugin, moved.has(plugin.name) ? `moved to ${basename(plugin.directory)}` : 'started')
}

function changed(was: PluginSnapshot, plugin: PluginSnapshot): Change | undefined {
  const { name, state, generation, problem } = plugin
  const sameState = was.state === state
  if (state === 'active' && was.generation !== generation) {
    if (!sameState) return live(plugin, 'started')
    if (problem?.severity === 'error' && !same(was.problem, problem))
      return { name, what: `could not start its new files; went back, generation ${generation}`, tone: 'bad' }
    return live(
      plugin,
      was.version === plugin.version ? 'reloaded' : `reloaded, ${was.version} -> ${plugin.version}`,
    )
  }
  if (!sameState) return state === 'off' && was.state === 'active' ? stopped(plugin) : toState(plugin)
  if (same(was.problem, problem)) return undefined
  if (!problem) return { name, what: 'all is well again', tone: 'good' }
  if (problem.severity === 'warning') return undefined
  if (state !== 'active') return { name, what: `still ${state}`, tone: TONES[state] }
  if (problem.code === 'ERR_PLUGIN_UNHANDLED') return undefined
  return { name, what: `its new files do not run; generation ${generation} goes on`, tone: 'bad' }
}

function live({ name, generation, timings, ms }: PluginSnapshot, what: string): Change {
  const took = what.startsWith('reloaded') ? timings.reload : ms
  return { name, what: `${what}, generation ${generation}, ${milliseconds(took)} ms`, tone: 'good' }
}

function stopped({ name, because }: PluginSnapshot): Change {
  return { name, what: `stopped: ${because}`, tone: 'soft' }
}

function toState({ name, state, because }: PluginSnapshot): Change {
  return { name, what: state === 'active' ? 'active' : `${state}: ${because}`, tone: TONES[state] }
}

function same(a: Problem | undefined, b: Problem | undefined): boolean {
  return a?.code === b?.code && a?.message === b?.message && a?.file === b?.file && a?.line === b?.line
}
