import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { afterwards } from './afterwards.ts'

/**
 * Files by path relative to the plugins folder (`a/plugin.cjs`; `../x` lies beside it). An object is written as JSON; a
 * `metadata.json` given as an object needs to hold only what is not usual.
 */
export type Files = Readonly<Record<string, string | object>>

/** A plugins folder in a temporary folder of its own, which is gone after the test. */
export interface PluginsFolder {
  /** The temporary folder. */
  readonly root: string
  /** The plugins folder in it. */
  readonly path: string
  /** Where the config file is, if `config()` wrote one. */
  readonly configFile: string
  /** For compiled units. */
  readonly cache: string
  /** The absolute path of something in the plugins folder. */
  file(path: string): string
  /** Writes files, or replaces them. */
  write(files: Files): void
  /** Removes files or folders. */
  remove(...paths: string[]): void
  move(from: string, to: string): void
  /** Writes the config file: text as it is, anything else as JSON. */
  config(content: string | object): void
}

/** Makes a plugins folder; every folder among the files gets a metadata.json, unless one is given. */
export function pluginsFolder(t: TestContext, files: Files = {}): PluginsFolder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'plugbay-test-')))
  afterwards(t, () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))
  const path = join(root, 'plugins')
  mkdirSync(path)
  const folder: PluginsFolder = {
    root,
    path,
    configFile: join(root, 'plugins.config.json'),
    cache: join(root, 'cache'),
    file: (name) => join(path, name),
    write: (added) => {
      for (const [name, content] of Object.entries(added)) {
        mkdirSync(dirname(join(path, name)), { recursive: true })
        writeFileSync(join(path, name), textOf(name, content))
      }
    },
    remove: (...names) => {
      for (const name of names) rmSync(join(path, name), { recursive: true, force: true })
    },
    move: (from, to) => renameSync(join(path, from), join(path, to)),
    config: (content) =>
      writeFileSync(
        folder.configFile,
        typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
      ),
  }
  folder.write({ ...missingMetadata(files), ...files })
  return folder
}

/** `metadata.json` for each plugin folder among the files that has none. */
function missingMetadata(files: Files): Files {
  const added: Record<string, object> = {}
  for (const name of Object.keys(files)) {
    const [plugin = '', rest] = [name.split('/')[0], name.includes('/')]
    if (rest && plugin !== '..' && !(`${plugin}/metadata.json` in files))
      added[`${plugin}/metadata.json`] = {}
  }
  return added
}

function textOf(name: string, content: string | object): string {
  if (typeof content === 'string') return content
  if (!name.endsWith('/metadata.json')) return `${JSON.stringify(content, null, 2)}\n`
  const plugin = name.split('/').at(-2)
  return `${JSON.stringify({ name: plugin, version: '1.0.0', ...content }, null, 2)}\n`
}
