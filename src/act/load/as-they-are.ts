import { join } from 'node:path'
import { factOf } from './file-contents.ts'
import type { PluginFiles } from './plugin-files.ts'

/** The plugin with the named files as they are now. One that is gone is as it was. */
export function asTheyAre(plugin: PluginFiles, names: Iterable<string>): PluginFiles {
  const files = new Map(plugin.files)
  for (const name of names) {
    const before = files.get(name)
    const now = before && factOf(join(plugin.real, name))
    if (now) files.set(name, before.linked ? { ...now, linked: before.linked } : now)
  }
  return { ...plugin, files }
}
