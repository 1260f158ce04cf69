import { survey } from '../../survey.ts'
import { explanation } from './explanation.ts'
import type { Explanation, Neighbour, PlacedOpinion } from './explanation.ts'
import { folded } from '../terminal/folded.ts'
import { VERDICT_TONES } from '../terminal/verdict-tones.ts'
import { printJson } from '../terminal/print-json.ts'
import { problemLines } from '../problems/problem-lines.ts'
import type { Remedy } from './remedy.ts'
import { where } from '../terminal/where.ts'
import { printable, terminal } from '../terminal/terminal.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { unknownNames } from '../problems/unknown-names.ts'
import type { WhyOptions } from '../why.ts'

const INDENT = '  '

const SOURCES: Readonly<Record<PlacedOpinion['source'], string>> = {
  program: 'the program',
  environment: 'environment',
  config: 'config file',
  metadata: 'metadata.json',
  unlisted: 'unlisted',
  dependency: 'dependency',
}

/**
 * Prints why a plugin runs, or does not.
 * @returns the exit code: 1 if something is wrong with it; text is what was wrong with the usage
 */
export async function explainPlugin(name: string, options: WhyOptions): Promise<number | string> {
  const found = await survey(options)
  const unknown = unknownNames([name], found)
  if (unknown !== undefined) return unknown
  const enabledPlugins = process.env['ENABLED_PLUGINS']
  const explained = explanation(name, found, { ...options, enabledPlugins })
  if (options.json) printJson(explained)
  else print(explained, terminal(process.stdout, process.env), process.cwd())
  return explained.problems.some(({ severity }) => severity === 'error') ? 1 : 0
}

function print(explained: Explanation, out: Terminal, from: string): void {
  const { name, version, description, state, because, decision, lost, path, reason, change } = explained
  const title = [name, version, 'is', state].filter((word) => word !== null).join(' ')
  out.print(folded(out, `${title}: ${because}`, { tone: VERDICT_TONES[state] }))
  out.print(folded(out, where({ file: explained.directory }, from), { first: INDENT, tone: 'soft' }))
  if (description !== null) out.print(folded(out, description, { first: INDENT, rest: INDENT, tone: 'soft' }))

  const section = (head: string, lines: readonly string[]): void => {
    if (lines.length > 0) out.print(`\n${out.paint('strong', head)}\n${lines.join('\n')}`)
  }
  const opinions = [...(decision ? [decision] : []), ...lost]
  section(
    'Who decides, strongest first',
    opinions.map((opinion, i) => opinionLine(opinion, i > 0, out, from)),
  )
  if (path.length > 0)
    section('What blocks it', [folded(out, `${path.join(' -> ')}: ${reason}`, { first: INDENT })])
  section('Needs', neighbours(explained.dependencies, out))
  section('Needed by', neighbours(explained.dependents, out))
  section(
    'Problems',
    explained.problems.map((problem) => problemLines(problem, from, out)),
  )
  section(`To turn ${state === 'on' ? 'it off' : 'it on'}`, remedyLines(change, out, from))
}

function opinionLine(opinion: PlacedOpinion, hasLost: boolean, out: Terminal, from: string): string {
  const { source, enabled, because } = opinion
  const place = where(opinion, from)
  // Where it is said is all that an entry of the config file is about.
  const text =
    source === 'config' && place !== '' ? place : [because, place && `(${place})`].filter(Boolean).join(' ')
  const lead = `${SOURCES[source].padEnd(13)}  ${enabled ? 'on ' : 'off'}  `
  return folded(out, `${lead}${text}${hasLost ? ', which lost' : ''}`, {
    first: INDENT,
    rest: INDENT + ' '.repeat(lead.length),
    tone: hasLost ? 'soft' : undefined,
  })
}

function neighbours(all: readonly Neighbour[], out: Terminal): string[] {
  const widest = Math.max(...all.map(({ name }) => printable(name).length))
  return all.map(({ name, state }) => {
    const shown = state === 'missing' ? out.paint('bad', 'not there') : out.paint(VERDICT_TONES[state], state)
    return `${INDENT}${printable(name).padEnd(widest)}  ${shown}`
  })
}

function remedyLines({ command, place, hint }: Remedy, out: Terminal, from: string): string[] {
  if (command !== undefined) return [`${INDENT}${command}`]
  const lines = [where(place ?? {}, from), hint ?? ''].filter((text) => text !== '')
  return lines.map((line) => folded(out, line, { first: INDENT, rest: INDENT }))
}
