import type { Context } from 'hono'

/** Headers of which a response may have several: they are added, and replace nothing. */
const SEVERAL = new Set(['set-cookie', 'vary'])

/**
 * The headers that were set on a context before there is an answer. Hono puts them on an answer that the context makes,
 * and forgets them when another one is handed in.
 */
export function headersSetOn(c: Context): Headers {
  return c.body(null).headers
}

/** Sets headers on a context. Of the type of a body that is not there, none. */
export function setHeadersOn(c: Context, headers: Headers): void {
  for (const [name, value] of headers)
    if (name !== 'content-type') c.header(name, value, { append: SEVERAL.has(name) })
}

/** A response with headers beside its own, which win. */
export function withHeaders(response: Response, headers: Headers): Response {
  // Those of a response that was fetched cannot be changed.
  const mine = new Response(response.body, response)
  for (const [name, value] of headers)
    if (SEVERAL.has(name)) mine.headers.append(name, value)
    else if (!mine.headers.has(name)) mine.headers.set(name, value)
  return mine
}
