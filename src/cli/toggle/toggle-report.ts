import type { ConfigEdit } from '../../act/edit-config.ts'
import type { Verdict } from '../../model/decision.ts'
import type { Survey } from '../../survey.ts'
import { folded } from '../terminal/folded.ts'
import { paintedDiff } from './painted-diff.ts'
import { printJson } from '../terminal/print-json.ts'
import { where } from '../terminal/where.ts'
import { terminal } from '../terminal/terminal.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { ToggleOptions } from './toggle.ts'
import type { ToggleStep } from './toggle-steps.ts'

/** What `plugbay enable` or `plugbay disable` did, and what that comes to. */
export interface Toggled {
  readonly options: ToggleOptions
  readonly steps: readonly ToggleStep[]
  /** Names that the file says something else of than before. */
  readonly changed: ReadonlySet<string>
  readonly written: ConfigEdit
  /** What a start would have made of the files before. */
  readonly before: Survey
  /** What it makes of them with the new config. */
  readonly after: Survey
}

/** One plugin in the JSON of `enable` and `disable`. */
interface ToggledPlugin {
  readonly name: string
  /** It was not named, but brought in by this one. */
  readonly via?: string
  /** The file says something else of it than before. */
  readonly changed: boolean
  /** What it comes to at a start; `missing` while no folder has a plugin of that name. */
  readonly state: Verdict['state'] | 'missing'
  readonly because: string
  /** What is stronger than the file, and says otherwise. */
  readonly overruled?: string
}

/** A plugin that was not asked about, and comes to something else now. */
interface Affected {
  readonly name: string
  readonly from: Verdict['state']
  readonly to: Verdict['state']
  readonly because: string
}

/** More than these are counted, not listed. */
const MOST_AFFECTED = 10

/** Prints what was done to stdout, and what else there is to know to stderr. */
export async function toggleReport(toggled: Toggled): Promise<void> {
  const { options, written } = toggled
  const out = terminal(process.stdout, process.env)
  const file = where({ file: toggled.before.configFile }, process.cwd())
  const change = options.dryRun ? await changeOf(file, written) : ''
  if (options.json) {
    printJson(toJson(toggled, change))
    return
  }
  const notes = terminal(process.stderr, process.env)
  const done = options.dryRun ? notes : out
  if (change !== '') {
    // What is not for a terminal may be for `patch`: every byte counts.
    if (out.width === Infinity) process.stdout.write(change)
    else out.print(paintedDiff(change, out))
  }
  for (const plugin of pluginsOf(toggled)) done.print(sentence(plugin, options.enabled, done))
  for (const note of notesOf(toggled, file)) notes.print(folded(notes, note, { tone: 'soft' }))
}

async function changeOf(file: string, { before, after }: ConfigEdit): Promise<string> {
  const { diff } = await import('./diff.ts')
  return diff(file, before, after)
}

function toJson(toggled: Toggled, change: string): object {
  const { options, written, before } = toggled
  return {
    config: before.configFile,
    enabled: options.enabled,
    dryRun: options.dryRun,
    written: !options.dryRun && written.before !== written.after,
    plugins: pluginsOf(toggled),
    affected: affectedBy(toggled),
    ...(options.dryRun && { diff: change }),
  }
}

function pluginsOf({ options: { enabled }, steps, changed, after }: Toggled): ToggledPlugin[] {
  return steps.map(({ name, via }) => {
    const verdict = after.wanted.verdicts.get(name)
    const decision = verdict?.decision
    return {
      name,
      ...(via !== undefined && { via }),
      changed: changed.has(name),
      state: verdict?.state ?? 'missing',
      because: verdict?.because ?? 'no folder has a plugin of that name yet',
      ...(decision && decision.enabled !== enabled && { overruled: decision.because }),
    }
  })
}

function affectedBy({ steps, before, after }: Toggled): Affected[] {
  const asked = new Set(steps.map(({ name }) => name))
  const affected: Affected[] = []
  for (const [name, { state, because }] of after.wanted.verdicts) {
    const from = before.wanted.verdicts.get(name)?.state
    if (from === undefined || from === state || asked.has(name)) continue
    affected.push({ name, from, to: state, because })
  }
  return affected
}

function sentence({ name, via, changed }: ToggledPlugin, enabled: boolean, out: Terminal): string {
  const [done, state, relation] = enabled
    ? ['enabled', 'on', `which ${via} needs`]
    : ['disabled', 'off', `which needs ${via}`]
  if (!changed) {
    return via === undefined ? `${name} was ${done} already` : `${name}, ${relation}, was ${state} already`
  }
  return out.paint(
    enabled ? 'good' : 'soft',
    via === undefined ? `${done} ${name}` : `${done} ${name}, ${relation}`,
  )
}

function notesOf(toggled: Toggled, file: string): string[] {
  const { options, written, before } = toggled
  const { enabled } = options
  const notes: string[] = []
  for (const { name, state, because, overruled } of pluginsOf(toggled)) {
    if (overruled !== undefined) {
      notes.push(
        `${name} stays ${enabled ? 'off' : 'on'} here: ${overruled}, and that is stronger than ${file}.`,
      )
    } else if (state === 'missing') notes.push(`${name}: ${because}; the entry waits for it.`)
    else if (enabled && state !== 'on') notes.push(`${name} does not run: ${because}.`)
  }
  const affected = affectedBy(toggled)
  for (const { name, from, to, because } of affected.slice(0, MOST_AFFECTED)) {
    notes.push(`${name} goes from ${from} to ${to}: ${because}.`)
  }
  if (affected.length > MOST_AFFECTED) notes.push(`… and ${affected.length - MOST_AFFECTED} more.`)
  if (!options.withDependencies && isHeldBack(toggled)) {
    notes.push(
      enabled
        ? 'With --with-dependencies what they need is turned on, too.'
        : 'With --with-dependencies who needs them is turned off, too.',
    )
  }
  if (options.dryRun) notes.push('Nothing was written: this was --dry-run.')
  else if (written.before === undefined)
    notes.push(`${where({ file: before.configFile }, process.cwd())} was made.`)
  return notes
}

/** Some plugin is kept from running by another that is off, and could have been dealt with in one go. */
function isHeldBack({ options: { enabled }, steps, before, after }: Toggled): boolean {
  const names = enabled ? steps.map(({ name }) => name) : after.wanted.verdicts.keys()
  for (const name of names) {
    const isOff = after.wanted.verdicts.get(name)?.problem?.code === 'ERR_PLUGIN_DEPENDENCY_OFF'
    if (isOff && (enabled || before.wanted.verdicts.get(name)?.state === 'on')) return true
  }
  return false
}
