import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { sameFact } from '../../model/same-fact.ts'
import { commonjsNames } from './commonjs-names.ts'
import { compileCommonjs, isModuleSyntax, plainText } from './commonjs.ts'
import type { CommonjsFile } from './commonjs.ts'
import type { FileContent } from './file-content.ts'
import { factOf } from './file-contents.ts'
import type { FileContents, ReadFile } from './file-contents.ts'
import { KnownFiles } from './known-files.ts'
import type { ModuleFormats } from './module-format.ts'
import { isOwnFile, ownName } from './own-files.ts'
import { isPathSpecifier } from './externals.ts'
import { resolveFile } from './resolve-file.ts'
import type { PluginFiles } from './plugin-files.ts'

/** A file that was loaded, with all that evaluating it again takes. */
export type StoredFile = { readonly content: FileContent } & (
  | { readonly kind: 'commonjs'; readonly code: CommonjsFile }
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'compiled' }
  | { readonly kind: 'addon' }
)

const noFiles: ReadonlyMap<string, never> = new Map<string, never>()

/**
 * The CommonJS files of a plugin, compiled, and where its specifiers led: a second evaluation does not go back to the
 * disk for what the first one saw.
 */
export class ModuleStore {
  /** By path. Only files that were loaded. */
  readonly files: Map<string, StoredFile> = new Map()
  /** By file, by specifier. `undefined` for what Node loads, or what was not found. */
  readonly resolutions: Map<string, Map<string, string | undefined>> = new Map()
  /** File and specifier of what was not found. */
  readonly missing: Set<readonly [string, string]> = new Set()
  /** By path: the content of files that do not compile. */
  readonly #refused = new Map<string, FileContent>()
  /** Folders known to be no links. */
  readonly realFolders: Set<string> = new Set()
  /** What was found when the program was prepared, until it has been evaluated. */
  known: KnownFiles | undefined
  readonly #plugin: string
  readonly #real: string
  #names: string
  readonly #contents: FileContents
  readonly formats: ModuleFormats
  #fresh: ReadonlyMap<string, ReadFile>
  #earlier: ReadonlyMap<string, StoredFile>
  /** Compiled to learn their format or names, and not loaded. */
  #looked: Map<string, StoredFile> | undefined

  /**
   * @param fresh files that were read a moment ago; they are not read again
   * @param earlier what an earlier program of this folder compiled
   */
  constructor(
    plugin: PluginFiles,
    contents: FileContents,
    formats: ModuleFormats,
    known: KnownFiles,
    fresh: ReadonlyMap<string, ReadFile>,
    earlier: ReadonlyMap<string, StoredFile> = noFiles,
  ) {
    this.#plugin = plugin.name
    this.#real = plugin.real
    this.realFolders.add(plugin.real)
    this.known = known
    this.#names = known.code.join('\0')
    this.#contents = contents
    this.formats = formats
    this.#fresh = fresh
    this.#earlier = earlier
  }

  /** @throws SyntaxError, or what reading the file threw. */
  load(path: string): StoredFile {
    const known = this.files.get(path)
    if (known !== undefined) return known
    const file = this.#looked?.get(path) ?? this.#fetch(path)
    this.files.set(path, file)
    this.#looked?.delete(path)
    return file
  }

  #look(path: string): StoredFile {
    let file = this.files.get(path) ?? this.#looked?.get(path)
    if (file === undefined) {
      file = this.#fetch(path)
      this.#looked ??= new Map()
      this.#looked.set(path, file)
    }
    return file
  }

  #fetch(path: string): StoredFile {
    return this.#reuse(path) ?? this.#read(path)
  }

  /** Where a specifier leads, asked once. */
  resolution(file: string, specifier: string, resolve: () => string | undefined): string | undefined {
    let ofFile = this.resolutions.get(file)
    if (ofFile === undefined) this.resolutions.set(file, (ofFile = new Map<string, string | undefined>()))
    const known = ofFile.get(specifier)
    if (known !== undefined) return known
    const path = resolve()
    ofFile.set(specifier, path)
    return path
  }

  /** True for a file that `require` evaluates as CommonJS, JSON or an addon. */
  isCommonjs(path: string): boolean {
    const format = this.formats.of(path)
    return format === 'unknown' ? this.#look(path).kind !== 'compiled' : format !== 'compiled'
  }

  /** True if the folder has CommonJS files of its own. */
  hasCommonjs(plugin: PluginFiles): boolean {
    return [...plugin.files.keys()].some(
      (name) => /\.c?js$/.test(name) && this.#isCommonjsFile(join(plugin.real, name)),
    )
  }

  #isCommonjsFile(path: string): boolean {
    try {
      return this.isCommonjs(path)
    } catch {
      return true
    }
  }

  /** The names that an ES module can import from a CommonJS file. */
  namesOf(path: string, resolve: (path: string, specifier: string) => string): ReadonlySet<string> {
    return commonjsNames(
      path,
      (file) => this.#textOf(file),
      (file, specifier) => {
        try {
          return resolve(file, specifier)
        } catch {
          return undefined
        }
      },
    )
  }

  /** True if the files that were loaded say what they said, and every specifier leads where it led. */
  isUnchanged(plugin: PluginFiles, contents: FileContents): boolean {
    // What is at hand for a first evaluation counts too: it may be loaded yet.
    for (const [path, { content }] of [...this.files, ...this.#fresh]) {
      if (!isOwnFile(this.#real, path) || this.formats.of(path) === 'compiled') continue
      if (!content.equals(contents.of(path, plugin.files.get(ownName(this.#real, path))))) return false
    }
    for (const [path, content] of this.#refused) {
      if (!content.equals(contents.of(path, plugin.files.get(ownName(this.#real, path))))) return false
    }
    for (const [file, specifier] of this.missing) if (canResolve(file, specifier)) return false
    const names = new KnownFiles(plugin).code.join('\0')
    if (names !== this.#names && !this.#resolvesTheSame()) return false
    this.#names = names
    return true
  }

  /** A file that came or went can change where a path leads. */
  #resolvesTheSame(): boolean {
    for (const [file, specifiers] of this.resolutions) {
      for (const [specifier, path] of specifiers) {
        if (!isPathSpecifier(specifier)) continue
        if ((resolveFile(dirname(file), specifier) ?? path) !== path) return false
      }
    }
    return true
  }

  /** Lets go of what only the first evaluation has a use for. */
  settle(): void {
    this.known = undefined
    this.#earlier = noFiles
    this.#fresh = noFiles
    this.#looked = undefined
  }

  #textOf(path: string): string | undefined {
    if (isOwnFile(this.#real, path)) {
      const file = this.#look(path)
      return file.kind === 'commonjs' ? file.code.text() : undefined
    }
    return isAbsolute(path) && /\.c?js$/.test(path) ? readFileSync(path, 'utf8') : undefined
  }

  /** A file that has not changed since an earlier program compiled it. */
  #reuse(path: string): StoredFile | undefined {
    const earlier = this.#earlier.get(path)
    if (earlier === undefined) return undefined
    if (isOwnFile(this.#real, path)) {
      const content = this.#fresh.get(path)?.content ?? this.#contents.of(path)
      return earlier.content.equals(content) ? earlier : undefined
    }
    const fact = factOf(path)
    return fact !== undefined && sameFact(fact, earlier.content.fact) ? earlier : undefined
  }

  #read(path: string): StoredFile {
    const format = this.formats.of(path)
    const read = this.#fresh.get(path) ?? this.#contents.read(path)
    if (read === undefined) throw unread(path)
    const { content, text } = read
    if (!isOwnFile(this.#real, path)) this.#contents.forget(path)
    if (format === 'json') return { kind: 'json', content, text: plainText(text) }
    if (format === 'compiled' || format === 'addon') return { kind: format, content }
    try {
      return { kind: 'commonjs', content, code: compileCommonjs(path, text, this.#plugin) }
    } catch (error) {
      if (format === 'unknown' && isModuleSyntax(error)) return { kind: 'compiled', content }
      if (isOwnFile(this.#real, path)) this.#refused.set(path, content)
      throw error
    }
  }
}

/** Why a file could not be read. One that is not there is a module that is not there. */
function unread(path: string): unknown {
  try {
    readFileSync(path)
  } catch (cause) {
    if (!['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return cause
  }
  return Object.assign(new Error(`Cannot find module '${path}'`), { code: 'MODULE_NOT_FOUND', path })
}

function canResolve(file: string, specifier: string): boolean {
  try {
    return createRequire(file).resolve(specifier) !== ''
  } catch {
    return false
  }
}
