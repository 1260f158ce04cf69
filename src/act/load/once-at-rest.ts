import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { PluginFiles } from '../../model/code.ts'
import { sameFact } from '../../model/same-fact.ts'
import { factOf } from './file-contents.ts'

/** A file that stays as it is for so long is whole, in ms. */
const REST_MS = 50
/** Nobody is waited for longer than so many times that. */
const PATIENCE = 20

/**
 * A folder was looked at, and then somebody began to save: between the two a file is empty or has only its beginning.
 * Waits until nobody writes the named files any more.
 * @returns the plugin with the files as they are then
 */
export async function onceAtRest(plugin: PluginFiles, names: readonly string[]): Promise<PluginFiles> {
  const files = new Map(plugin.files)
  for (let turn = 0, moving = true; moving && turn < PATIENCE; turn += 1) {
    await setTimeout(REST_MS)
    moving = false
    for (const name of names) {
      const before = files.get(name)
      const now = factOf(join(plugin.real, name))
      if (!before || !now) continue
      const fact = before.linked ? { ...now, linked: before.linked } : now
      if (sameFact(before, fact)) continue
      files.set(name, fact)
      moving = true
    }
  }
  return { ...plugin, files }
}
