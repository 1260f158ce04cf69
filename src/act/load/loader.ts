import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Problem } from '../../model/problem.ts'
import type { CodeLoader, LoaderOptions } from '../../model/system.ts'
import type { Code, Prepared } from '../code.ts'
import { CommonjsCode } from './commonjs-code.ts'
import { commonjsReady } from './commonjs.ts'
import { UnitCompiler } from './compile-unit.ts'
import { CompiledCode } from './compiled-code.ts'
import { FileContents } from './file-contents.ts'
import type { ReadFile } from './file-contents.ts'
import { onceAtRest } from './once-at-rest.ts'
import { FolderCode } from './folder-code.ts'
import { ClosedError, shareEsbuild } from './esbuild-service.ts'
import { messageOf } from '../message-of.ts'
import { KnownFiles } from './known-files.ts'
import { loadsCompiled } from './loads-compiled.ts'
import { ModuleFormats } from './module-format.ts'
import { ModuleStore } from './module-store.ts'
import type { PluginFiles } from './plugin-files.ts'
import { prepareCompiled } from './prepare-compiled.ts'
import { problemOf } from './problem-of.ts'
import { realFile } from './resolve-file.ts'
import { UnitCache } from './unit-cache.ts'

/** A loader with everything that one can have. */
export type Loader = Required<CodeLoader>

/** CommonJS plugins are prepared without waiting for anything: after this many, others have their turn. */
const pause = 32

let lexerReady = false

export function createLoader(options: LoaderOptions): Loader {
  const esbuild = shareEsbuild()
  let count = 0
  const contents = new FileContents()
  const cache = new UnitCache(options.cacheDirectory, options.onProblem)
  const neighbours = { owner: options.owner }
  const shop = { contents, cache, neighbours, compiler: new UnitCompiler(esbuild) }

  async function prepare(plugin: PluginFiles, previous?: Code, patient: boolean = true): Promise<Prepared> {
    if (!lexerReady) {
      await commonjsReady
      lexerReady = true
    }
    if (++count % pause === 0) await setImmediate()
    if (previous instanceof CommonjsCode && previous.isUnchanged(plugin, contents)) return { code: previous }
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
    if (patient && folder.torn.length > 0)
      return prepare(await onceAtRest(plugin, folder.torn), previous, false)
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
    let format: 'commonjs' | 'compiled'
    let open: boolean
    try {
      format = store.isCommonjs(entry) ? 'commonjs' : 'compiled'
      open = loadsCompiled(plugin, store, known)
      if (format === 'commonjs') store.load(entry)
    } catch (cause) {
      return { problem: problemOf(cause) ?? entryProblem(plugin, cause) }
    }
    if (format === 'commonjs' && !open) {
      return { code: new CommonjsCode(plugin, entry, store, folder, neighbours) }
    }
    const entryIsCompiled = format === 'compiled'
    const compiled = before instanceof CompiledCode ? before : undefined
    try {
      return await prepareCompiled(shop, {
        plugin,
        entry,
        entryIsCompiled,
        open,
        store,
        folder,
        previous: compiled,
      })
    } catch (cause) {
      return { problem: compilerProblem(plugin, entry, cause) }
    }
  }

  return {
    prepare: (plugin, previous) => prepare(plugin, previous),
    differs(plugin, previous) {
      if (previous instanceof CommonjsCode || previous instanceof CompiledCode) {
        return !previous.isUnchanged(plugin, contents)
      }
      return true
    },
    forget: (real) => contents.forgetFolder(real),
    prune: () => cache.prune(),
    async close() {
      cache.flush()
      await esbuild.close()
    },
  }
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

/** Not the plugin's fault. */
function compilerProblem(plugin: PluginFiles, file: string, cause: unknown): Problem {
  const closed = cause instanceof ClosedError
  return {
    code: closed ? 'ERR_PLUGIN_CLOSED' : 'ERR_PLUGIN_LOAD',
    severity: 'error',
    plugin: plugin.name,
    file,
    message: closed ? cause.message : `It could not be compiled: ${messageOf(cause)}`,
    hint: closed
      ? 'Nothing to do: it was closed while the plugin was compiled.'
      : 'Reinstall the application (esbuild is part of plugbay), and see whether the disk is full.',
    cause,
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
