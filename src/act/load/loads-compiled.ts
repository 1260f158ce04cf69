import { readFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { KnownFiles } from './known-files.ts'
import type { ModuleStore } from './module-store.ts'
import { isOwnFile } from './own-files.ts'
import type { PluginFiles } from './plugin-files.ts'
import { resolveFile } from './resolve-file.ts'

/**
 * True if some CommonJS file of the folder may load an own ES module or TypeScript file, by `require()` of its path or
 * by `import()`. Then these files have to be in a unit, each to be loaded by its name: Node itself would load a copy
 * that cannot be cleared.
 */
export function loadsCompiled(plugin: PluginFiles, store: ModuleStore, known: KnownFiles): boolean {
  const names = known.code
  if (!names.some((name) => isCompiled(plugin, store, name))) return false
  const scripts = names.filter((name) => /\.c?js$/.test(name))
  return scripts.some((name) => {
    const path = join(plugin.real, name)
    if (!isCommonjs(store, path)) return false
    const text = readFileSync(path, 'utf8')
    if (/\bimport\s*\(/.test(text)) return true
    for (const [, specifier] of text.matchAll(/\brequire\s*\(\s*["'`](\.[^"'`]*)["'`]\s*\)/g)) {
      const target = resolveFile(dirname(path), specifier!) ?? resolve(dirname(path), specifier!)
      if (isOwnFile(plugin.real, target) && !isCommonjs(store, target)) return true
    }
    return false
  })
}

function isCompiled(plugin: PluginFiles, store: ModuleStore, name: string): boolean {
  if (/\.(?:[cm]?ts|mjs|[jt]sx)$/.test(name)) return !/\.d\.[cm]?ts$/.test(name)
  return name.endsWith('.js') && !isCommonjs(store, `${plugin.real}${sep}${name}`)
}

function isCommonjs(store: ModuleStore, path: string): boolean {
  try {
    return store.isCommonjs(path)
  } catch {
    return true
  }
}
