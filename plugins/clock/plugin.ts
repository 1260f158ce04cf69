// TypeScript, as it is: no build, no tsconfig.json. Types are dropped; `tsc -p plugins` checks them.
import type { Hono } from 'hono'
import { definePlugin } from 'plugbay'
import { page } from './page.ts'

interface Settings {
  everyMs: number
  timeZone: string
}

export default definePlugin<{ http: Hono }, Settings>({
  activate(ctx) {
    const { everyMs, timeZone } = ctx.settings
    const format = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone })
    const now = (): string => format.format(new Date())

    const listeners = new Set<(time: string) => void>()
    // The interval belongs to this generation: a reload or a toggle ends it. (So would the global setInterval.)
    ctx.setInterval(() => {
      for (const tell of listeners) tell(now())
    }, everyMs)

    ctx.host.http.get('/', (c) => c.html(page(ctx.generation)))
    ctx.host.http.get('/now', (c) => c.text(now()))
    ctx.host.http.get('/stream', (c) => {
      const encoder = new TextEncoder()
      let leave = (): void => undefined
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          const tell = (time: string): void => controller.enqueue(encoder.encode(`data: ${time}\n\n`))
          const end = (): void => {
            leave()
            controller.close()
          }
          leave = () => {
            listeners.delete(tell)
            ctx.signal.removeEventListener('abort', end)
          }
          listeners.add(tell)
          // Aborted when this generation is told to stop: the browser then asks again, and the next one answers.
          ctx.signal.addEventListener('abort', end)
          controller.enqueue(encoder.encode('retry: 500\n\n'))
          tell(now())
        },
        // The reader went away.
        cancel: () => leave(),
      })
      return c.body(body, 200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    })
  },
})
