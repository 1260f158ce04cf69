import { dynohot } from './dynohot.js'
import { hotHook } from './hot-hook.js'
import { koishi } from './koishi.js'
import { livePluginManager } from './live-plugin-manager.js'
import { moleculer } from './moleculer.js'
import { plugbayCommonjs, plugbayModules } from './plugbay.js'
import { nodemon, nodeWatch, tsx } from './restarts.js'
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
