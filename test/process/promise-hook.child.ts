// A Hono host in front of a plugin of each kind: argv is the folder. Ends after a request to each.
import { Hono } from 'hono'
import { createPluginManager } from 'plugbay'
import { honoRoutes } from 'plugbay/hono'

const [folder = ''] = process.argv.slice(2)
const routes = honoRoutes()
const app = new Hono()
app.use(routes.middleware())
await using manager = createPluginManager({
  directory: `${folder}/plugins`,
  config: false,
  cacheDirectory: `${folder}/cache`,
  watch: false,
  context: (scope) => ({ http: routes.open(scope) }),
})
await manager.start()
for (const { name } of manager.plugins) {
  const answer = await app.request(`/${name}`)
  process.stdout.write(`${name} ${await answer.text()}\n`)
}
