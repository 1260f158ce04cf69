import { timingSafeEqual, hash } from 'node:crypto'
import type { Hono, MiddlewareHandler } from 'hono'
import { definePlugin } from 'plugbay'
import { metricsOf } from './metrics.ts'
import { count, newTally } from './tally.ts'
import type { Tally } from './tally.ts'

interface Host {
  readonly http: Hono
  /** Puts a middleware around every request of the host, for as long as this generation lives. */
  readonly use: (middleware: MiddlewareHandler) => void
}

interface Settings {
  readonly apiKey: string
}

let tally: Tally

export default definePlugin<Host, Settings, Tally>({
  activate(ctx) {
    // The tally itself is handed on, and not its figures: nothing that is counted meanwhile gets lost.
    tally = ctx.previous?.state ?? newTally()
    const { http, use } = ctx.host
    const registry = metricsOf(tally)

    use(async (c, next) => {
      const begin = performance.now()
      // What a handler throws comes by here, on its way to becoming a 500.
      let status = 500
      tally.inFlight += 1
      try {
        await next()
        status = c.res.status
      } finally {
        tally.inFlight -= 1
        count(tally, c.req, status, (performance.now() - begin) / 1000)
      }
    })

    http.get('/metrics', async (c) =>
      c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
    )
    http.get('/stats', (c) => {
      if (!isSame(c.req.header('x-api-key') ?? '', ctx.settings.apiKey))
        return c.json({ error: 'The header x-api-key does not fit the setting apiKey of this plugin.' }, 401)
      return c.json({ since: tally.since, inFlight: tally.inFlight, requests: [...tally.rows.values()] })
    })
  },

  deactivate: () => tally,
})

/** Takes equally long whatever is wrong, and however much of it. */
function isSame(given: string, key: string): boolean {
  const [a, b] = [given, key].map((text) => hash('sha256', text, 'buffer'))
  return key !== '' && timingSafeEqual(a!, b!)
}
