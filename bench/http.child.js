import { once } from 'node:events'
import { input } from './child.js'
import { servers } from './contenders/servers.js'

const { framework, how, directory } = input()
const { server, close } = await servers[framework][how](directory)
if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening')
process.stdout.write(
  `${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/plugin/42?q=x` })}\n`,
)
// Until the parent lets go.
process.stdin.resume()
await once(process.stdin, 'end')
server.closeAllConnections()
server.close()
await close()
