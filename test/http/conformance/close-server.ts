import type { Server } from 'node:http'

/** Closes the routes and then a server, whatever is still open. */
export async function closeServer(server: Server, routes: { close(): Promise<void> }): Promise<void> {
  const closed = new Promise((resolve) => void server.close(resolve))
  server.closeAllConnections()
  await routes.close()
  server.closeAllConnections()
  await closed
}
