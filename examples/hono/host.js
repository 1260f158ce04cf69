import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { createPluginManager } from 'plugbay'
import { honoRoutes } from 'plugbay/hono'

const routes = honoRoutes()
const manager = createPluginManager({
  directory: join(import.meta.dirname, 'plugins'),
  context: (scope) => ({ http: routes.open(scope) }),
})
await manager.start()

const app = new Hono()
app.use('*', routes.middleware())
app.get('/', (c) => c.text('the host\n'))

const server = createAdaptorServer({ fetch: app.fetch })
routes.upgrade(server)
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/hello`)
})

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close()
    await routes.close()
    await manager.close()
    server.closeAllConnections()
  })
}
