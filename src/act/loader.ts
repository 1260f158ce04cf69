import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import type { Problem } from '../model/problem.ts'
import { hashFolder } from './code-hash.ts'
import type { Code, Prepared } from './code.ts'
import { CommonjsCode } from './commonjs-code.ts'
import { commonjsReady } from './commonjs.ts'
import { ContentHashes } from './content-hash.ts'
import { messageOf } from './generation.ts'
import { ModuleFormats } from './module-format.ts'
import { ModuleStore } from './module-store.ts'
import type { PluginFiles } from './plugin-files.ts'
import { problemOf } from './problem-of.ts'

export interface LoaderOptions {
  /** Where compiled units are kept. Default: `node_modules/.cache/plugbay`, else a folder of the user's own under the temp folder. */
  readonly cacheDirectory: string | undefined
  /** The name of the plugin whose folder holds this path, links followed. */
  readonly owner: (path: string) => string | undefined
  /** Trouble with the cache. Never keeps a plugin from being loaded. */
  onProblem(problem: Problem): void
}

/** Turns a plugin's files into code that can be evaluated. */
export interface Loader {
  /**
   * Compiles what has to be compiled, and imports what the plugin needs from outside its folder. Evaluates nothing of
   * the plugin's own.
   * @param previous the code that runs now, or that was prepared last, for this folder. That very object is given back
   *   when nothing that it contains has changed.
   */
  prepare(plugin: PluginFiles, previous?: Code): Promise<Prepared>
  /** Whether the content of any file that the code contains differs. Compiles nothing, changes nothing. */
  differs(plugin: PluginFiles, previous: Code): boolean
  /** Removes what nobody has used for long from the cache. */
  prune(): Promise<void>
  /** Stops what this loader started. */
  close(): Promise<void>
}

export function createLoader(options: LoaderOptions): Loader {
  const contents = new ContentHashes()

  async function prepare(plugin: PluginFiles, previous?: Code): Promise<Prepared> {
    await commonjsReady
    if (previous instanceof CommonjsCode && previous.isUnchanged(plugin, contents)) return { code: previous }
    let entry: string
    try {
      entry = realpathSync.native(join(plugin.real, plugin.entry))
    } catch (cause) {
      return { problem: entryProblem(plugin, cause) }
    }
    const formats = new ModuleFormats(plugin.real)
    const folder = hashFolder(plugin, contents)
    const earlier = previous instanceof CommonjsCode ? previous.store.files : undefined
    const store = new ModuleStore(plugin.name, plugin.real, contents, formats, folder.fresh, earlier)
    if (formats.of(entry) !== 'compiled') {
      try {
        if (store.load(entry).kind === 'commonjs') {
          const id = createHash('sha256').update(`${entry}\n${formats.packageType(dirname(entry))}\n${folder.sha}`)
          return { code: new CommonjsCode(id.digest('hex'), plugin, entry, store, options) }
        }
      } catch (cause) {
        return { problem: problemOf(cause) ?? entryProblem(plugin, cause) }
      }
    }
    return {
      problem: {
        code: 'ERR_PLUGIN_LOAD',
        severity: 'error',
        plugin: plugin.name,
        file: entry,
        message: `${extname(entry)} files cannot be loaded yet.`,
        hint: 'Use CommonJS.',
      },
    }
  }

  return {
    prepare,
    differs: (plugin, previous) =>
      previous instanceof CommonjsCode && !previous.isUnchanged(plugin, contents),
    prune: async () => {},
    close: async () => {},
  }
}

function entryProblem(plugin: PluginFiles, cause: unknown): Problem {
  return {
    code: 'ERR_PLUGIN_FILE_UNREADABLE',
    severity: 'error',
    plugin: plugin.name,
    file: join(plugin.real, plugin.entry),
    message: `The entry cannot be read: ${messageOf(cause)}`,
    hint: 'Check that the file is there, and that this user may read it.',
    cause,
  }
}
