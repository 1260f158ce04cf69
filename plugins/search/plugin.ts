import type { Hono } from 'hono'
import type { PluginContext } from 'plugbay'
import type { Notes } from '../notes/plugin.ts'

// An `activate` exported by name is enough; definePlugin only gives types.
export function activate(ctx: PluginContext<{ http: Hono }>): void {
  const notes = ctx.plugin<Notes>('notes')

  ctx.host.http.get('/', (c) => {
    const words = (c.req.query('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
    const found = notes.all().filter(({ text }) => words.every((word) => text.toLowerCase().includes(word)))
    return c.json({ words, found })
  })
}
