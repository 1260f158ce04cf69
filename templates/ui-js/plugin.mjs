import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fill } from './fill.mjs'
import { isFromElsewhere } from './is-from-elsewhere.mjs'

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

/** @typedef {{ by: string, text: string, at: string }} Message */

/** @type {readonly Message[]} */
let messages = []

/** @param {import('plugbay').PluginContext<{ http: import('hono').Hono }, { title: string, most: number }, readonly Message[]>} ctx */
export async function activate(ctx) {
  messages = ctx.previous?.state ?? []
  const { title, most } = ctx.settings
  const base = (ctx.metadata.routes.prefix ?? `/${ctx.name}`).replace(/\/$/, '')

  // Read once in a generation: metadata.json says "watch": ["views/**"], so that saving one makes a new generation.
  const page = await readFile(join(ctx.directory, 'views/page.html'), 'utf8')
  const entry = await readFile(join(ctx.directory, 'views/message.html'), 'utf8')
  const show = (by = '', text = '', complaint = '') =>
    fill(page, {
      title,
      base,
      by,
      text,
      complaint,
      messages: messages.map((message) => fill(entry, message)).join(''),
    })

  const { http } = ctx.host
  http.get('/', (c) => c.html(show()))

  http.post('/', async (c) => {
    if (isFromElsewhere(c.req)) return c.text('Only from a page of this site.', 403)
    const form = await c.req.parseBody().catch(() => ({}))
    const [by, text] = [written(form['by']), written(form['text'])]
    if (by.length > 40) return c.html(show(by, text, 'A name has at most 40 characters.'), 422)
    if (text === '' || text.length > 280)
      return c.html(show(by, text, 'A message has 1 to 280 characters.'), 422)
    const message = { by: by || 'Somebody', text, at: new Date().toISOString() }
    messages = [message, ...messages].slice(0, most)
    // See other: reloading the page that follows does not post again.
    return c.redirect(base || '/', 303)
  })

  // Read at each request, so that a saved stylesheet shows at once. The pattern lets no path out of the folder.
  http.get('/public/:file{[\\w-]+(?:\\.[\\w-]+)+}', async (c) => {
    const file = c.req.param('file')
    const content = await readFile(join(ctx.directory, 'public', file)).catch(() => undefined)
    if (!content) return c.notFound()
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    return c.body(content, 200, { 'content-type': type, 'cache-control': 'no-cache' })
  })
}

/**
 * What it returns is `ctx.previous.state` of the next generation. Plain data: an instance of a class would keep its old
 * code in memory.
 */
export function deactivate() {
  return messages
}

/**
 * What was written into a field. Browsers send its line ends as two characters.
 * @param {unknown} value
 */
function written(value) {
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : ''
}
