export function activate(ctx) {
  // A server of this plugin's own that never listens: it hears what comes under /hello.
  ctx.host.http.on('request', (request, response) => {
    response.end(`hello from generation ${ctx.generation}\n`)
  })
}
