import { join } from 'node:path'
import fastify from 'fastify'
import { createPluginManager } from 'plugbay'
import { fastifyRoutes } from 'plugbay/fastify'

const routes = fastifyRoutes()
const manager = createPluginManager({
  directory: join(import.meta.dirname, 'plugins'),
  context: (scope) => ({ http: routes.open(scope) }),
})
await manager.start()

const app = fastify()
await app.register(routes.middleware())
app.get('/', () => 'the host\n')
routes.upgrade(app.server)

const url = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
console.log(`${url}/hello`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await routes.close()
    await manager.close()
    app.server.closeAllConnections()
    await app.close()
  })
}
