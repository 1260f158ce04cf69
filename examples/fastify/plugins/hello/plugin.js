export function activate(ctx) {
  // A Fastify of this plugin's own, under /hello, with its own hooks and decorators.
  ctx.host.http.get('/', () => `hello from generation ${ctx.generation}\n`)
}
