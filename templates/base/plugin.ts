import type { PluginContext } from 'plugbay'

interface Settings {
  readonly everyMs: number
}

/** Goes from one generation to the next. Plain data: an instance of a class would keep its old code in memory. */
interface State {
  readonly beats: number
}

/** What a plugin that names this one in its `dependencies` gets from `ctx.plugin('%NAME%')`. */
export interface Api {
  readonly beats: number
}

let beats = 0

export function activate(ctx: PluginContext<unknown, Settings, State>): Api {
  beats = ctx.previous?.state?.beats ?? 0
  // The timer belongs to this generation: it ends with a reload, a toggle or the process.
  ctx.setInterval(() => {
    beats += 1
    ctx.log.info(`beat ${beats}`)
  }, ctx.settings.everyMs)
  return {
    get beats() {
      return beats
    },
  }
}

/** What it returns is `ctx.previous.state` of the next generation. */
export function deactivate(): State {
  return { beats }
}
