import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import type { PluginContext } from 'plugbay'
import type { Item } from './item.ts'
import { openapi } from './openapi.ts'
import { problem } from './problem.ts'
import { sent } from './sent.ts'

interface Settings {
  readonly most: number
}

let items = new Map<string, Item>()

export function activate(ctx: PluginContext<{ readonly http: Hono }, Settings, readonly Item[]>): void {
  items = new Map(ctx.previous?.state?.map((item) => [item.id, item]))
  const base = (ctx.metadata.routes.prefix ?? `/${ctx.name}`).replace(/\/$/, '')
  const { name: title, version, description = '' } = ctx.metadata
  const document = openapi({ title, version, description }, base)

  const { http } = ctx.host
  http.get('/', (c) => c.redirect(`${base}/openapi.json`))
  http.get('/openapi.json', (c) => c.json(document))

  http.get('/items', (c) => {
    const { limit = '20', offset = '0' } = c.req.query()
    if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 100)
      return problem(c, 400, 'limit is a number from 1 to 100.')
    if (!/^\d{1,9}$/.test(offset)) return problem(c, 400, 'offset is a number from 0 to 999999999.')
    const from = Number(offset)
    return c.json({ total: items.size, items: [...items.values()].slice(from, from + Number(limit)) })
  })

  http.post('/items', async (c) => {
    const { draft, refusal } = await sent(c)
    if (refusal) return refusal
    if (items.size >= ctx.settings.most)
      return problem(c, 409, `There are ${ctx.settings.most} items; delete one before.`)
    const now = new Date().toISOString()
    const item = { id: randomUUID(), ...draft, createdAt: now, updatedAt: now }
    items.set(item.id, item)
    return c.json(item, 201, { location: `${base}/items/${item.id}` })
  })

  http.get('/items/:id', (c) => {
    const item = items.get(c.req.param('id'))
    return item ? c.json(item) : problem(c, 404, 'There is no item with this id.')
  })

  http.put('/items/:id', async (c) => {
    const { draft, refusal } = await sent(c)
    if (refusal) return refusal
    const item = items.get(c.req.param('id'))
    if (!item) return problem(c, 404, 'There is no item with this id.')
    const changed = { ...item, ...draft, updatedAt: new Date().toISOString() }
    items.set(item.id, changed)
    return c.json(changed)
  })

  http.delete('/items/:id', (c) =>
    items.delete(c.req.param('id')) ? c.body(null, 204) : problem(c, 404, 'There is no item with this id.'),
  )

  // After all the others: who comes here has the path of one of them, and another method.
  for (const [path, allow] of [
    ['/items', 'GET, POST'],
    ['/items/:id', 'GET, PUT, DELETE'],
  ] as const)
    http.all(path, (c) => {
      c.header('allow', allow)
      return problem(c, 405, `Here is ${allow}, not ${c.req.method}.`)
    })
  http.notFound((c) => problem(c, 404, `${base}/openapi.json says what there is.`))
  http.onError((error, c) => {
    ctx.log.error(error)
    return problem(c, 500, 'This is a fault of the server.')
  })
}

/**
 * What it returns is `ctx.previous.state` of the next generation. Plain data: an instance of a class would keep its old
 * code in memory.
 */
export function deactivate(): readonly Item[] {
  return [...items.values()]
}
