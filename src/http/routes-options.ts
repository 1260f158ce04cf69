import type { Route } from '../model/snapshot.ts'

/** Where the routes of plugins may be, and how long a request waits for them. */
export interface RoutesOptions {
  /** How long a request waits while its plugin is swapped, in ms; then it gets a 503. Default 10,000. */
  readonly hold?: number
  /** Prefixes that are the host's own. A plugin can have neither them nor what lies below. Default none. */
  readonly reserved?: readonly string[]
  /** Whether a plugin may have `/`. Default false. */
  readonly root?: boolean
  /**
   * Told of what a plugin's handler throws, besides the framework, which answers. An error that asks for a 4xx
   * (`status` or `statusCode`) is an answer, and not told. Default: nothing is told, it is counted only.
   */
  readonly onError?: (plugin: string, error: unknown, request: Route) => void
}
