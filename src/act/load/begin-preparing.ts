import { join } from 'node:path'
import type { Problem } from '../../model/problem.ts'
import type { Code, Prepared } from '../code.ts'
import { messageOf } from '../message-of.ts'
import { CommonjsCode } from './commonjs-code.ts'
import { CompiledCode } from './compiled-code.ts'
import type { ReadFile } from './file-contents.ts'
import { FolderCode } from './folder-code.ts'
import { KnownFiles } from './known-files.ts'
import { loadsCompiled } from './loads-compiled.ts'
import { ModuleFormats } from './module-format.ts'
import { ModuleStore } from './module-store.ts'
import type { PluginFiles } from './plugin-files.ts'
import type { CompiledJob, CompiledWorkshop } from './prepare-compiled.ts'
import { problemOf } from './problem-of.ts'
import { realFile } from './resolve-file.ts'

/** What preparing a plugin has come to before anything is compiled into a unit: the end, or a job. */
export type Begun = Prepared | { readonly job: CompiledJob } | { readonly torn: readonly string[] }

/**
 * Reads a plugin's code, and makes the program of one that is CommonJS throughout. Waits for nothing.
 * @param patient names the files that somebody may be writing just now, and leaves it at that if there are any
 */
export function beginPreparing(
  shop: CompiledWorkshop,
  plugin: PluginFiles,
  previous: Code | undefined,
  patient: boolean,
): Begun {
  const { contents, neighbours } = shop
  const known = new KnownFiles(plugin)
  let entry: string
  try {
    const path = known.pathOf(plugin.entry)
    entry = known.find(path) === path ? path : realFile(path, new Set([plugin.real]))
  } catch (cause) {
    return { problem: entryProblem(plugin, cause) }
  }
  const fresh = new Map<string, ReadFile>()
  const folder = new FolderCode(plugin, contents, known, fresh)
  if (patient && folder.torn.length > 0) return { torn: folder.torn }
  const before = sameFolder(plugin, previous)
  if (
    before instanceof CompiledCode &&
    before.parts.folder === folder.sha &&
    before.isUnchanged(plugin, contents)
  ) {
    return { code: before }
  }
  const formats = new ModuleFormats(plugin.real, known)
  const store = new ModuleStore(plugin, contents, formats, known, fresh, storeOf(before)?.files)
  let entryIsCompiled: boolean
  let open: boolean
  try {
    entryIsCompiled = !store.isCommonjs(entry)
    open = loadsCompiled(plugin, store, known)
    if (!entryIsCompiled) store.load(entry)
  } catch (cause) {
    return { problem: problemOf(cause) ?? entryProblem(plugin, cause) }
  }
  if (!entryIsCompiled && !open) return { code: new CommonjsCode(plugin, entry, store, folder, neighbours) }
  const compiled = before instanceof CompiledCode ? before : undefined
  return { job: { plugin, entry, entryIsCompiled, open, store, folder, fresh, previous: compiled } }
}

function sameFolder(
  plugin: PluginFiles,
  previous: Code | undefined,
): CommonjsCode | CompiledCode | undefined {
  if (previous instanceof CommonjsCode) return previous
  if (!(previous instanceof CompiledCode)) return undefined
  return previous.parts.plugin.real === plugin.real && previous.parts.plugin.entry === plugin.entry
    ? previous
    : undefined
}

function storeOf(code: CommonjsCode | CompiledCode | undefined): ModuleStore | undefined {
  return code instanceof CompiledCode ? code.parts.store : code?.store
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
