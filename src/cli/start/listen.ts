import type { Server } from 'node:http'

/**
 * Listens.
 * @returns what is wrong and what to do, if that cannot be done
 */
export async function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<string | undefined> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host }, () => {
        server.off('error', reject)
        resolve()
      })
    })
    return undefined
  } catch (cause) {
    return explained(cause as NodeJS.ErrnoException, port, host)
  }
}

function explained({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return (
        `Port ${port} on ${host} is taken: another program listens there.\n` +
        `Take another with --port ${port < 65_535 ? port + 1 : 3000}, or any free one with --port 0.`
      )
    case 'EACCES':
      return `Port ${port} on ${host} is not allowed for this user.\nTake one above 1023, such as --port 3000.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is no address of this machine.\nTake --host 127.0.0.1 for this machine only, --host 0.0.0.0 for all.`
    case undefined:
    default:
      return `Cannot listen on port ${port} of ${host}: ${message}`
  }
}
