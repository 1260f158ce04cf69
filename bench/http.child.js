import { once } from 'node:events'
import { input } from './child.js'
import { servers } from './contenders/servers.js'

const { framework, how, directory } = input()
const { server, close } = await servers[framework][how](directory)
if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send(user + system)
})
process.send(`http://127.0.0.1:${server.address().port}/plugin/42?q=x`)
// Until the parent lets go.
await once(process, 'disconnect')
server.closeAllConnections()
server.close()
await close()
