import { createServer } from 'node:http'
import { join } from 'node:path'
import { createPluginManager } from 'plugbay'
import { httpRoutes } from 'plugbay/http'

const routes = httpRoutes()
const manager = createPluginManager({
  directory: join(import.meta.dirname, 'plugins'),
  context: (scope) => ({ http: routes.open(scope) }),
})
await manager.start()

// What no plugin answers is the host's.
const server = createServer(routes.handler((request, response) => response.end('the host\n')))
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
