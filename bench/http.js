import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { openServer } from './http-server.js'
import { median, quantile, ratios, summary } from './statistics.js'

const FRAMEWORKS = ['http', 'hono', 'express', 'fastify']
const CONNECTIONS = 32
/** What V8 compiles, and how, differs between processes that run the same code. */
const PAIRS = 3
/** Of each server of a pair. */
const SLICES = 14
/** Seconds. */
const WARM_UP = 1.5
const SLICE = 0.4

/**
 * What the live layer costs: requests a second of one route, behind plugbay and registered directly, and the CPU time
 * that the server's process takes for one of them (docs/decisions/0013). Both servers are up at the same time, and are
 * asked in turn, for so short a while that a neighbour on the machine slows both.
 */
export async function measureHttp(_options, say) {
  const root = mkdtempSync(join(tmpdir(), 'plugbay-bench-'))
  try {
    const rows = []
    for (const framework of FRAMEWORKS) {
      say(`throughput: ${framework}`)
      const pairs = []
      for (let pair = 0; pair < PAIRS; pair += 1)
        pairs.push(await measurePair(framework, join(root, framework), pair))
      rows.push({ framework, ...compared(pairs, 'rate'), cpu: compared(pairs, 'cpu') })
    }
    return rows
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The slices of two fresh processes. */
async function measurePair(framework, directory, turn) {
  const open = {}
  try {
    for (const how of ['live', 'direct']) open[how] = await openServer(framework, how, directory)
    const slices = { live: [], direct: [] }
    for (const server of Object.values(open)) await ask(server, WARM_UP)
    for (let at = turn; at < turn + SLICES; at += 1)
      for (const how of at % 2 === 0 ? ['live', 'direct'] : ['direct', 'live'])
        slices[how].push(await ask(open[how], SLICE))
    return slices
  } finally {
    for (const server of Object.values(open)) await server.close()
  }
}

async function ask({ url, cpu }, duration) {
  const before = await cpu()
  const {
    '2xx': answered,
    non2xx,
    errors,
    start,
    finish,
  } = await autocannon({ url, connections: CONNECTIONS, duration, sampleInt: duration * 1000 })
  const spent = (await cpu()) - before
  if (non2xx > 0 || errors > 0 || answered === 0)
    throw new Error(`${url}: ${answered} answered, ${non2xx} refused, ${errors} errors`)
  return { rate: (1000 * answered) / (finish - start), cpu: spent / answered }
}

/** Of each pair of processes the median of its neighbouring slices; of all pairs the median of these. */
function compared(pairs, key) {
  const of = (slices) => slices.map((slice) => slice[key])
  const byPair = pairs.map(({ live, direct }) => ratios(of(live), of(direct)))
  const all = byPair.flat()
  return {
    live: summary(pairs.flatMap(({ live }) => of(live))),
    direct: summary(pairs.flatMap(({ direct }) => of(direct))),
    against: {
      ratio: median(byPair.map(median)),
      p25: quantile(all, 0.25),
      p75: quantile(all, 0.75),
      pairs: byPair.map(median),
    },
  }
}
