import type { HonoRequest } from 'hono'

/**
 * True for a request that a page of another site made a browser send. Browsers say where it comes from; programs such as
 * curl say nothing, and are nobody's browser.
 */
export function isFromElsewhere(request: HonoRequest): boolean {
  const site = request.header('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = request.header('origin')
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== new URL(request.url).host
}
