import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from './child.js'
import { writePlugins } from './plugins.js'
import { median } from './statistics.js'

const COUNT = 1000
const ROUNDS = 3

/** What watching costs: a process with 1,000 plugins, with and without. */
export async function measureMemory(_options, say) {
  const root = mkdtempSync(join(tmpdir(), 'plugbay-bench-'))
  const kind = 'commonjs'
  const { directory, names } = writePlugins(root, { count: COUNT, kind })
  const series = { true: [], false: [] }
  try {
    say(`memory of watching ${COUNT} plugins`)
    for (let round = 0; round < ROUNDS; round += 1)
      for (const watch of [true, false])
        series[watch].push(
          await runChild('memory.child.js', { directory, names, kind, watch }, ['--expose-gc']),
        )
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  const of = (watch, key) => {
    const values = series[watch].map((one) => one[key]).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : median(values)
  }
  return [true, false].map((watch) => ({
    count: COUNT,
    watch,
    rss: of(watch, 'rss'),
    heap: of(watch, 'heap'),
    watches: of(watch, 'watches'),
    readyMs: watch ? of(watch, 'readyMs') : undefined,
  }))
}
