import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import type { CompileRequest } from './compile-options.ts'
import type { PartialProblem } from './compile-problem.ts'
import { externalTarget, importExternal, isPathSpecifier } from './externals.ts'
import { messageOf } from '../message-of.ts'
import { crossImportProblem, missingImportProblem } from './import-problem.ts'
import { isOwnFile, ownName } from './own-files.ts'
import { resolveRequire } from './resolve-require.ts'
import type { UnitExternal } from './unit-format.ts'
import { statOf } from './stat-of.ts'

/** Marks the questions that are put to esbuild itself. */
const asked = Symbol('asked')

interface Found extends UnitExternal {
  readonly url: string
}

/** Decides, for one build, what each import of a plugin's files leads to. */
export class UnitResolver {
  /** Own CommonJS files are loaded by the unit. */
  commonjs = false
  readonly #request: CompileRequest
  readonly #found = new Map<string, Found>()

  constructor(request: CompileRequest) {
    this.#request = request
  }

  externals(): UnitExternal[] {
    return [...this.#found.values()].map(({ url: _url, ...external }) => external)
  }

  plugin(): Plugin {
    return {
      name: 'plugbay',
      setup: (build) => {
        build.onResolve({ filter: /.*/, namespace: 'file' }, (args) => this.#resolve(build, args))
        build.onResolve({ filter: /.*/, namespace: 'plugbay-external' }, ({ path }) => ({
          path,
          namespace: 'plugbay-native',
        }))
        build.onLoad({ filter: /.*/, namespace: 'plugbay-external' }, ({ path }) =>
          this.#external(real(path)),
        )
        build.onLoad({ filter: /.*/, namespace: 'plugbay-native' }, ({ path }) => ({
          contents: `module.exports = $bay.external(${JSON.stringify(real(path))})`,
        }))
        build.onLoad({ filter: /.*/, namespace: 'plugbay-commonjs' }, ({ path }) =>
          this.#ownCommonjs(real(path)),
        )
        build.onLoad({ filter: /.*/, namespace: 'plugbay-require' }, ({ path }) => {
          this.commonjs = true
          return { contents: `module.exports = $bay.require(${path})` }
        })
      },
    }
  }

  async #resolve(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
    if (args.pluginData === asked || args.kind === 'entry-point') return undefined
    if (args.kind === 'require-resolve') return { path: args.path, external: true }
    const { real } = this.#request.plugin
    const path = await this.#findPath(build, args)
    if (path !== undefined && isOwnFile(real, path)) return this.#own(path, args)
    if (args.kind === 'dynamic-import') return { path: args.path, external: true }
    if (args.kind === 'require-call') return this.#require(args)
    return this.#outside(args, path)
  }

  /** The file that a path, an alias of tsconfig.json or one of package.json's `imports` leads to. */
  async #findPath(build: PluginBuild, args: OnResolveArgs): Promise<string | undefined> {
    const { path: specifier, kind, resolveDir, namespace, with: attributes } = args
    const byPath = isPathSpecifier(specifier)
    if (byPath) {
      const path = resolve(resolveDir, specifier)
      if (statOf(path)?.isFile() === true) return realpathSync.native(path)
    }
    if (byPath || specifier.startsWith('#') || this.#request.plugin.files.has('tsconfig.json')) {
      const {
        errors,
        path,
        external,
        namespace: found,
      } = await build.resolve(specifier, {
        kind,
        importer: args.importer,
        resolveDir,
        namespace,
        with: attributes,
        pluginData: asked,
      })
      if (errors.length === 0 && !external && found === 'file') {
        const file = realpathSync.native(path)
        if (byPath || isOwnFile(this.#request.plugin.real, file)) return file
      }
    }
    if (byPath) return undefined
    const target = externalTarget(
      specifier,
      this.#importer(args),
      this.#request.plugin.real,
      this.#request.owner,
    )
    return target.kind === 'own' ? target.path : undefined
  }

  #own(path: string, args: OnResolveArgs): OnResolveResult {
    const { store, plugin } = this.#request
    const format = store.formats.of(path)
    if (format === 'json') return { path }
    if (!/\.(?:[cm]?[jt]s|[jt]sx|node)$|(?:^|[/\\])[^.]+$/.test(path)) {
      return failed({
        code: 'ERR_PLUGIN_IMPORT_MISSING',
        message: `'${args.path}' is neither code nor JSON.`,
        hint: 'Only code and JSON can be imported; read other files with node:fs.',
      })
    }
    let commonjs = format === 'addon'
    try {
      commonjs ||= store.isCommonjs(path)
    } catch {
      // esbuild says it with the place.
    }
    if (!commonjs) return { path }
    const name = ownName(plugin.real, path)
    return args.kind === 'require-call'
      ? { path: JSON.stringify(name), namespace: 'plugbay-require' }
      : { path: virtual(name), namespace: 'plugbay-commonjs' }
  }

  #require(args: OnResolveArgs): OnResolveResult {
    const importer = ownName(this.#request.plugin.real, this.#importer(args))
    return { path: `${JSON.stringify(importer)}, ${JSON.stringify(args.path)}`, namespace: 'plugbay-require' }
  }

  async #outside(args: OnResolveArgs, path: string | undefined): Promise<OnResolveResult> {
    const { plugin, owner } = this.#request
    const importer = this.#importer(args)
    const specifier = path === undefined ? args.path : pathToFileURL(path).href
    const faulty = { plugin: plugin.name, real: plugin.real, file: importer, specifier: args.path, line: 0 }
    const target = externalTarget(specifier, importer, plugin.real, owner)
    if (target.kind === 'missing') return failed({ ...missingImportProblem(faulty), cause: target.error })
    if (target.kind === 'cross') return failed(crossImportProblem({ ...faulty, other: target.other }))
    if (target.kind === 'own') return { path: target.path }
    let names: readonly string[]
    try {
      names = namesOf(await importExternal(target.url, args.with))
    } catch (cause) {
      return failed({
        code: 'ERR_PLUGIN_LOAD',
        message: `'${args.path}' threw while it was imported: ${messageOf(cause)}`,
        hint: 'Node keeps a module that failed: mend it and restart the process.',
        cause,
      })
    }
    const key = this.#key(args.path, target.url)
    const attributes = Object.keys(args.with).length === 0 ? {} : { attributes: args.with }
    this.#found.set(key, {
      key,
      specifier,
      importer: ownName(plugin.real, importer),
      ...attributes,
      names,
      exact: true,
      url: target.url,
    })
    return { path: virtual(key), namespace: 'plugbay-external' }
  }

  /** One key for one module; the same specifier can lead to two. */
  #key(specifier: string, url: string): string {
    for (let number = 1; ; number++) {
      const key = number === 1 ? specifier : `${specifier}#${number}`
      const known = this.#found.get(key)
      if (known === undefined || known.url === url) return key
    }
  }

  #external(key: string): OnLoadResult {
    const names = this.#found.get(key)?.names ?? []
    const list = names.map((name) => JSON.stringify(name)).join()
    return { contents: `export { ${list} } from ${JSON.stringify(virtual(key))}` }
  }

  /** As in Node, names are those that the text shows, and their values are taken once. */
  #ownCommonjs(name: string): OnLoadResult {
    this.commonjs = true
    const { store, plugin, owner } = this.#request
    const scope = { name: plugin.name, real: plugin.real, store, ownPackages: false, owner }
    const names = [
      ...store.namesOf(
        join(plugin.real, name),
        (file, specifier) => resolveRequire(scope, file, specifier) ?? createRequire(file).resolve(specifier),
      ),
    ]
    const lines = names.map(
      (member, index) =>
        `const e${index} = $bay.member(m, ${JSON.stringify(member)}); export { e${index} as ${JSON.stringify(member)} }`,
    )
    return {
      contents: [`const m = $bay.require(${JSON.stringify(name)}); export default m`, ...lines].join('\n'),
    }
  }

  #importer({ importer }: OnResolveArgs): string {
    return isAbsolute(importer) ? importer : this.#request.entry
  }
}

// esbuild takes the kind of a module from the extension of its path; what is virtual has none.
function virtual(name: string): string {
  return `${name}|`
}

function real(path: string): string {
  return path.slice(0, -1)
}

function namesOf(namespace: object): string[] {
  return Reflect.ownKeys(namespace).filter((key) => typeof key === 'string')
}

function failed({ code, message, hint, cause }: PartialProblem): OnResolveResult {
  const detail: PartialProblem = { code, message, hint, ...(cause !== undefined && { cause }) }
  return { errors: [{ text: message, detail }] }
}
