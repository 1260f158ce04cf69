export function activate(ctx) {
  // A Hono of this plugin's own, under /hello.
  ctx.host.http.get('/', (c) => c.text(`hello from generation ${ctx.generation}\n`))
}
