import path from 'node:path'
import { plain } from '../../decide/shown.ts'
import { asker } from './ask.ts'
import type { Asker } from './ask.ts'
import { folderArguments, quoted } from '../folder-options.ts'
import { kindFlaw, newNameFlaw, newPlugin } from './new-plugin.ts'
import type { NewPlugin, NewPluginOptions } from './new-plugin.ts'
import { printJson } from '../terminal/print-json.ts'
import { Refusal } from './refusal.ts'
import { schemaPath } from './schema-path.ts'
import { KINDS } from './template.ts'
import type { Kind } from './template.ts'
import { printable, terminal, wrapped } from '../terminal/terminal.ts'

/** What `plugbay new` is asked for, besides the kind and the name. */
export interface MakeOptions {
  readonly outputDir: string
  readonly config: string
  readonly js: boolean
  readonly description?: string
  readonly yes: boolean
  readonly json: boolean
}

const example = (kind: Kind = 'base'): string => `For example: plugbay new ${kind} hello`

/**
 * Makes a plugin, and says what to do next. What is missing is asked for, if somebody sits at a terminal.
 * @returns the exit code
 */
export async function makePlugin(
  kind: string | undefined,
  name: string | undefined,
  options: MakeOptions,
): Promise<number> {
  try {
    const wish = await complete(kind, name, options)
    const made = await newPlugin(wish)
    if (!options.json) tell(wish, made, options)
    const off = await notOn(wish.name, options)
    if (options.json) printJson({ kind: wish.kind, name: wish.name, ...made, on: off === undefined })
    if (off !== undefined) {
      const why = `npx plugbay why ${wish.name}${folderArguments({ dir: options.outputDir, config: options.config })}`
      process.stderr.write(`${printable(`It is not on: ${off}. See ${why}`)}\n`)
    }
    return 0
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause
    const message = cause.message.replaceAll(process.cwd() + path.sep, '')
    process.stderr.write(`${printable(message)}\n`)
    return cause.exitCode
  }
}

/** Fills in what is missing. */
async function complete(
  kind: string | undefined,
  name: string | undefined,
  { yes, js, outputDir: outputDirectory, description }: MakeOptions,
): Promise<NewPluginOptions> {
  if (kind !== undefined && !isKind(kind)) {
    const swapped = name !== undefined && isKind(name) ? ` (Did you mean plugbay new ${name} ${kind}?)` : ''
    throw new Refusal(`${kindFlaw(kind)}${swapped}\n${example()}`, 2)
  }
  const flaw = name === undefined ? undefined : newNameFlaw(name)
  if (flaw !== undefined) throw new Refusal(flaw, 2)
  const rest = { outputDirectory, language: js ? ('js' as const) : ('ts' as const) }
  if (kind !== undefined && name !== undefined) return { kind, name, description, ...rest }

  const asking = yes ? undefined : asker()
  if (!asking) {
    const missing = kind === undefined ? 'which template, and the name' : 'the name of the new plugin'
    throw new Refusal(`Missing: ${missing}.\n${example(kind)}`, 2)
  }
  try {
    const chosen = kind ?? (await askKind(asking))
    return {
      kind: chosen,
      name: name ?? (await asking.ask('Name?', newNameFlaw)),
      description: description ?? (await asking.ask(`What does it do? (${KINDS[chosen]})`, () => undefined)),
      ...rest,
    }
  } finally {
    asking.close()
  }
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word)
}

async function askKind(asking: Asker): Promise<Kind> {
  const answer = await asking.ask('Which template? (base, ui, api)', (word) =>
    isKind(word) ? undefined : kindFlaw(word),
  )
  return answer as Kind
}

/** Why a host would not run it; `undefined` if it would. */
async function notOn(name: string, { outputDir: dir, config }: MakeOptions): Promise<string | undefined> {
  const { survey } = await import('../../survey.ts')
  const verdict = (await survey({ dir, config })).wanted.verdicts.get(name)
  return verdict?.state === 'on' ? undefined : plain(verdict?.because ?? 'it cannot be read')
}

/** Three lines: what was made, how it runs, how it is tested. */
function tell(
  { kind, name }: NewPluginOptions,
  { directory, files }: NewPlugin,
  { outputDir: dir, config }: MakeOptions,
): void {
  const out = terminal(process.stdout, process.env)
  const short = path.relative(process.cwd(), directory)
  const folder = short.startsWith('..') ? directory : short
  const test = quoted(path.join(folder, 'plugin.test.mjs'))
  const install = schemaPath(directory) === undefined ? 'npm i plugbay hono && ' : ''
  const look = kind === 'base' ? 'look at the beats in its log' : `open http://127.0.0.1:3000/${name}`
  for (const line of [
    `Made ${folder}: ${files.join(', ')}`,
    `Run it:  npx plugbay start${folderArguments({ dir, config })}, and ${look}`,
    `Test it: ${install}node --test ${test}`,
  ])
    out.print(wrapped(printable(line), out.width).join('\n'))
}
