import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'

/** Pages are read once, when the plugin starts: metadata.json says "watch": ["views/**"], so that an edit starts it anew. */
export async function activate(ctx) {
  const folder = join(ctx.directory, 'views')
  const template = await readFile(join(folder, 'template.html'), 'utf8')
  const pages = new Map()
  for (const file of await readdir(join(folder, 'pages'))) {
    const body = await readFile(join(folder, 'pages', file), 'utf8')
    pages.set(file.replace(/\.html$/, ''), { title: /<h1>(.*?)<\/h1>/.exec(body)?.[1] ?? file, body })
  }
  const links = [...pages].map(([name, { title }]) => `<a href="/docs/${name}">${title}</a>`).join(' ')

  const { http } = ctx.host
  const show = (c, name) => {
    const page = pages.get(name)
    if (!page) return c.notFound()
    const fill = { title: page.title, body: page.body, links, generation: ctx.generation }
    return c.html(template.replaceAll(/\{\{(\w+)\}\}/g, (_, key) => fill[key] ?? ''))
  }
  http.get('/', (c) => show(c, 'start'))
  // These are read from the disk at each request; nothing has to be reloaded for them.
  http.get('/public/*', serveStatic({ root: ctx.directory }))
  http.get('/:page', (c) => show(c, c.req.param('page')))
}
