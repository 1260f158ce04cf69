import { realpathSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, isAbsolute } from 'node:path'
import { PluginError } from '../../model/problem.ts'
import { crossImportProblem } from './import-problem.ts'
import type { ModuleStore } from './module-store.ts'
import { isInside, isOwnFile } from './own-files.ts'
import { resolveFile } from './resolve-file.ts'

/** What tells a plugin's own files from others. */
export interface RequireScope {
  readonly name: string
  readonly real: string
  readonly store: ModuleStore
  readonly ownPackages: boolean
  readonly owner: (path: string) => string | undefined
}

/**
 * Where a `require()` in a plugin's file leads, if that is a file of the plugin's own generation. `undefined` for what
 * Node is to load, or is to say that it is missing.
 * @throws PluginError `ERR_PLUGIN_IMPORT_CROSS` for a file of another plugin.
 */
export function resolveRequire(scope: RequireScope, file: string, specifier: string): string | undefined {
  const { name, real, store, ownPackages, owner } = scope
  if (isBuiltin(specifier)) return undefined
  const path = findFile(file, specifier, store)
  if (path === undefined || isOwnFile(real, path)) return path
  if (isInside(real, path)) return ownPackages && store.isCommonjs(path) ? path : undefined
  const other = owner(path)
  if (other === undefined) return undefined
  throw new PluginError(crossImportProblem({ plugin: name, real, file, specifier, other }))
}

function findFile(file: string, specifier: string, store: ModuleStore): string | undefined {
  if (/^\.{0,2}(?:\/|$)/.test(specifier) || isAbsolute(specifier))
    return resolveFile(dirname(file), specifier, store.realFolders, store.known)
  try {
    const path = createRequire(file).resolve(specifier)
    return isAbsolute(path) ? realpathSync.native(path) : undefined
  } catch {
    return undefined
  }
}
