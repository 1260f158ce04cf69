import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { nearest } from '../../decide/nearest.ts'
import { nameFlaw, nameHint } from '../../decide/plugin-name.ts'
import { plain, shown } from '../../decide/shown.ts'
import { discover } from '../../read/discover.ts'
import { disk } from '../../read/disk.ts'
import { notAPlugin } from '../../read/ignore.ts'
import { readText } from '../../read/text.ts'
import { Refusal } from './refusal.ts'
import { schemaPath } from './schema-path.ts'
import { KINDS, template } from './template.ts'
import type { Kind, Language } from './template.ts'

/** What shall be made. */
export interface NewPluginOptions {
  readonly kind: Kind
  readonly name: string
  /** The plugins folder; made if it is missing. Default `plugins`. */
  readonly outputDirectory?: string | undefined
  /** Default `ts`. */
  readonly language?: Language | undefined
  /** One line; default: what the template does. */
  readonly description?: string | undefined
}

/** What was made. */
export interface NewPlugin {
  /** Absolute. */
  readonly directory: string
  /** Relative to it, with `/`; sorted. */
  readonly files: readonly string[]
}

const LONGEST_DESCRIPTION = 500
const METADATA_LIMIT = 64 * 1024

/**
 * Makes a plugin of a template. Its folder appears at once, as a whole: a host that watches never sees half of it.
 * Overwrites nothing, and prints nothing.
 * @throws Refusal if the name, the kind or the description will not do (exit code 2), if the folder is there and not
 * empty, or cannot be written (1)
 */
export async function newPlugin(options: NewPluginOptions): Promise<NewPlugin> {
  const { kind, name, outputDirectory = 'plugins', language = 'ts' } = options
  if (!Object.hasOwn(KINDS, kind)) throw new Refusal(kindFlaw(kind), 2)
  const flaw = newNameFlaw(name)
  if (flaw !== undefined) throw new Refusal(flaw, 2)
  const description = plain(options.description ?? '').trim() || KINDS[kind]
  if (description.length > LONGEST_DESCRIPTION)
    throw new Refusal(
      `The description has ${description.length} characters: say it in ${LONGEST_DESCRIPTION}, and the rest in README.md.`,
      2,
    )

  const parent = resolve(outputDirectory)
  const directory = join(parent, name)
  const files = template(kind, language, { name, description, schema: schemaPath(directory) })
  try {
    await refuseOther(directory)
    refuseTaken(parent, name)
    await mkdir(parent, { recursive: true })
    await appear(directory, files)
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new Refusal(
      `${directory} cannot be made (${code ?? message}). Name another plugins folder, or make this one writable.`,
      1,
    )
  }
  return { directory, files: [...files.keys()] }
}

/** What keeps a word from being a kind, and which one may be meant. */
export function kindFlaw(kind: string): string {
  const kinds = Object.keys(KINDS)
  const near = nearest(kind, kinds)
  return `There is no template ${shown(kind)}; there are ${kinds.join(', ')}.${near ? ` (Did you mean ${near}?)` : ''}`
}

/** What keeps a name from being a new plugin's, and what would do; `undefined` if nothing does. */
export function newNameFlaw(name: string): string | undefined {
  const flaw = nameFlaw(name)
  if (flaw !== undefined) return `A plugin cannot be named ${shown(name)}: it ${flaw}. ${nameHint(name)}`
  if (notAPlugin(name))
    return (
      `A plugin should not be named ${shown(name)}: folders with this ending are taken for put aside, and passed ` +
      `over. "${name.replace(/\.(\w+)$/, '-$1')}" would do.`
    )
  return undefined
}

/** @throws Refusal unless the folder may be made: nothing is there, or an empty folder */
async function refuseOther(directory: string): Promise<void> {
  const stat = await lstat(directory).catch(() => undefined)
  if (!stat) return
  if (!stat.isDirectory() || (await readdir(directory)).length > 0) throw taken(directory)
}

function taken(directory: string): Refusal {
  return new Refusal(
    `${directory} is there already. Nothing was changed; choose another name, or remove it first.`,
    1,
  )
}

/** @throws Refusal if a plugin of that name lies in another folder */
function refuseTaken(parent: string, name: string): void {
  const found = discover(disk, parent)
  const other = found.kind === 'read' && found.folders.find((folder) => nameIn(folder) === name)
  if (other)
    throw new Refusal(
      `The plugin in ${other} has the name ${shown(name)} already, and no two can have it. Choose another one.`,
      2,
    )
}

function nameIn(folder: string): unknown {
  const text = readText(join(folder, 'metadata.json'), METADATA_LIMIT)
  try {
    return text.kind === 'text' ? (JSON.parse(text.text) as { name?: unknown } | null)?.name : undefined
  } catch {
    return undefined
  }
}

/** Writes the files into a folder that no host looks into, and moves it to where it belongs. */
async function appear(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  const hidden = join(dirname(directory), `.${randomUUID()}`)
  try {
    for (const [file, text] of files) {
      await mkdir(dirname(join(hidden, file)), { recursive: true })
      await writeFile(join(hidden, file), text)
    }
    // Where an empty folder cannot be replaced.
    await rmdir(directory).catch(() => undefined)
    await rename(hidden, directory)
  } catch (cause) {
    await rm(hidden, { recursive: true, force: true })
    // Somebody was quicker.
    const { code = '' } = cause as NodeJS.ErrnoException
    throw ['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(code) ? taken(directory) : cause
  }
}
