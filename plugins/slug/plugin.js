// From plugins/slug/node_modules: this plugin's own dependency, invisible to the host and to other plugins.
import { slug } from 'plugbay-sample-slug'

export function activate(ctx) {
  ctx.host.http.get('/:text', (c) => c.text(slug(c.req.param('text'))))
  return { slugOf: slug }
}
