import { isAbsolute } from 'node:path'
import { isInside, isOwnFile } from './own-files.ts'
import { resolveImport } from './resolve-import.ts'

/** A module namespace, as Node gives it. */
export type Namespace = Readonly<Record<string, unknown>>

/** Where an import written in one of the plugin's files leads. */
export type ExternalTarget =
  | { readonly kind: 'own'; readonly path: string }
  | { readonly kind: 'outside'; readonly url: string }
  | { readonly kind: 'cross'; readonly other: string }
  | { readonly kind: 'missing'; readonly error: unknown }

/** Resolves an import, and tells whose file it is. */
export function externalTarget(
  specifier: string,
  importer: string,
  real: string,
  owner: (path: string) => string | undefined,
): ExternalTarget {
  const target = resolveImport(specifier, importer)
  if (target.kind === 'missing') return target
  if (target.kind === 'other') return { kind: 'outside', url: target.url }
  if (isOwnFile(real, target.path)) return { kind: 'own', path: target.path }
  const other = isInside(real, target.path) ? undefined : owner(target.path)
  return other === undefined ? { kind: 'outside', url: target.url } : { kind: 'cross', other }
}

const imported = new Map<string, Promise<Namespace>>()

/**
 * Imports what lies outside a plugin's folder, natively: the host and its plugins share one instance. Node keeps such
 * modules for the life of the process, so that remembering them costs nothing.
 */
export function importExternal(
  url: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<Namespace> {
  const key = `${url}\n${JSON.stringify(attributes)}`
  let namespace = imported.get(key)
  if (namespace === undefined) {
    const options = Object.keys(attributes).length === 0 ? undefined : { with: attributes }
    namespace = import(url, options) as Promise<Namespace>
    imported.set(key, namespace)
    namespace.catch(() => imported.delete(key))
  }
  return namespace
}

/** True for what is written as a path and not as the name of a package. */
export function isPathSpecifier(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..' || isAbsolute(specifier)
}
