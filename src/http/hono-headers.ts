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

/** What was added to a response. A plugin may answer with the same object again. */
const added = new WeakMap<Response, string[]>()

/** A response with headers beside its own, which win. */
export function withHeaders(response: Response, headers: Headers): Response {
  const before = added.get(response)
  // To copy one costs more than the rest of the request, but a cookie is for one client alone.
  if (headers.has('set-cookie')) return dressed(copied(response), headers, before)
  try {
    return dressed(response, headers, before)
  } catch {
    // Those of a response that was fetched cannot be changed.
    return dressed(copied(response), headers, before)
  }
}

function copied(response: Response): Response {
  return new Response(response.body, response)
}

function dressed(response: Response, headers: Headers, before: readonly string[] = []): Response {
  const names: string[] = []
  for (const [name, value] of headers) {
    const own = response.headers.get(name)
    if (name === 'vary' ? !own?.includes(value) : name === 'set-cookie') response.headers.append(name, value)
    else if (own === null || before.includes(name)) {
      response.headers.set(name, value)
      names.push(name)
    }
  }
  added.set(response, names)
  return response
}
