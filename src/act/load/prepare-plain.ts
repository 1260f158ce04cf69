import { isConstantExport } from './constant-exports.ts'
import { importExternal } from './externals.ts'
import type { Namespace } from './externals.ts'
import { KnownFiles } from './known-files.ts'
import { ownName } from './own-files.ts'
import { plainGraph } from './plain-graph.ts'
import type { PlainFile } from './plain-graph.ts'
import type { CompiledJob, CompiledWorkshop } from './prepare-compiled.ts'

/** The own files of a plugin that needs no compiler, the entry last. `undefined` for any other. Imports nothing. */
export function plainFiles(shop: CompiledWorkshop, job: CompiledJob): readonly PlainFile[] | undefined {
  const { plugin, entry, entryIsCompiled, open, store, folder, fresh } = job
  if (open || !entryIsCompiled) return undefined
  const { contents, plain, neighbours } = shop
  const graph = plainGraph(
    {
      plugin,
      store,
      known: store.known ?? new KnownFiles(plugin),
      owner: neighbours.owner,
      contentOf: (path) => folder.of(path),
      moduleOf: (path, content) =>
        plain.of(plugin.real, path, content, () => {
          const read = fresh.get(path) ?? contents.read(path)
          return read?.content.equals(content) ? read.text : undefined
        }),
    },
    entry,
  )
  if ('files' in graph) {
    const paths = new Set(graph.files.map(({ path }) => path))
    plain.keep(plugin.real, (path) => paths.has(path))
    return graph.files
  }
  // That a file is not plain is worth knowing, as long as it is there.
  plain.keep(plugin.real, (path, read) => 'refused' in read && plugin.files.has(ownName(plugin.real, path)))
  return undefined
}

/** Imports what plain modules take from outside, by URL. `undefined` if that takes a closer look. */
export async function plainExternals(
  files: readonly PlainFile[],
): Promise<Map<string, Namespace> | undefined> {
  const namespaces = new Map<string, Namespace>()
  try {
    for (const url of files.flatMap(({ outside }) => outside)) {
      if (!namespaces.has(url)) namespaces.set(url, await importExternal(url))
    }
  } catch {
    return undefined
  }
  for (const { imports, exports } of files) {
    for (const binding of [...imports.values(), ...exports.values()]) {
      if (!('url' in binding) || binding.name === undefined) continue
      if (!(binding.name in namespaces.get(binding.url)!)) return undefined
    }
    for (const binding of imports.values()) {
      if ('url' in binding && binding.name !== undefined && !isConstantExport(binding.url, binding.name))
        return undefined
    }
  }
  return namespaces
}
