import { channel } from 'node:diagnostics_channel'
import { Agent, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { fastify } from 'fastify'
import type { FastifyInstance } from 'fastify'
import { createPluginManager } from 'plugbay'
import type { Scope } from 'plugbay'
import { fastifyRoutes } from '#src/http/fastify.js'

// usage: node --expose-gc fastify-memory.child.js <plugins folder> <cache folder> <reloads>
const [directory = '', cacheDirectory = '', reloads = ''] = process.argv.slice(2)
const warnings: string[] = []
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`))

const instances: WeakRef<FastifyInstance>[] = []
const routes = fastifyRoutes()
const app = fastify({ logger: { level: 'fatal' } })
await app.register(routes.middleware())
routes.upgrade(app.server)
const manager = createPluginManager({
  directory,
  config: false,
  watch: false,
  cacheDirectory,
  context: (scope: Scope) => {
    const http = routes.open(scope)
    instances.push(new WeakRef(http))
    return { http }
  },
})
const listeners = (): number =>
  process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0)

const { problems } = await manager.start()
if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const ask = async (path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ port, path, agent, host: '127.0.0.1' }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    }).on('error', reject)
  })

const before = listeners()
for (let count = 0; count < Number(reloads); count += 1) {
  const statuses = [await ask('/heavy/1'), await ask('/heavy/one'), await ask('/heavy/throws')]
  if (statuses.join() !== '200,400,500') throw new Error(statuses.join())
  await manager.reload('heavy')
}
await ask('/heavy/1')

for (let round = 0; round < 10; round += 1) {
  await turn()
  global.gc!()
}
const alive = instances.slice(0, -1).filter((instance) => instance.deref() !== undefined).length
const result = {
  reloads: instances.length - 1,
  alive,
  listeners: listeners() - before,
  upgrades: app.server.listenerCount('upgrade'),
  subscribers: channel('fastify.initialization').hasSubscribers,
  warnings,
}
agent.destroy()
await manager.close()
await app.close()
process.stdout.write(JSON.stringify(result))
