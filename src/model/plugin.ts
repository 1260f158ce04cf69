import type { Metadata } from './metadata.ts'
import type { SnapshotAdditions } from './snapshot.ts'

/** debug/info/warn/error: `console`, pino and consola fit. */
export interface Logger {
  debug(...values: unknown[]): void
  info(...values: unknown[]): void
  warn(...values: unknown[]): void
  error(...values: unknown[]): void
}

/** Undoes something. May be asynchronous; it is awaited, for at most `timeouts.deactivate`. */
export type Disposer = () => unknown

/** What `ctx.use` takes. */
export type DisposableLike =
  | { [Symbol.dispose](): unknown }
  | { [Symbol.asyncDispose](): unknown }
  | { dispose(): unknown }
  | { close(): unknown }

/** Anything with `on`/`off` (or `addEventListener`): emitters, sockets, event targets. */
export type EmitterLike =
  | {
      on(event: any, listener: (...values: any[]) => void): unknown
      off(event: any, listener: (...values: any[]) => void): unknown
    }
  | {
      addEventListener(event: string, listener: (...values: any[]) => void): unknown
      removeEventListener(event: string, listener: (...values: any[]) => void): unknown
    }

/** What the generation before this one left. */
export interface Previous<State = unknown> {
  readonly generation: number
  readonly version: string
  /** What its `deactivate` returned. */
  readonly state: State | undefined
}

/** What `activate` and `deactivate` are given: this generation of the plugin, and its door to the host. */
export interface PluginContext<Host = unknown, Settings = Record<string, any>, State = any> {
  readonly name: string
  readonly version: string
  readonly metadata: Metadata
  /** Absolute path of the plugin's folder. */
  readonly directory: string
  /** Configured settings with the schema's defaults filled in; frozen. */
  readonly settings: Settings
  /** 1, 2, …: one for each start that went live. */
  readonly generation: number
  /** Missing on the first start. */
  readonly previous: Previous<State> | undefined
  /** What the host gave as `context`. */
  readonly host: Host
  /** Aborted when this generation is told to stop, or its `activate` took too long. */
  readonly signal: AbortSignal
  /** The host's logger; every line carries the plugin's name. */
  readonly log: Logger
  /**
   * The API of a dependency: what its `activate` returned. `undefined` for an optional dependency that is not
   * active.
   * @throws PluginError `ERR_PLUGIN_UNDECLARED` unless metadata.json names it.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the API's type, nobody else can
  plugin<Api = any>(name: string): Api
  /** Owns an undo. Undone in reverse order, one after another, whatever throws. Returns a function that disowns it. */
  onDispose(dispose: Disposer): () => void
  /** Owns a disposable, and hands it back. */
  use<T extends DisposableLike>(disposable: T): T
  setTimeout<A extends unknown[]>(callback: (...values: A) => void, ms?: number, ...values: A): NodeJS.Timeout
  setInterval<A extends unknown[]>(
    callback: (...values: A) => void,
    ms?: number,
    ...values: A
  ): NodeJS.Timeout
  /** Listens until this generation ends. Returns a function that stops listening earlier. */
  on(emitter: EmitterLike, event: string | symbol, listener: (...values: any[]) => void): () => void
}

/** What a plugin's entry exports, by name or as its default. */
export interface PluginDefinition<Host = unknown, Settings = Record<string, any>, State = any, Api = any> {
  /** What it returns is this plugin's API, for its dependents. */
  activate(ctx: PluginContext<Host, Settings, State>): Api | Promise<Api>
  /** What it returns is handed to the next generation as `ctx.previous.state`. */
  deactivate?(ctx: PluginContext<Host, Settings, State>): State | Promise<State> | void | Promise<void>
}

/** The host's view of one generation, given to a `context` function. */
export interface Scope {
  readonly name: string
  readonly generation: number
  readonly metadata: Metadata
  readonly signal: AbortSignal
  /** Called once `activate` has returned, and awaited, as a part of it: what it throws is the failure of `activate`. */
  onActivate(callback: () => unknown): void
  /** Called when this generation goes live, in one go with all that go live together. */
  onPublish(callback: () => void): void
  /** Called before this generation is stopped: hold what arrives, finish what is in flight. Awaited, at most `timeouts.drain`. */
  onDrain(callback: () => unknown): void
  /** Called last, after the plugin's own effects are undone. */
  onDispose(callback: Disposer): void
  /** Called when the transition in which this generation ended is over, whether another one went live in its place or not. */
  onSettle(callback: () => void): void
  /** Asked for what the host adds to the plugin's snapshot while this generation is live. */
  onSnapshot(callback: () => SnapshotAdditions): void
  /** What kept this plugin from starting is gone: it is tried again soon, unless it runs by then. */
  retry(): void
  /** Runs code of this plugin so that whatever it starts, and does not catch, is known to be its own. */
  run<T>(code: () => T): T
}

/** `context`: one object for all plugins, or a function that makes one for each generation. */
export type HostContext<Host = unknown> = Host | ((scope: Scope) => Host | Promise<Host>)
