import { setTimeout } from 'node:timers/promises'
import type { PluginFiles } from '../../model/code.ts'
import { sameFact } from '../../model/same-fact.ts'
import { asTheyAre } from './as-they-are.ts'

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
  let now = plugin
  for (let turn = 0, moving = true; moving && turn < PATIENCE; turn += 1) {
    await setTimeout(REST_MS)
    const before = now
    now = asTheyAre(before, names)
    moving = names.some((name) => {
      const fact = before.files.get(name)
      return fact !== undefined && !sameFact(fact, now.files.get(name)!)
    })
  }
  return now
}
