import { relative, sep } from 'node:path'

/** True for a path that is the folder itself or lies in it, by component: `/p/foo_evil` is not in `/p/foo`. */
export function isInside(folder: string, path: string): boolean {
  if (!path.startsWith(folder)) return false
  return path.length === folder.length || path[folder.length] === sep || folder.endsWith(sep)
}

const packages = `${sep}node_modules${sep}`

/** True for a file of the plugin's own: inside its folder, and outside any `node_modules` in it. */
export function isOwnFile(folder: string, path: string): boolean {
  return isInside(folder, path) && !path.includes(packages, folder.length)
}

/** The path relative to the folder, with `/`, as the keys of the facts are written. */
export function ownName(folder: string, path: string): string {
  if (path.startsWith(folder) && path[folder.length] === sep && sep === '/')
    return path.slice(folder.length + 1)
  const name = relative(folder, path)
  return sep === '/' ? name : name.replaceAll(sep, '/')
}
