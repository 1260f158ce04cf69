// An ES module: package.json above this folder says "type": "module".
// Change a word, save, and ask http://127.0.0.1:3000/hello again.

export function activate(ctx) {
  // What plugins.config.json says, completed with the defaults that metadata.json names.
  const { greeting, excited } = ctx.settings
  const greet = (who) => `${greeting}, ${who}${excited ? '!' : '.'}`

  // A router of this plugin's own, mounted at /hello. It goes when the plugin goes: nothing to undo here.
  ctx.host.http.get('/', (c) => c.text(greet('world')))
  ctx.host.http.get('/:who', (c) => c.text(greet(c.req.param('who'))))
}
