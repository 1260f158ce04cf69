import { runChild } from './child.js'
import { ratio, summary } from './statistics.js'

export const SETTLES = { engine: { settle: 0 }, default: true }
/** Plugins of the floor: it knows nothing of the others, and its cost does not depend on them. */
const FLOOR_PLUGINS = 10

/** Edit-to-live of plugbay, with the CommonJS floor in between in the same process. */
export async function measureEdits({ counts, kinds, edits }, say) {
  const rows = []
  for (const count of counts) {
    for (const kind of kinds) {
      for (const [settle, watch] of Object.entries(SETTLES)) {
        say(`edit-to-live: ${count} ${kind} plugins, settle ${settle}`)
        const contenders = [
          { module: 'plugbay' },
          { module: 'floor', kind: 'commonjs', count: Math.min(count, FLOOR_PLUGINS) },
        ]
        const [ours, floor] = await runChild('edit.child.js', { contenders, kind, count, edits, watch })
        rows.push({
          count,
          kind,
          settle,
          plugbay: summary(ours.times),
          floor: summary(floor.times),
          missed: ours.missed,
          ...(ours.times.length === floor.times.length && { against: ratio(ours.times, floor.times) }),
          startMs: ours.startMs,
          readyMs: ours.readyMs,
        })
      }
    }
  }
  return rows
}
