/**
 * Whether a `Host` header names this server itself. A page of a stranger can make its own name resolve to the loopback
 * address and read what answers there; the header gives it away.
 * @param header of the request
 * @param bound what the server listens on, as `server.address()` tells, and the name it was asked to listen on
 * @returns true also for a server that is open to the network: its names are not known here
 */
export function isOwnHost(
  header: string | undefined,
  bound: { readonly address: string; readonly port: number; readonly host: string },
): boolean {
  if (!isLoopback(bound.address)) return true
  const [, name, port = '80'] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(header?.toLowerCase() ?? '') ?? []
  if (name === undefined || Number(port) !== bound.port) return false
  return [
    'localhost',
    '127.0.0.1',
    '[::1]',
    bracketed(bound.address),
    bracketed(bound.host.toLowerCase()),
  ].includes(name)
}

/** True for an address that only this machine can reach. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address)
}

/** An address as it stands in a URL. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}
