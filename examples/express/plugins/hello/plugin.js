export function activate(ctx) {
  // A router of this plugin's own, under /hello.
  ctx.host.http.get('/', (request, response) => {
    response.send(`hello from generation ${ctx.generation}\n`)
  })
}
