import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { definePlugin } from 'plugbay'
import type { Store } from '../store/plugin.ts'
import { listed } from './listed.ts'

export interface Note {
  id: string
  text: string
}

/** For dependents. */
export interface Notes {
  all(): Note[]
  add(text: string): Note
}

export default definePlugin<{ http: Hono }, object, undefined, Notes>({
  async activate(ctx) {
    // A declared dependency is active before this runs. When store reloads, so does this plugin, with store's new API.
    const store = ctx.plugin<Store>('store')
    // An optional one may be undefined.
    const slug = ctx.plugin<{ slugOf(text: string): string } | undefined>('slug')
    // Read once: metadata.json says "watch": ["views/**"], so that an edit reloads this plugin.
    const page = await readFile(join(ctx.directory, 'views/page.html'), 'utf8')

    const notes: Notes = {
      all: () => store.entries('notes/').map(([, note]) => note as Note),
      add(text) {
        const note = { id: slug?.slugOf(text) || `note-${notes.all().length + 1}`, text }
        store.set(`notes/${note.id}`, note)
        return note
      },
    }

    ctx.host.http.get('/', (c) => c.html(page.replace('<!-- notes -->', () => listed(notes.all()))))
    ctx.host.http.get('/all', (c) => c.json(notes.all()))
    ctx.host.http.post('/', async (c) => {
      // Other sites' pages can post to a local server, too.
      if (c.req.header('sec-fetch-site') === 'cross-site') return c.text('Only from here.', 403)
      const { text } = await c.req.parseBody()
      if (typeof text === 'string' && text.trim() !== '') notes.add(text.trim().slice(0, 280))
      return c.redirect('/notes', 303)
    })
    return notes
  },
})
