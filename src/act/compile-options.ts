import { dirname, basename, join } from 'node:path'
import type { BuildOptions } from 'esbuild'
import type { ModuleStore } from './module-store.ts'
import type { PluginFiles } from './plugin-files.ts'

/** What is to be compiled into a unit. */
export interface CompileRequest {
  readonly plugin: PluginFiles
  /** The entry's path, links followed. */
  readonly entry: string
  /** False for a CommonJS entry: the unit then only holds what the plugin's CommonJS files load. */
  readonly entryIsCompiled: boolean
  /** Knows the format of own files, and the names that own CommonJS files export. */
  readonly store: ModuleStore
  /** The name of the plugin whose folder holds this path. */
  readonly owner: (path: string) => string | undefined
}

/** The name of the virtual entry, which imports the real one and hands its namespace over. */
export const virtualEntry = 'plugbay:entry'

/** What every build of a plugin has in common. */
export function compileOptions(request: CompileRequest): BuildOptions & { readonly metafile: true } {
  const { plugin, entry } = request
  return {
    stdin: {
      contents: `import * as entry from ${JSON.stringify(`./${basename(entry)}`)}\n$bay.entry(entry)`,
      resolveDir: dirname(entry),
      sourcefile: virtualEntry,
      loader: 'js',
    },
    absWorkingDir: plugin.real,
    outfile: join(plugin.real, 'plugbay-unit.js'),
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

const helper = 'var __toESM = (mod, isNodeMode, target) => '

/**
 * Makes the helper that esbuild puts around CommonJS modules leave native namespaces as they are: they have the right
 * `default`, and their bindings are live. `undefined` if the helper does not look as expected.
 */
export function keepNamespaces(code: string): string | undefined {
  if (!code.includes('__toESM(')) return code
  if (!code.includes(`${helper}(`)) return undefined
  return code.replace(helper, `${helper}$bay.isNamespace(mod) ? mod : `)
}
