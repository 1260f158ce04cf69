import type { Plan } from './plan.ts'
import type { ManagerEvents, PluginSnapshot, Report } from './snapshot.ts'

/** What `createPluginManager` gives. */
export interface PluginManager {
  /**
   * Looks, and starts what should run. A bad plugin never rejects it.
   * @throws PluginError `ERR_PLUGIN_STARTED`, `ERR_PLUGIN_CLOSED`; under `strict: true` an AggregateError of
   *   PluginErrors, with everything closed again
   */
  start(): Promise<Report>
  /** All plugins, sorted by name. */
  readonly plugins: readonly PluginSnapshot[]
  get(name: string): PluginSnapshot | undefined
  /** What a plugin's `activate` returned; `undefined` unless it is active. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the API's type, nobody else can
  api<Api = any>(name: string): Api | undefined
  /**
   * Turns a plugin on. With `persist` that is written to the config file, and the file decides from then on.
   * @throws PluginError `ERR_PLUGIN_NAME_UNKNOWN`, `ERR_PLUGIN_CONFIG_WRITE`, `ERR_PLUGIN_REENTRANT`
   */
  enable(name: string, options?: { readonly persist?: boolean }): Promise<PluginSnapshot>
  /** Turns a plugin off; otherwise like `enable`. */
  disable(name: string, options?: { readonly persist?: boolean }): Promise<PluginSnapshot>
  /**
   * Restarts a plugin and its dependents although nothing changed.
   * @throws PluginError `ERR_PLUGIN_NAME_UNKNOWN`, `ERR_PLUGIN_REENTRANT`
   */
  reload(name: string): Promise<PluginSnapshot>
  /**
   * Looks at everything now. What is still being written waits for a later look, and so does what a plugin writes again
   * and again itself (`ERR_PLUGIN_RELOAD_STORM`).
   */
  rescan(): Promise<Report>
  /**
   * Looks again now; resolves once everything that was on disk has been seen and applied. A plugin whose reload waits
   * because it writes its own files again and again (`ERR_PLUGIN_RELOAD_STORM`) is not waited for.
   */
  settled(): Promise<Report>
  /** What the next look would do, without doing it. */
  plan(): Plan
  /** @returns a function that stops listening */
  on<K extends keyof ManagerEvents>(event: K, listener: (event: ManagerEvents[K]) => void): () => void
  /** Stops everything in reverse order. Idempotent. Leaves no timer, watcher, listener or process. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
