'use strict'
// CommonJS: module.exports, require(), __dirname, all as usual. The ending .cjs says so, as package.json above says
// "type": "module".
const { percent } = require('./percent.cjs')

let count = 0

module.exports = {
  activate(ctx) {
    // What the generation before this one handed over; there is none on the first start.
    count = ctx.previous?.state?.count ?? 0
    ctx.log.info(`generation ${ctx.generation} goes on from ${count}`)

    ctx.host.http.get('/', (c) => {
      count += 1
      return c.json({ count, goal: percent(count, 100), generation: ctx.generation })
    })
  },

  // Called before a reload, and when the plugin is turned off. What it returns is ctx.previous.state of the next one.
  deactivate() {
    return { count }
  },
}
