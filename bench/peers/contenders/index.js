import { dynohot } from './dynohot.js'
import { hotHook } from './hot-hook.js'
import { koishi } from './koishi.js'
import { livePluginManager } from './live-plugin-manager.js'
import { moleculer } from './moleculer.js'
import { nodeWatch } from './node-watch.js'
import { nodemon } from './nodemon.js'
import { plugbayCommonjs, plugbayModules } from './plugbay.js'
import { tsx } from './tsx.js'
import { vite } from './vite.js'

/** Everybody who is measured, in the order of the tables. */
export const contenders = [
  plugbayCommonjs,
  plugbayModules,
  koishi,
  moleculer,
  hotHook,
  dynohot,
  vite,
  livePluginManager,
  nodeWatch,
  tsx,
  nodemon,
]
