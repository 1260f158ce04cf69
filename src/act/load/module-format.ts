import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { isInside } from './own-files.ts'

/** How a file is loaded. `unknown`: a `.js` file whose package does not say; its text decides. */
export type ModuleFormat = 'commonjs' | 'compiled' | 'json' | 'addon' | 'unknown'

type PackageType = 'commonjs' | 'module' | undefined

/** How long what was found outside the folder is believed: a start asks for each plugin. Milliseconds. */
const believed = 1_000

let outside = new Map<string, PackageType | 'none'>()
let since = 0

/**
 * Tells the format of files as Node does: by extension, then by the `type` of the nearest package.json, which is looked
 * for up to the root of the file system.
 */
export class ModuleFormats {
  readonly #folder: string
  readonly #inside = new Map<string, PackageType | 'none'>()

  constructor(folder: string) {
    this.#folder = folder
  }

  of(path: string): ModuleFormat {
    switch (extname(path)) {
      case '.cjs':
        return 'commonjs'
      case '.mjs':
      case '.ts':
      case '.mts':
      case '.cts':
      case '.tsx':
      case '.jsx':
        return 'compiled'
      case '.json':
        return 'json'
      case '.node':
        return 'addon'
      case '.js': {
        const type = this.packageType(dirname(path))
        return type === 'module' ? 'compiled' : (type ?? 'unknown')
      }
      default:
        return 'commonjs'
    }
  }

  /** `type` of the nearest package.json at or above a folder. */
  packageType(directory: string): PackageType {
    for (let at = directory; ; at = dirname(at)) {
      if (!at.endsWith('node_modules')) {
        const type = this.#typeAt(at)
        if (type !== 'none') return type
      }
      if (dirname(at) === at || at.endsWith('node_modules')) return undefined
    }
  }

  #typeAt(directory: string): PackageType | 'none' {
    const memory = isInside(this.#folder, directory) ? this.#inside : recent()
    let type = memory.get(directory)
    if (type === undefined && !memory.has(directory)) {
      type = readType(join(directory, 'package.json'))
      memory.set(directory, type)
    }
    return type
  }
}

function recent(): Map<string, PackageType | 'none'> {
  const now = performance.now()
  if (now - since > believed) {
    outside = new Map()
    since = now
  }
  return outside
}

function readType(path: string): PackageType | 'none' {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return 'none'
  try {
    const { type } = JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown }
    return type === 'module' || type === 'commonjs' ? type : undefined
  } catch {
    return undefined
  }
}
