import { join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import type { ModuleStore } from './module-store.ts'
import type { PluginFiles } from './plugin-files.ts'

/** What is to be compiled into a unit. */
export interface CompileRequest {
  readonly plugin: PluginFiles
  /** The entry's path, links followed. */
  readonly entry: string
  /** What the unit will be kept under: everything that compiling it looks at goes into it. */
  readonly key: string
  /** Keep `name` of functions and classes although their identifiers are changed. Costs a call for each function made. */
  readonly keepNames: boolean
  /** False for a CommonJS entry: the unit then only holds what the plugin's CommonJS files load. */
  readonly entryIsCompiled: boolean
  /** Knows the format of own files, and the names that own CommonJS files export. */
  readonly store: ModuleStore
  /** The name of the plugin whose folder holds this path. */
  readonly owner: (path: string) => string | undefined
}

/** The name of the virtual entry, which imports the real one and hands its namespace over. */
export const virtualEntry = 'plugbay:entry'

/** What every build has in common. */
export function commonOptions({
  plugin,
  keepNames,
}: CompileRequest): BuildOptions & { metafile: true; write: false } {
  return {
    keepNames,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    logLimit: 0,
    conditions: [],
    // Node runs every module that is imported, whatever its package says of side effects.
    ignoreAnnotations: true,
    resolveExtensions: ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx', '.json'],
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
    // The application's tsconfig.json is not the plugin's.
    ...(plugin.files.has('tsconfig.json')
      ? { tsconfig: join(plugin.real, 'tsconfig.json') }
      : { tsconfigRaw: '{}' }),
  }
}

// What an author calls by one of these names, esbuild tells apart by a number.
const helper = /^var __toESM\d* = \(([\w$]+), [\w$]+, [\w$]+\) => (?=\()/m
const namer = /^var __name\d* = \(([\w$]+), [\w$]+\) => (?=__defProp)/m

/**
 * Mends the helpers that esbuild adds. What it puts around CommonJS modules leaves native namespaces as they are: they
 * have the right `default`, and their bindings are live. `undefined` if that helper does not look as expected.
 */
export function mendHelpers(code: string): string | undefined {
  // What keeps the names of functions leaves alone what is none any more when its line comes.
  const named = code.replace(namer, '$&typeof $1 !== "function" ? $1 : ')
  if (!/\b__toESM\d*\(/.test(named)) return named
  if (!helper.test(named)) return undefined
  return named.replace(helper, '$&$$bay.isNamespace($1) ? $1 : ')
}

/**
 * True if functions or classes would not be called what they are: in one unit only the first of a name can keep its
 * identifier, and the others would be called `Name2`, as would one that is called like a global that the unit uses; a
 * class that names itself would be `_Name`.
 * @param map the source map, which knows what was called something else
 */
export function hasRenamed(code: string, map: string): boolean {
  if (/(?<!\S)(\S+) = class _\1(?!\S)/.test(code)) return true
  const names = new Set<string>()
  for (const [, declared, assigned] of code.matchAll(declaration)) names.add((declared ?? assigned)!)
  let before: ReadonlySet<string> | undefined
  for (const name of names) {
    for (let base = name; /\d$/.test(base);) {
      base = base.slice(0, -1)
      before ??= new Set((JSON.parse(map) as { readonly names: readonly string[] }).names)
      if (names.has(base) || before.has(base)) return true
    }
  }
  return false
}

// At the top level, where esbuild does not indent, or in the function that it makes of a module.
const declaration =
  /^ {0,4}(?:(?:class|(?:async )?function\*?) ([\w$]+)|(?:var |let |const )?([\w$]+) = (?:class\b|(?:async )?(?:function\b|\([^\n]*?\) =>|[\w$]+ =>)))/gm
