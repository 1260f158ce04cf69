import { join } from 'node:path'
import type { BuildResult, Message } from 'esbuild'
import type { Problem } from '../../model/problem.ts'
import { commonOptions, mendHelpers, virtualEntry } from './compile-options.ts'
import type { CompileRequest } from './compile-options.ts'
import { compileProblem } from './compile-problem.ts'
import { ownName } from './own-files.ts'
import type { CompiledUnit } from './unit-format.ts'
import { bindImports } from './unit-sections.ts'
import { UnitResolver } from './unit-resolver.ts'

type Esbuild = typeof import('esbuild')

type Outcome = { readonly unit: CompiledUnit } | { readonly errors: readonly Message[] }

/** One line of the virtual entry: own files that can be imported by a name that is only known at run time. */
interface Table {
  readonly names: readonly string[]
  /** Those among them that `require()` cannot load, as they have a top-level `await`. */
  readonly asynchronous: ReadonlySet<string>
}

/**
 * Compiles a plugin with every import in our hands: what lies outside becomes a module of exactly the names that it
 * exports, own CommonJS files are loaded by the generation's registry, and errors have a place and a hint.
 * @param open own files can be meant by an import whose specifier is not known
 */
export async function compileFull(
  esbuild: Esbuild,
  request: CompileRequest,
  open: boolean,
): Promise<{ readonly unit: CompiledUnit } | { readonly problem: Problem }> {
  if (request.entryIsCompiled) {
    const plain = await build(esbuild, request, undefined)
    if ('errors' in plain) return { problem: compileProblem(request.plugin, plain.errors) }
    if (!plain.unit.open && !open) return plain
  }
  const tabled = await buildWithTable(esbuild, request)
  return 'unit' in tabled ? tabled : { problem: compileProblem(request.plugin, tabled.errors) }
}

/** Leaves out of the table what does not compile: nobody may ever import it. */
async function buildWithTable(esbuild: Esbuild, request: CompileRequest): Promise<Outcome> {
  let names = tableNames(request)
  let asynchronous: ReadonlySet<string> = new Set()
  for (;;) {
    const outcome = await build(esbuild, request, { names, asynchronous })
    if ('unit' in outcome || names.length === 0) return outcome
    const blamed = blame(outcome.errors, names)
    if (blamed.synchronous.size > 0) asynchronous = new Set([...asynchronous, ...blamed.synchronous])
    else if (blamed.files.size > 0) names = names.filter((name) => !blamed.files.has(name))
    else names = await thatCompile(esbuild, request, names)
  }
}

async function thatCompile(
  esbuild: Esbuild,
  request: CompileRequest,
  names: readonly string[],
): Promise<string[]> {
  const good: string[] = []
  for (const name of names) {
    const alone = await build(esbuild, request, { names: [name], asynchronous: new Set([name]) })
    if ('unit' in alone) good.push(name)
  }
  return good.length === names.length ? [] : good
}

function blame(
  errors: readonly Message[],
  names: readonly string[],
): { files: Set<string>; synchronous: Set<string> } {
  const files = new Set<string>()
  const synchronous = new Set<string>()
  for (const { location } of errors) {
    if (location === null) continue
    if (location.file !== virtualEntry) files.add(location.file)
    else if (location.lineText.includes('require(')) synchronous.add(names[location.line - 2] ?? '')
  }
  return { files: new Set(names.filter((name) => files.has(name))), synchronous }
}

function tableNames({ plugin, store }: CompileRequest): string[] {
  return [...plugin.files.keys()].filter((name) => {
    if (!/\.(?:[cm]?[jt]s|[jt]sx)$/.test(name) || /\.d\.[cm]?ts$/.test(name)) return false
    try {
      return !store.isCommonjs(join(plugin.real, name))
    } catch {
      return false
    }
  })
}

function plainEntry({ entry, plugin }: CompileRequest): string {
  return `import * as entry from ${JSON.stringify(`./${ownName(plugin.real, entry)}`)}\n$bay.entry(entry)`
}

function tableEntry({ entry, entryIsCompiled, plugin, store }: CompileRequest, table: Table): string {
  const synchronous = store.hasCommonjs(plugin)
  const lines = table.names.map((name) => {
    const path = JSON.stringify(`./${name}`)
    const require = synchronous && !table.asynchronous.has(name) ? `() => require(${path})` : 'undefined'
    return `${JSON.stringify(name)}: [() => import(${path}), ${require}],`
  })
  const start = entryIsCompiled
    ? `$bay.entry(await import(${JSON.stringify(`./${ownName(plugin.real, entry)}`)}))`
    : ''
  return ['$bay.table({', ...lines, '})', start].join('\n')
}

async function build(
  esbuild: Esbuild,
  request: CompileRequest,
  table: Table | undefined,
): Promise<
  { readonly unit: CompiledUnit & { readonly open: boolean } } | { readonly errors: readonly Message[] }
> {
  const { plugin, entry } = request
  const options = { ...commonOptions(request), absWorkingDir: plugin.real }
  const resolver = new UnitResolver(request)
  let result: BuildResult<typeof options>
  try {
    result = await esbuild.build({
      ...options,
      stdin: {
        contents: table ? tableEntry(request, table) : plainEntry(request),
        resolveDir: plugin.real,
        sourcefile: virtualEntry,
        loader: 'js',
      },
      outfile: join(plugin.real, 'plugbay-unit.js'),
      format: 'esm',
      plugins: [resolver.plugin()],
    })
  } catch (error) {
    const { errors } = error as { errors?: readonly Message[] }
    if (errors === undefined || errors.length === 0) throw error
    return { errors }
  }
  const [map, output] = result.outputFiles ?? []
  const kept = mendHelpers(output?.text ?? '')
  if (map === undefined || kept === undefined)
    throw new Error('This version of esbuild writes an unknown output.')
  const inputs = Object.keys(result.metafile.inputs).filter((name) => !name.startsWith('plugbay'))
  const bound = bindImports(kept, new Set(inputs), { fallback: ownName(plugin.real, entry) })!
  return {
    unit: {
      code: bound.code,
      definitions: bound.definitions,
      open: bound.open,
      map: map.text,
      mapFolder: plugin.real,
      async: request.entryIsCompiled,
      inputs,
      commonjs: resolver.commonjs || !request.entryIsCompiled,
      externals: resolver.externals(),
    },
  }
}
