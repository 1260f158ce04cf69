// Turn it on in plugins.config.json, open its routes, and watch the terminal: the process and the others go on.
import { setTimeout as sleep } from 'node:timers/promises'

export function activate(ctx) {
  const { http } = ctx.host

  // A handler that throws: a 500 for this request, and a line that names this file and line.
  http.get('/throw', () => {
    throw new Error('as asked')
  })

  // A rejection that nobody catches would end most Node processes. `plugbay start` reports whose it was.
  http.get('/reject', (c) => {
    void Promise.reject(new Error('nobody waits for this'))
    return c.text('Look at the terminal.')
  })

  // A slow answer: save this file while it runs. The answer still comes, then the new code takes over.
  http.get('/slow', async (c) => {
    await sleep(3000)
    return c.text(`From generation ${ctx.generation}, after three seconds.`)
  })

  // A global timer that nobody clears. In a plugin it belongs to the generation, and ends with it.
  setInterval(() => ctx.log.info(`still here, generation ${ctx.generation}`), 10_000)

  // Undoing that fails is reported; the rest is undone all the same.
  ctx.onDispose(() => {
    throw new Error('a disposer that throws')
  })
}
