let beats = 0

/** @param {import('plugbay').PluginContext<unknown, { everyMs: number }, { beats: number }>} ctx */
export function activate(ctx) {
  beats = ctx.previous?.state?.beats ?? 0
  // The timer belongs to this generation: it ends with a reload, a toggle or the process.
  ctx.setInterval(() => {
    beats += 1
    ctx.log.info(`beat ${beats}`)
  }, ctx.settings.everyMs)
  // What a plugin that names this one in its `dependencies` gets from `ctx.plugin('%NAME%')`.
  return {
    get beats() {
      return beats
    },
  }
}

/**
 * What it returns is `ctx.previous.state` of the next generation. Plain data: an instance of a class would keep its old
 * code in memory.
 */
export function deactivate() {
  return { beats }
}
