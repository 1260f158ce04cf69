import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from './child.js'
import { writePlugins } from './plugins.js'
import { ratio, summary } from './statistics.js'

/** What is started, and what raw Node.js does with the same plugins. `cold`: nothing is compiled yet. */
const STARTS = [
  { name: 'commonjs', kind: 'commonjs', floor: { how: 'require', kind: 'commonjs' } },
  { name: 'module, warm cache', kind: 'module', floor: { how: 'import', kind: 'module' } },
  { name: 'module, cold cache', kind: 'module', floor: { how: 'import', kind: 'module' }, cold: true },
  { name: 'typescript, warm cache', kind: 'typescript', floor: { how: 'import', kind: 'module' } },
  {
    name: 'typescript, cold cache',
    kind: 'typescript',
    floor: { how: 'import', kind: 'module' },
    cold: true,
  },
]

/** Starts of this many plugins take long; fewer repetitions tell enough. */
const MANY = { count: 5000, repeat: 3 }

/** Cold starts, each in a fresh process, plugbay and the floor in turn. */
export async function measureColdStarts({ counts, kinds, repeat }, say) {
  const rows = []
  for (const count of counts) {
    const root = mkdtempSync(join(tmpdir(), 'plugbay-bench-'))
    const times = count < MANY.count ? repeat : Math.min(repeat, MANY.repeat)
    const written = new Map()
    const plugins = (kind) => {
      if (!written.has(kind)) written.set(kind, writePlugins(join(root, kind), { count, kind }))
      return written.get(kind)
    }
    try {
      for (const start of STARTS.filter(({ kind }) => kinds.includes(kind))) {
        say(`cold start: ${count} ${start.name}`)
        rows.push({ count, start: start.name, ...(await measure(start, plugins, times)) })
      }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  }
  return rows
}

async function measure({ kind, floor, cold = false }, plugins, repeat) {
  const series = { watched: [], unwatched: [], floor: [], imports: [] }
  const own = (watch) => async () => {
    if (cold) rmSync(join(plugins(kind).root, '.cache'), { recursive: true, force: true })
    const { ms, importMs } = await once('plugbay', plugins(kind), watch)
    series[watch ? 'watched' : 'unwatched'].push(ms)
    series.imports.push(importMs)
  }
  const raw = async () => series.floor.push((await once(floor.how, plugins(floor.kind))).ms)
  const runs = [own(true), raw, own(false)]
  // The first round brings the files into the system's cache, and the units into plugbay's.
  for (let round = -1; round < repeat; round += 1) {
    for (const run of rotated(runs, round)) await run()
    if (round < 0) for (const list of Object.values(series)) list.length = 0
  }
  return {
    plugbay: summary(series.watched),
    unwatched: summary(series.unwatched),
    floor: summary(series.floor),
    imported: summary(series.imports),
    against: ratio(series.watched, series.floor),
    unwatchedAgainst: ratio(series.unwatched, series.floor),
  }
}

function once(how, { directory, names, kind }, watch) {
  return runChild('cold.child.js', { how, directory, names, kind, watch })
}

function rotated(list, by) {
  const at = (by + list.length) % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
