import type { PluginContext, PluginDefinition } from './plugin.ts'

/**
 * Gives a plugin its types; does nothing at run time.
 *
 * @example
 * ```ts
 * export default definePlugin<Host>({
 *   activate(ctx) {
 *     ctx.setInterval(() => ctx.log.info('still here'), 1000)
 *   },
 * })
 * ```
 */
export function definePlugin<Host = any, Settings = Record<string, any>, State = any, Api = any>(
  plugin:
    | PluginDefinition<Host, Settings, State, Api>
    | ((ctx: PluginContext<Host, Settings, State>) => Api | Promise<Api>),
): PluginDefinition<Host, Settings, State, Api> {
  return typeof plugin === 'function' ? { activate: plugin } : plugin
}
