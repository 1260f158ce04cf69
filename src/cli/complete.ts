import { Command } from 'commander'
import type { Option } from 'commander'
import { survey } from '../survey.ts'
import type { CommandRow } from './main.ts'

/** One word that fits, and what it is. */
interface Candidate {
  readonly word: string
  readonly what?: string
}

/** What a shell finds better itself. */
type Answer = readonly Candidate[] | ':files' | ':folders'

/** `plugbay complete`: what the scripts of `plugbay completion` ask for. Not for people. */
export function completeCommand(rows: Readonly<Record<string, CommandRow>>): Command {
  return new Command('complete')
    .description('Prints what the last of the words can become, one a line.')
    .argument('[words...]', 'the words after `plugbay`, up to the one that is being typed')
    .addHelpText('after', '\nExample:\n  $ plugbay complete -- why he')
    .action(async (words: string[]) => {
      const answer = await candidates(words.slice(0, -1), words.at(-1) ?? '', rows)
      const lines =
        typeof answer === 'string'
          ? [answer]
          : answer.map(({ word, what }) => (what === undefined ? word : `${word}\t${what}`))
      process.stdout.write(lines.map((line) => `${line}\n`).join(''))
    })
}

/** @param before the words that are whole */
async function candidates(
  before: readonly string[],
  typed: string,
  rows: Readonly<Record<string, CommandRow>>,
): Promise<Answer> {
  const at = before.findIndex((word) => !word.startsWith('-'))
  const name = before[at]
  const visible = Object.entries(rows).filter(([, { hidden }]) => !hidden)
  const names = visible.map(([word, { summary }]) => ({ word, what: summary }))
  if (name === undefined) {
    const own = [
      { word: '--version', what: 'print the version' },
      { word: '--help', what: 'print help' },
    ]
    return beginning(typed, typed.startsWith('-') ? own : [...names, { word: 'help', what: 'print help' }])
  }
  if (name === 'help') return beginning(typed, names)
  const row = rows[name]
  if (!row || row.hidden) return []
  const command = (await row.load())()
  return ofCommand(command, before.slice(at + 1), typed)
}

async function ofCommand(command: Command, before: readonly string[], typed: string): Promise<Answer> {
  const given: string[] = []
  const values = new Map<string, string>()
  let open: Option | undefined
  let onlyArguments = false
  for (const word of before) {
    if (open) {
      values.set(open.attributeName(), word)
      open = undefined
    } else if (word === '--') onlyArguments = true
    else if (onlyArguments || !word.startsWith('-')) given.push(word)
    else {
      const option = command.options.find(({ short, long }) => word === short || word === long)
      if (option) values.set(option.attributeName(), '')
      if (option?.required) open = option
    }
  }
  if (open) return valuesOf(open, typed)
  if (typed.startsWith('-') && !onlyArguments) {
    const free = command.options.filter((one) => !one.hidden && !values.has(one.attributeName()))
    const options = free.map(({ long, description }) => ({ word: long ?? '', what: description }))
    return beginning(typed, [...options, { word: '--help', what: 'print help' }])
  }
  const all = command.registeredArguments
  const argument = all[given.length] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined)
  if (!argument) return []
  if (argument.argChoices)
    return beginning(
      typed,
      argument.argChoices.map((word) => ({ word })),
    )
  // What `new` is given is a name that nobody has yet.
  if (argument.name() !== 'name' || command.name() === 'new') return []
  const plugins = await pluginNames(values.get('dir') ?? '', values.get('config') ?? '')
  return beginning(
    typed,
    plugins.filter(({ word }) => !given.includes(word)),
  )
}

function valuesOf({ argChoices, flags }: Option, typed: string): Answer {
  if (argChoices)
    return beginning(
      typed,
      argChoices.map((word) => ({ word })),
    )
  if (/<(?:folder|directory|dir)>/.test(flags)) return ':folders'
  return flags.includes('<file>') ? ':files' : []
}

async function pluginNames(dir: string, config: string): Promise<Candidate[]> {
  const { wanted } = await survey({ dir: dir || 'plugins', config: config || 'plugins.config.json' })
  // A folder's own name, where the plugin's cannot be read, may be anything.
  return [...wanted.verdicts.values()]
    .filter(({ name }) => /^[\w.-]+$/.test(name))
    .map(({ name, state }) => ({ word: name, what: state }))
}

function beginning(typed: string, all: readonly Candidate[]): Candidate[] {
  return all.filter(({ word }) => word.startsWith(typed))
}
