import type { FastifyReply } from 'fastify'

/** Where Fastify keeps what `reply.header()` was given. Another symbol for each copy of Fastify. */
let key: symbol | undefined

/**
 * Whether a reply has headers, and its `getHeaders()` is worth asking for: that makes three objects, also of nothing, and
 * costs a request that has none as much as finding its plugin.
 * @returns true also where a release of Fastify keeps them elsewhere
 */
export function hasHeaders(reply: FastifyReply): boolean {
  if (reply.raw.getHeaderNames().length > 0) return true
  if (key === undefined || !(key in reply)) key = keyIn(reply)
  const headers = key && (reply as FastifyReply & Record<symbol, object>)[key]
  if (!headers) return true
  // Object.keys() would make an array.
  for (const _ in headers) return true
  return false
}

function keyIn(reply: FastifyReply): symbol | undefined {
  return Object.getOwnPropertySymbols(reply).find(
    ({ description }) => description === 'fastify.reply.headers',
  )
}
