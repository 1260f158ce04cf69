import { readFileSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parse } from 'es-module-lexer'
import type { Export } from 'es-module-lexer'
import { ModuleFormats } from './module-format.ts'
import { isNeverWritten } from './never-written.ts'
import { resolveImport } from './resolve-import.ts'

/** Longer ones are bundles, with names of one letter that mean many things. In characters. */
const readable = 256 * 1024

interface Module {
  readonly text: string
  readonly exports: readonly Export[]
}

/** By URL, by name. Node keeps such modules for the life of the process. */
const known = new Map<string, Map<string, boolean>>()

/**
 * True if a name that a module outside of the plugin's folder exports never gets another value once the module was
 * evaluated. Says false when in doubt.
 */
export function isConstantExport(url: string, name: string): boolean {
  if (url.startsWith('node:')) return true
  let names = known.get(url)
  if (names === undefined) known.set(url, (names = new Map()))
  let constant = names.get(name)
  if (constant === undefined) {
    constant = new Search().find(url, name) === 'constant'
    names.set(name, constant)
  }
  return constant
}

type Found = 'constant' | 'doubtful' | undefined

class Search {
  readonly #modules = new Map<string, Module | 'commonjs' | undefined>()
  readonly #asked = new Set<string>()

  find(url: string, name: string): Found {
    const question = `${url}\n${name}`
    if (this.#asked.has(question)) return 'doubtful'
    this.#asked.add(question)
    if (url.startsWith('node:')) return 'constant'
    const module = this.#read(url)
    // Node reads the names of a CommonJS module once, when it has been evaluated.
    if (module === 'commonjs') return 'constant'
    if (module === undefined) return 'doubtful'
    const found = module.exports.find((each) => each.type !== 'reexport-all' && each.name === name)
    if (found?.type === 'direct') return isConstant(module.text, found) ? 'constant' : 'doubtful'
    if (found?.type === 'reexport') {
      return found.importName === null ? 'constant' : this.#follow(url, found.from, found.importName)
    }
    if (name === 'default') return undefined
    let outcome: Found
    for (const star of module.exports) {
      if (star.type === 'reexport-all') outcome ??= this.#follow(url, star.from, name)
    }
    return outcome
  }

  #follow(from: string, specifier: string, name: string): Found {
    const target = resolveImport(specifier, fileURLToPath(from))
    if (target.kind === 'missing') return 'doubtful'
    return this.find(target.kind === 'file' ? pathToFileURL(target.path).href : target.url, name)
  }

  #read(url: string): Module | 'commonjs' | undefined {
    if (this.#modules.has(url)) return this.#modules.get(url)
    const module = readModule(url)
    this.#modules.set(url, module)
    return module
  }
}

function readModule(url: string): Module | 'commonjs' | undefined {
  if (!url.startsWith('file:')) return undefined
  try {
    const path = fileURLToPath(url)
    const extension = extname(path)
    if (extension === '.cjs') return 'commonjs'
    if (extension !== '.js' && extension !== '.mjs') return undefined
    const format = new ModuleFormats(dirname(path)).of(path)
    if (format === 'commonjs') return 'commonjs'
    const text = readFileSync(path, 'utf8')
    const [, exports, , isModule] = parse(text)
    if (format === 'unknown' && !isModule) return 'commonjs'
    return text.length > readable || /\beval\b/.test(text)
      ? undefined
      : { text: text.replaceAll(/\bexport\s*\{[^{}]*\}/g, ''), exports }
  } catch {
    return undefined
  }
}

function isConstant(text: string, { localName }: Extract<Export, { type: 'direct' }>): boolean {
  if (localName === undefined) return true
  return isNeverWritten(text, localName)
}
