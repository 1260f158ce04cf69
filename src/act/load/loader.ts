import { setImmediate } from 'node:timers/promises'
import type { Problem } from '../../model/problem.ts'
import type { CodeLoader, LoaderOptions } from '../../model/system.ts'
import type { Code, Prepared } from '../code.ts'
import { asTheyAre } from './as-they-are.ts'
import { beginPreparing } from './begin-preparing.ts'
import { CommonjsCode } from './commonjs-code.ts'
import { commonjsReady } from './commonjs.ts'
import { UnitCompiler } from './compile-unit.ts'
import { CompiledCode } from './compiled-code.ts'
import { FileContents } from './file-contents.ts'
import { onceAtRest } from './once-at-rest.ts'
import { ClosedError, shareEsbuild } from './esbuild-service.ts'
import { messageOf } from '../message-of.ts'
import { PlainModules } from './plain-modules.ts'
import { isCodeFile } from './plugin-files.ts'
import type { PluginFiles } from './plugin-files.ts'
import { foreseeCompiled, prepareCompiled } from './prepare-compiled.ts'
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
  const compiler = new UnitCompiler(esbuild)
  const plain = new PlainModules()
  const shop = { contents, cache, neighbours, compiler, plain }

  function prepare(
    plugin: PluginFiles,
    previous?: Code,
    patient: boolean = true,
  ): Prepared | Promise<Prepared> {
    if (previous instanceof CommonjsCode && previous.isUnchanged(plugin, contents)) return { code: previous }
    const begun = beginPreparing(shop, plugin, previous, patient)
    if ('torn' in begun)
      return onceAtRest(plugin, begun.torn).then((whole) => prepare(whole, previous, false))
    if ('job' in begun)
      return prepareCompiled(shop, begun.job).catch((cause: unknown) => ({
        problem: compilerProblem(plugin, begun.job.entry, cause),
      }))
    return begun
  }

  return {
    prepare(plugin, previous) {
      count += 1
      const prepared =
        lexerReady && count % pause !== 0
          ? prepare(plugin, previous)
          : othersFirst().then(() => prepare(plugin, previous))
      if (prepared instanceof Promise) return prepared.finally(() => compiler.release(plugin.real))
      compiler.release(plugin.real)
      return prepared
    },
    foresee(plugin, previous) {
      // What is CommonJS throughout is ready as soon as it is read.
      if (!(previous instanceof CompiledCode)) return
      const now = asTheyAre(plugin, [...plugin.files.keys()].filter(isCodeFile))
      try {
        const begun = beginPreparing(shop, now, previous, true)
        if ('job' in begun) foreseeCompiled(shop, begun.job)
      } catch {
        // Whoever prepares it will say so.
      }
    },
    differs(plugin, previous) {
      if (previous instanceof CommonjsCode || previous instanceof CompiledCode) {
        return !previous.isUnchanged(plugin, contents)
      }
      return true
    },
    forget(real) {
      contents.forgetFolder(real)
      compiler.forget(real)
      plain.forget(real)
    },
    prune: () => cache.prune(),
    async close() {
      cache.flush()
      await esbuild.close()
    },
  }
}

async function othersFirst(): Promise<void> {
  if (lexerReady) await setImmediate()
  await commonjsReady
  lexerReady = true
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
