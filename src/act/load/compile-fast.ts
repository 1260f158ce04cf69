import { isBuiltin } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { unusedName } from './commonjs.ts'
import { mendHelpers } from './compile-options.ts'
import type { CompileRequest } from './compile-options.ts'
import { externalTarget, importExternal, isPathSpecifier } from './externals.ts'
import type { Namespace } from './externals.ts'
import type { FastBuilds, FastOutput } from './fast-builds.ts'
import type { CompiledUnit, UnitExternal } from './unit-format.ts'
import { bindImports, sections } from './unit-sections.ts'

type Input = Metafile['inputs'][string]
type Esbuild = typeof import('esbuild')

/**
 * Compiles a plugin in a build in which esbuild asks nothing back, which takes half the time. What lies outside is left
 * to `require`, which the unit is given; esbuild turns each use of it into a property access, so that bindings are
 * live.
 * @returns `undefined` for what such a build cannot do, or whose errors it cannot name: top-level `await`, own CommonJS
 *   files, imports by path from outside the folder, imports that lead nowhere, …
 */
export async function compileFast(
  esbuild: Esbuild,
  builds: FastBuilds,
  request: CompileRequest,
): Promise<CompiledUnit | undefined> {
  const output = await builds.build(esbuild, request)
  const prefix = `${basename(request.plugin.real)}/`
  const inputs = output && ownInputs(request, output, prefix)
  // The runtime's own name is only kept free by a build that names it.
  if (output === undefined || inputs === undefined || output.code.includes('$bay')) return undefined
  const names = new Set(inputs.keys())
  // Where esbuild leaves it, it would stand within a function.
  const text = output.code.replace(/^#!/, '//')
  const handed = handOver(mendHelpers(text))
  const code = handed === undefined ? undefined : bindMeta(handed, names, output.metaFiles, prefix)
  const bound = code === undefined ? undefined : bindImports(code, names, { prefix })
  if (bound === undefined || bound.open) return undefined
  const externals = await readExternals(request, inputs)
  const used = externals && usedNames(bound.code, externals)
  const required = used && bindRequire(bound.code, used)
  if (used === undefined || required === undefined) return undefined
  return {
    code: required.code,
    definitions: { ...bound.definitions, [required.name]: '(key)=>$bay.external(key)' },
    map: output.map,
    mapFolder: dirname(request.plugin.real),
    async: false,
    inputs: [...names],
    commonjs: false,
    externals: used,
  }
}

/** The own files in the unit, by name. `undefined` if there are others, or CommonJS ones. */
function ownInputs(
  request: CompileRequest,
  output: FastOutput,
  prefix: string,
): Map<string, Input> | undefined {
  const inputs = new Map<string, Input>()
  for (const [path, input] of output.inputs) {
    const name = path.slice(prefix.length)
    if (!path.startsWith(prefix) || /(?:^|\/)node_modules\//.test(name)) return undefined
    const format = request.store.formats.of(join(request.plugin.real, name))
    if (input.format === 'cjs') return undefined
    if (format !== 'compiled' && format !== 'json' && (format !== 'unknown' || input.format !== 'esm')) {
      return undefined
    }
    inputs.set(name, input)
  }
  return inputs
}

/** Hands the entry's namespace over, where esbuild writes `module.exports`. */
function handOver(code: string | undefined): string | undefined {
  const line = /^module\.exports = __toCommonJS\((\w+)\);$/m
  return code !== undefined && line.test(code) ? code.replace(line, '$$bay.entry($1);') : undefined
}

interface FoundExternal {
  readonly external: UnitExternal
  readonly url: string
  readonly namespace: Namespace
}

/** What is imported from outside, by specifier. `undefined` if some of it takes a closer look. */
async function readExternals(
  request: CompileRequest,
  inputs: ReadonlyMap<string, Input>,
): Promise<Map<string, FoundExternal> | undefined> {
  const { real } = request.plugin
  const found = new Map<string, FoundExternal>()
  for (const [importer, input] of inputs) {
    for (const { path: specifier, kind, external, with: attributes } of input.imports) {
      if (external !== true || specifier === '<runtime>') continue
      if (kind !== 'import-statement' && kind !== 'dynamic-import') return undefined
      if (isPathSpecifier(specifier) || specifier.startsWith('#')) return undefined
      if (kind === 'dynamic-import' && isBuiltin(specifier)) continue
      const target = externalTarget(specifier, join(real, importer), real, request.owner)
      if (kind === 'dynamic-import') {
        if (target.kind === 'own') return undefined
        continue
      }
      if (target.kind !== 'outside') return undefined
      const known = found.get(specifier)
      if (known !== undefined) {
        if (known.url !== target.url) return undefined
        continue
      }
      try {
        const namespace = await importExternal(target.url, attributes)
        const external: UnitExternal = {
          key: specifier,
          specifier,
          importer,
          ...(attributes && { attributes }),
          names: [],
          exact: false,
        }
        found.set(specifier, { url: target.url, namespace, external })
      } catch {
        return undefined
      }
    }
  }
  return found
}

/** The externals with the names that the code uses. `undefined` if one of them has no such name. */
function usedNames(code: string, externals: ReadonlyMap<string, FoundExternal>): UnitExternal[] | undefined {
  const names = new Map<string, Set<string>>()
  const variables = new Map<string, string>()
  for (const [, variable, text] of code.matchAll(
    /\b(import_\w+) = (?:__toESM\d*\()?require\(("(?:[^"\\]|\\.)*")\)/g,
  )) {
    variables.set(variable!, JSON.parse(text!) as string)
  }
  if (variables.size > 0) {
    for (const [, variable = '', name = ''] of code.matchAll(
      /\b(import_\w+)\.([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu,
    )) {
      const specifier = variables.get(variable)
      const external = specifier === undefined ? undefined : externals.get(specifier)
      if (external === undefined) continue
      if (!(name in external.namespace)) return undefined
      const used = names.get(specifier!) ?? new Set()
      names.set(specifier!, used.add(name))
    }
  }
  return [...externals.values()].map(({ external }) => ({
    ...external,
    names: [...(names.get(external.specifier) ?? [])].sort(),
  }))
}

/**
 * Gives the `require()` that esbuild wrote another name, of the same length: an ES module has no `require`.
 * `undefined` if it cannot be told from what an author wrote.
 */
function bindRequire(
  code: string,
  externals: readonly UnitExternal[],
): { readonly code: string; readonly name: string } | undefined {
  const name = unusedName(code, 'require'.length)
  const bound = code.replaceAll(
    /(import_\w+ = (?:__toESM\d*\()?|__reExport\d*\(\w+_exports, )require(?=\(")/g,
    (_match, start: string) => start + name,
  )
  const specifiers = externals.map(({ specifier }) => `require(${JSON.stringify(specifier)})`)
  return specifiers.some((call) => bound.includes(call)) ? undefined : { code: bound, name }
}

/**
 * Fills in `import.meta`: where the output is CommonJS, esbuild leaves an empty object for each file that uses it.
 * `undefined` if these objects cannot be told from what an author wrote.
 */
function bindMeta(
  code: string,
  inputs: ReadonlySet<string>,
  metaFiles: ReadonlySet<string>,
  prefix: string,
): string | undefined {
  const files = new Set([...metaFiles].map((name) => name.slice(prefix.length)))
  if (files.size === 0) return code
  const fileAt = sections(code, inputs, prefix)
  let ambiguous = false
  const bound = code.replaceAll(
    /^(\s*(?:var |const |let )?import_meta\d* = )\{\};$/gm,
    (_match, start: string, at: number) => {
      const file = fileAt(at)
      if (file === undefined || !files.delete(file)) ambiguous = true
      return `${start}$bay.meta(${JSON.stringify(file)});`
    },
  )
  return ambiguous || files.size > 0 ? undefined : bound
}
