// The host of the soak: plugins over plain node:http, with the default settings. Needs --expose-gc.
// usage: node --expose-gc host.child.js <plugins folder> <config file> <cache folder>
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPluginManager } from 'plugbay'
import { httpRoutes } from '#src/http/http.js'
import type { FromHost, ToHost } from './host.ts'

const [directory = '', config = '', cacheDirectory = ''] = process.argv.slice(2)
const routes = httpRoutes()
const server = createServer(routes.handler((_, response) => response.writeHead(404).end('off')))
// One that is closed as idle just when the next question goes out would be a failure that no plugin is to blame for.
server.keepAliveTimeout = 0
const quiet = (): void => undefined
const manager = createPluginManager({
  directory,
  config,
  cacheDirectory,
  env: {},
  context: (scope) => ({ http: routes.open(scope) }),
  log: { debug: quiet, info: quiet, warn: quiet, error: (...values) => console.error(...values) },
})
const say = (said: FromHost): void => void process.send!(said)
const codes: Record<string, number> = {}
let starts = 0
manager.on('state', ({ to }) => {
  if (to === 'active') starts += 1
})
manager.on('problem', ({ code }) => (codes[code] = (codes[code] ?? 0) + 1))
const { problems } = await manager.start()
if (problems.length > 0) throw new Error(JSON.stringify(problems))
await once(server.listen(0, '127.0.0.1'), 'listening')

process.on('message', (asked: ToHost) => {
  if (asked === 'memory') {
    global.gc!()
    const { rss, heapUsed } = process.memoryUsage()
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
    say({ kind: 'memory', rss, heap: heapUsed, listeners })
  } else {
    void end()
  }
})
say({ kind: 'port', port: (server.address() as AddressInfo).port })

/** From here on nothing holds the process but what somebody forgot. */
async function end(): Promise<void> {
  await manager.settled()
  const { stop, start, restart } = manager.plan()
  const states = manager.plugins.map(({ name, state, problem }) => ({ name, state, problem: problem?.code }))
  await routes.close()
  await manager.close()
  server.close()
  server.closeAllConnections()
  say({ kind: 'end', codes, starts, left: [...stop, ...start, ...restart], states })
  process.disconnect()
}
