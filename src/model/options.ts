import type { HostContext, Logger, PluginDefinition } from './plugin.ts'
import type { Metadata } from './metadata.ts'
import type { System } from './system.ts'

/** How changes are noticed. */
export interface WatchOptions {
  /** Quiet time after the last hint before anything is loaded, in ms. Default 45. */
  readonly settle?: number
  /** How often everything is looked at without a hint, in ms; 0 is never. Default 5,000. */
  readonly rescan?: number
  /** Poll instead of asking the kernel: network disks, some containers. Default false. */
  readonly usePolling?: boolean
}

/** Upper bounds, in ms. */
export interface Timeouts {
  /** For `activate`, and for a top-level `await`. Default 10,000. */
  readonly activate?: number
  /** For `deactivate`, and for each disposer. Default 5,000. */
  readonly deactivate?: number
  /** For calls in flight before a generation is stopped. Default 10,000. */
  readonly drain?: number
}

/** One plugin named by the program; stronger than every other source. */
export interface PluginOption {
  readonly name: string
  readonly enabled?: boolean
  readonly settings?: Readonly<Record<string, unknown>>
  /** A plugin folder elsewhere. */
  readonly path?: string
  /** A plugin that is an object in this process. */
  readonly plugin?: PluginDefinition<any>
  /** For `plugin`: what its metadata.json would say. */
  readonly metadata?: Partial<Omit<Metadata, 'name'>>
}

export interface ManagerOptions<Host = unknown> {
  /** The plugins folder, or several. Default `plugins`. */
  readonly directory?: string | readonly string[]
  /** The config file; `false` for none. Default `plugins.config.json`. */
  readonly config?: string | false
  readonly plugins?: readonly PluginOption[]
  /** What plugins get as `ctx.host`. Default `{}`. */
  readonly context?: HostContext<Host>
  /** Compared with `engines.host`. */
  readonly hostVersion?: string
  /** Default true, unless ENABLE_PLUGIN_HOT_RELOAD says no. */
  readonly watch?: boolean | WatchOptions
  readonly timeouts?: Timeouts
  /** Default `console`. */
  readonly log?: Logger
  /** `start()` rejects with an AggregateError if any plugin is not as wanted. Default false. */
  readonly strict?: boolean
  /** Where compiled units are kept. Default `node_modules/.cache/plugbay`, else a folder of yours under the temp folder. */
  readonly cacheDirectory?: string
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /**
   * Report unhandled rejections and uncaught exceptions that come from a plugin as its problems, instead of letting
   * them end the process. What comes from anywhere else ends it as before. Default false.
   */
  readonly captureUnhandled?: boolean
  /**
   * Parts of the world to be replaced: plugins out of memory or an archive, another compiler, virtual time. What is not
   * given is the real thing.
   */
  readonly system?: Partial<System>
}
