import { readFileSync } from 'node:fs'
import { dirname, extname, join, sep } from 'node:path'
import type { KnownFiles } from './known-files.ts'
import { isInside } from './own-files.ts'
import { statOf } from './stat-of.ts'

/** How a file is loaded. `unknown`: a `.js` file whose package does not say; its text decides. */
export type ModuleFormat = 'commonjs' | 'compiled' | 'json' | 'addon' | 'unknown'

type PackageType = 'commonjs' | 'module' | undefined

/** How long what was found outside the folder is believed: a start asks for each plugin. Milliseconds. */
const believed = 1_000

let outside = new Map<string, PackageType>()
let since = 0

/**
 * Tells the format of files as Node does: by extension, then by the `type` of the nearest package.json, which is looked
 * for up to the root of the file system.
 */
export class ModuleFormats {
  readonly #folder: string
  readonly #inside = new Map<string, PackageType | 'none'>()
  readonly #known: KnownFiles | undefined
  /** What is above the folder. */
  #above: { readonly type: PackageType } | undefined

  constructor(folder: string, known?: KnownFiles) {
    this.#folder = folder
    this.#known = known
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
    let at = directory
    for (; isInside(this.#folder, at); at = dirname(at)) {
      if (at.endsWith('node_modules')) return undefined
      const type = this.#typeAt(at)
      if (type !== 'none') return type
      if (dirname(at) === at) return undefined
    }
    this.#above ??= { type: outsideType(at) }
    return this.#above.type
  }

  #typeAt(directory: string): PackageType | 'none' {
    let type = this.#inside.get(directory)
    if (type === undefined && !this.#inside.has(directory)) {
      const path = directory + sep + 'package.json'
      type = this.#known?.has(path) === false ? 'none' : readType(path)
      this.#inside.set(directory, type)
    }
    return type
  }
}

/** `type` of the nearest package.json at or above a folder that is no plugin's. */
function outsideType(directory: string): PackageType {
  const memory = recent()
  if (memory.has(directory)) return memory.get(directory)
  let type: PackageType | 'none' = 'none'
  if (!directory.endsWith('node_modules')) {
    type = readType(join(directory, 'package.json'))
    const above = dirname(directory)
    if (type === 'none' && above !== directory) type = outsideType(above)
  }
  const found = type === 'none' ? undefined : type
  memory.set(directory, found)
  return found
}

function recent(): Map<string, PackageType> {
  const now = performance.now()
  if (now - since > believed) {
    outside = new Map()
    since = now
  }
  return outside
}

function readType(path: string): PackageType | 'none' {
  if (statOf(path)?.isFile() !== true) return 'none'
  try {
    const { type } = JSON.parse(readFileSync(path, 'utf8')) as { type?: unknown }
    return type === 'module' || type === 'commonjs' ? type : undefined
  } catch {
    return undefined
  }
}
