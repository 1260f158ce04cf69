import type { Code } from '../model/code.ts'
import type { Candidate } from '../model/decision.ts'
import type { PluginOption } from '../model/options.ts'

/** Plugins that the program gives as objects, in the form in which found ones come. */
export function objectPlugins(
  entries: readonly PluginOption[],
): ReadonlyMap<string, { readonly candidate: Candidate; readonly code: Code }> {
  const found = new Map<string, { candidate: Candidate; code: Code }>()
  for (const { name, plugin, metadata } of entries) {
    if (!plugin) continue
    const candidate: Candidate = {
      name,
      directory: '',
      real: '',
      entry: '',
      incomplete: false,
      problems: [],
      metadata: {
        version: '0.0.0',
        dependencies: {},
        optionalDependencies: {},
        engines: {},
        watch: [],
        routes: {},
        reload: 'restart',
        ...metadata,
        name,
      },
    }
    const code: Code = {
      id: `object:${name}`,
      kind: 'object',
      once: false,
      sync: true,
      evaluate: () => ({ exports: plugin }),
    }
    found.set(name, { candidate, code })
  }
  return found
}
