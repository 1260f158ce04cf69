import { join } from 'node:path'
import express from 'express'
import { createPluginManager } from 'plugbay'
import { expressRoutes } from 'plugbay/express'

const routes = expressRoutes()
const manager = createPluginManager({
  directory: join(import.meta.dirname, 'plugins'),
  context: (scope) => ({ http: routes.open(scope) }),
})
await manager.start()

const app = express()
app.use(routes.middleware())
app.get('/', (request, response) => response.send('the host\n'))

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/hello`)
})
routes.upgrade(server)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close()
    await routes.close()
    await manager.close()
    server.closeAllConnections()
  })
}
