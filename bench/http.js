import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { ratio, summary } from './statistics.js'

const FRAMEWORKS = ['http', 'hono', 'express', 'fastify']
const CONNECTIONS = 32
/** Seconds. */
const WARM_UP = 1
const DURATION = 3

/** What the live layer costs: requests a second of one route, behind plugbay and registered directly, in turn. */
export async function measureHttp({ repeat }, say) {
  const root = mkdtempSync(join(tmpdir(), 'plugbay-bench-'))
  try {
    const rows = []
    for (const framework of FRAMEWORKS) {
      say(`throughput: ${framework}`)
      const series = { live: [], direct: [] }
      for (let round = 0; round < repeat; round += 1) {
        const order = round % 2 === 0 ? ['live', 'direct'] : ['direct', 'live']
        for (const how of order) series[how].push(await throughput(framework, how, join(root, framework)))
      }
      rows.push({
        framework,
        live: summary(series.live),
        direct: summary(series.direct),
        against: ratio(series.live, series.direct),
      })
    }
    return rows
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function throughput(framework, how, directory) {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('http.child.js', import.meta.url)), JSON.stringify({ framework, how, directory })],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } },
  )
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    const { url } = JSON.parse(line)
    await autocannon({ url, connections: CONNECTIONS, duration: WARM_UP })
    const { requests, non2xx, errors } = await autocannon({
      url,
      connections: CONNECTIONS,
      duration: DURATION,
    })
    if (non2xx > 0 || errors > 0) throw new Error(`${framework} ${how}: ${non2xx} refused, ${errors} errors`)
    return requests.total / DURATION
  } finally {
    child.stdin.end()
    await once(child, 'close')
  }
}
