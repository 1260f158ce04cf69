import { resolve } from 'node:path'
import type { ManagerOptions, PluginOption, Timeouts } from '../model/options.ts'
import type { HostContext, Logger } from '../model/plugin.ts'
import { PluginError } from '../model/problem.ts'
import type { System } from '../model/system.ts'
import { wholeSystem } from './whole-system.ts'

/** The options, checked, with every default filled in and every path absolute. */
export interface Settings {
  readonly directories: readonly string[]
  readonly config: string | undefined
  readonly plugins: readonly PluginOption[]
  readonly context: HostContext
  readonly hostVersion: string | undefined
  readonly watch: boolean
  readonly settle: number
  readonly rescan: number
  readonly usePolling: boolean
  readonly timeouts: Required<Timeouts>
  readonly log: Logger
  readonly strict: boolean
  readonly cacheDirectory: string | undefined
  readonly enabledPlugins: string | undefined
  readonly captureUnhandled: boolean
  readonly system: System
}

/** @throws PluginError `ERR_PLUGIN_OPTIONS` */
export function readSettings(options: ManagerOptions): Settings {
  const env = options.env ?? process.env
  const watch = options.watch ?? !isNo(env['ENABLE_PLUGIN_HOT_RELOAD'])
  const details = typeof watch === 'object' ? watch : {}
  const directory = options.directory ?? 'plugins'
  const directories = typeof directory === 'string' ? [directory] : [...directory]
  return {
    directories: directories.map((path) => resolve(text('directory', path))),
    config:
      options.config === false ? undefined : resolve(text('config', options.config ?? 'plugins.config.json')),
    plugins: plugins(options.plugins ?? []),
    context: options.context ?? {},
    hostVersion: options.hostVersion,
    watch: watch !== false,
    settle: milliseconds('watch.settle', details.settle, 45),
    rescan: milliseconds('watch.rescan', details.rescan, 5000),
    usePolling: details.usePolling ?? false,
    timeouts: {
      activate: milliseconds('timeouts.activate', options.timeouts?.activate, 10_000),
      deactivate: milliseconds('timeouts.deactivate', options.timeouts?.deactivate, 5000),
      drain: milliseconds('timeouts.drain', options.timeouts?.drain, 10_000),
    },
    log: options.log ?? console,
    strict: options.strict ?? false,
    cacheDirectory: options.cacheDirectory === undefined ? undefined : resolve(options.cacheDirectory),
    enabledPlugins: env['ENABLED_PLUGINS'],
    captureUnhandled: options.captureUnhandled ?? false,
    system: wholeSystem(options.system),
  }
}

function isNo(value: string | undefined): boolean {
  return /^(?:false|0|no|off)$/i.test(value?.trim() ?? '')
}

function plugins(entries: readonly PluginOption[]): readonly PluginOption[] {
  for (const entry of entries) {
    text('plugins[].name', entry.name)
    if (entry.path !== undefined && entry.plugin !== undefined) {
      throw misuse('plugins[]', `either \`path\` or \`plugin\` for ${entry.name}`, 'both')
    }
  }
  return entries
}

function text(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw misuse(option, 'a text that is not empty', value)
}

function milliseconds(option: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (Number.isFinite(value) && value >= 0) return value
  throw misuse(option, 'milliseconds, 0 or more', value)
}

function misuse(option: string, expected: string, found: unknown): PluginError {
  return new PluginError({
    code: 'ERR_PLUGIN_OPTIONS',
    severity: 'error',
    message: `The option ${option} is ${JSON.stringify(found) ?? String(found)}; expected ${expected}.`,
    hint: 'See the options of createPluginManager in the README.',
  })
}
