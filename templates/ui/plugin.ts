import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Hono } from 'hono'
import type { PluginContext } from 'plugbay'
import { fill } from './fill.ts'
import { isFromElsewhere } from './is-from-elsewhere.ts'

interface Settings {
  readonly title: string
  readonly most: number
}

/** Plain data, as it goes from one generation to the next: an instance of a class would keep its old code in memory. */
type Message = Readonly<Record<'by' | 'text' | 'at', string>>

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

let messages: readonly Message[] = []

export async function activate(
  ctx: PluginContext<{ readonly http: Hono }, Settings, readonly Message[]>,
): Promise<void> {
  messages = ctx.previous?.state ?? []
  const { title, most } = ctx.settings
  const base = (ctx.metadata.routes.prefix ?? `/${ctx.name}`).replace(/\/$/, '')

  // Read once in a generation: metadata.json says "watch": ["views/**"], so that saving one makes a new generation.
  const page = await readFile(join(ctx.directory, 'views/page.html'), 'utf8')
  const entry = await readFile(join(ctx.directory, 'views/message.html'), 'utf8')
  const show = (by = '', text = '', complaint = ''): string =>
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
    const form: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
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

/** What it returns is `ctx.previous.state` of the next generation. */
export function deactivate(): readonly Message[] {
  return messages
}

/** What was written into a field. Browsers send its line ends as two characters. */
function written(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : ''
}
