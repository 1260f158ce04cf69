import { existsSync, realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve } from 'import-meta-resolve'

/** Where an `import` leads. */
export type ImportTarget =
  | { readonly kind: 'file'; readonly url: string; readonly path: string }
  | { readonly kind: 'other'; readonly url: string }
  | { readonly kind: 'missing'; readonly error: unknown }

const ownIndex = new URL('../../index.js', import.meta.url).href

/**
 * Resolves a specifier as `import` in that file does. `plugbay` is the running one where nothing else is installed.
 * Links are followed.
 */
export function resolveImport(specifier: string, file: string): ImportTarget {
  if (isBuiltin(specifier)) {
    return { kind: 'other', url: specifier.startsWith('node:') ? specifier : `node:${specifier}` }
  }
  let url: string
  try {
    url = resolve(specifier, pathToFileURL(file).href)
  } catch (error) {
    if (specifier === 'plugbay') return { kind: 'file', url: ownIndex, path: fileURLToPath(ownIndex) }
    return { kind: 'missing', error }
  }
  if (!url.startsWith('file:')) return { kind: 'other', url }
  const path = fileURLToPath(url)
  if (!existsSync(path)) return { kind: 'missing', error: notFound(path, file) }
  return { kind: 'file', url, path: realpathSync.native(path) }
}

function notFound(path: string, file: string): Error {
  return Object.assign(new Error(`Cannot find module '${path}' imported from ${file}`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
}
