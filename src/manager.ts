import { dirname } from 'node:path'
import { attribution } from './act/attribution.ts'
import { editConfig } from './act/edit-config.ts'
import { messageOf } from './act/message-of.ts'
import { createLoader } from './act/load/loader.ts'
import type { Loader } from './act/load/loader.ts'
import { captureUnhandled } from './act/unhandled.ts'
import { within } from './act/within.ts'
import { enabledPlugins } from './decide/enabled-plugins.ts'
import { createConfigJudge } from './decide/judge-config.ts'
import { createMetadataJudge } from './decide/judge-metadata.ts'
import { createSettingsJudge } from './decide/judge-settings.ts'
import { ConfigFile } from './hall/config-file.ts'
import { Engine } from './hall/engine.ts'
import { Events } from './hall/events.ts'
import { objectPlugins } from './hall/object-plugins.ts'
import { ProblemLedger } from './hall/problem-ledger.ts'
import { Pulse } from './hall/pulse.ts'
import { readSettings } from './hall/settings.ts'
import type { Settings } from './hall/settings.ts'
import type { Slot } from './hall/slot.ts'
import { problemText } from './model/problem-text.ts'
import { reportOf, snapshotOf, snapshotsOf } from './hall/view.ts'
import type { Plan } from './model/plan.ts'
import type { ManagerOptions } from './model/options.ts'
import { PluginError } from './model/problem.ts'
import type { Problem, ProblemCode } from './model/problem.ts'
import type { ManagerEvents, PluginSnapshot, PluginState, Report } from './model/snapshot.ts'
import { Folders } from './read/folders.ts'
import { readSchemas } from './read/schemas.ts'
import { version } from './read/version.ts'
import { watch } from './read/watch.ts'
import type { Watcher } from './read/watch.ts'

/** What {@link createPluginManager} gives. */
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
  /** Looks at everything now. What is still being written waits for a later look. */
  rescan(): Promise<Report>
  /** Looks again now; resolves once everything that was on disk has been seen and applied. */
  settled(): Promise<Report>
  /** What the next look would do, without doing it. */
  plan(): Plan
  /** @returns a function that stops listening */
  on<K extends keyof ManagerEvents>(event: K, listener: (event: ManagerEvents[K]) => void): () => void
  /** Stops everything in reverse order. Idempotent. Leaves no timer, watcher, listener or process. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes a plugin manager; nothing happens before `start()`.
 * @throws PluginError `ERR_PLUGIN_OPTIONS`
 */
export function createPluginManager<Host = unknown>(options: ManagerOptions<Host> = {}): PluginManager {
  return new Manager(readSettings(options))
}

interface Request {
  folders: Set<string> | undefined
  readonly forced: Set<string>
  /** Asked for by the clock alone: what it finds was missed by the watcher. */
  unannounced: boolean
  readonly done: Promise<number | undefined>
}

class Manager implements PluginManager {
  readonly #settings: Settings
  readonly #events: Events
  readonly #problems: ProblemLedger
  readonly #folders: Folders
  readonly #config: ConfigFile
  readonly #loader: Loader
  readonly #engine: Engine
  readonly #pulse: Pulse
  readonly #closing = new AbortController()
  #watcher: Watcher | undefined
  #stopCapturing: (() => void) | undefined
  #state: 'new' | 'started' | 'closed' = 'new'
  #closed: Promise<void> | undefined
  /** The end of the transition under way. */
  #tail: Promise<unknown> = Promise.resolve()
  /** The look that waits for it, if any: more requests join it. */
  #next: Request | undefined
  #pruning: Promise<void> | undefined
  #lastMs = 0

  constructor(settings: Settings) {
    this.#settings = settings
    const { log } = settings
    this.#events = new Events((cause) => log.error('a listener of the plugin manager threw:', cause))
    this.#problems = new ProblemLedger((problem) => this.#tell(problem))
    const schemas = readSchemas()
    this.#config = new ConfigFile(settings.config, createConfigJudge(schemas))
    this.#folders = new Folders({
      directories: settings.directories,
      extra: settings.plugins.flatMap(({ path }) => path ?? []),
      settle: settings.settle,
    })
    this.#loader = createLoader({
      cacheDirectory: settings.cacheDirectory,
      owner: (path) => this.#owner(path),
      onProblem: (problem) => this.#problems.note(problem),
    })
    const { node } = process.versions
    const { hostVersion: host } = settings
    const objects = objectPlugins(settings.plugins)
    this.#engine = new Engine({
      folders: this.#folders,
      loader: this.#loader,
      host: {
        context: settings.context,
        timeouts: settings.timeouts,
        log,
        closing: this.#closing.signal,
        onProblem: (problem) => this.#problems.note(problem),
      },
      judge: createMetadataJudge(schemas, { plugbay: version, node, ...(host !== undefined && { host }) }),
      judgeSettings: createSettingsJudge(),
      enabledPlugins: enabledPlugins(settings.enabledPlugins),
      objects,
      onState: (slot, from) => this.#stateChanged(slot, from),
      onPlan: (plan) => this.#events.emit('plan', plan),
    })
    for (const { name, enabled, settings: own } of settings.plugins) {
      this.#engine.program.set(name, {
        ...(enabled !== undefined && { enabled }),
        ...(own && { settings: own }),
        because: 'the plugins option',
      })
    }
    this.#pulse = new Pulse({
      settle: settings.settle,
      rescan: settings.rescan,
      look: (folders, unannounced) =>
        void this.#request(folders, { unannounced }).catch((cause: unknown) => log.error(cause)),
    })
  }

  async start(): Promise<Report> {
    if (this.#state === 'closed') throw this.#misuse('ERR_PLUGIN_CLOSED', 'start() was called after close().')
    if (this.#state === 'started') throw this.#misuse('ERR_PLUGIN_STARTED', 'start() was called twice.')
    this.#state = 'started'
    if (this.#settings.captureUnhandled) this.#captureUnhandled()
    await this.#request(undefined)
    // Watching costs as much as starting: plugins first. What changes until it is ready is looked at then.
    if (this.#settings.watch && !this.#closed) this.#watch()
    if (!this.#closed) this.#pruning = this.#loader.prune()
    const report = this.#report()
    const errors = report.problems.filter(({ severity }) => severity === 'error')
    if (this.#settings.strict && errors.length > 0) {
      await this.close()
      throw new AggregateError(
        errors.map((problem) => new PluginError(problem)),
        `${errors.length} plugin ${errors.length === 1 ? 'problem' : 'problems'} under strict: true`,
      )
    }
    return report
  }

  get plugins(): readonly PluginSnapshot[] {
    return snapshotsOf(this.#engine)
  }

  get(name: string): PluginSnapshot | undefined {
    const slot = this.#engine.slots.get(name)
    return slot && snapshotOf(this.#engine, slot)
  }

  api(name: string): any {
    return this.#engine.slots.get(name)?.live?.api
  }

  enable(name: string, options: { readonly persist?: boolean } = {}): Promise<PluginSnapshot> {
    return this.#toggle(name, true, options.persist ?? false)
  }

  disable(name: string, options: { readonly persist?: boolean } = {}): Promise<PluginSnapshot> {
    return this.#toggle(name, false, options.persist ?? false)
  }

  async reload(name: string): Promise<PluginSnapshot> {
    this.#mayWait('reload()')
    this.#known(name)
    const directory = this.#engine.wanted.verdicts.get(name)?.candidate.directory
    await this.#request(new Set(directory ? [directory] : []), { forced: name })
    return this.#known(name)
  }

  async rescan(): Promise<Report> {
    this.#mayWait('rescan()')
    await this.#request(undefined)
    return this.#report()
  }

  async settled(): Promise<Report> {
    this.#mayWait('settled()')
    await this.#lookUntilStill(30_000)
    return this.#report()
  }

  plan(): Plan {
    return this.#engine.peek(this.#config.peek())
  }

  on<K extends keyof ManagerEvents>(event: K, listener: (event: ManagerEvents[K]) => void): () => void {
    return this.#events.on(event, listener)
  }

  close(): Promise<void> {
    if (attribution()?.inTransition) return Promise.reject(this.#reentrant('close()'))
    this.#state = 'closed'
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#closing.abort(new Error('the plugin manager is closing'))
    this.#pulse.close()
    const watcher = this.#watcher?.close()
    await this.#tail
    await this.#engine.roster.stop()
    await watcher
    await this.#pruning
    await this.#loader.close()
    this.#stopCapturing?.()
    this.#events.clear()
  }

  async #toggle(name: string, enabled: boolean, persist: boolean): Promise<PluginSnapshot> {
    const call = enabled ? 'enable()' : 'disable()'
    this.#mayWait(call)
    this.#known(name)
    const { program } = this.#engine
    const { settings } = program.get(name) ?? {}
    if (persist) {
      await this.#persist(name, enabled)
      program.delete(name)
      if (settings) program.set(name, { settings, because: 'the plugins option' })
    } else {
      program.set(name, { ...(settings && { settings }), enabled, because: `manager.${call}` })
    }
    this.#engine.undecided()
    await this.#request(new Set())
    return this.#known(name)
  }

  async #persist(name: string, enabled: boolean): Promise<void> {
    const { path } = this.#config
    if (path === undefined) {
      throw this.#misuse(
        'ERR_PLUGIN_OPTIONS',
        'persist: true needs a config file, and the option config is false.',
      )
    }
    try {
      await editConfig(path, name, enabled)
    } catch (cause) {
      throw new PluginError({
        code: 'ERR_PLUGIN_CONFIG_WRITE',
        severity: 'error',
        plugin: name,
        file: path,
        message: `${path} could not be written: ${messageOf(cause)}. Nothing was changed.`,
        hint: 'Make the file and its folder writable and the file valid, or leave out persist.',
        cause,
      })
    }
  }

  /** Joins the look that waits, or lines one up. Resolves with the ms after which to look again. */
  #request(
    folders: ReadonlySet<string> | undefined,
    { forced, unannounced = false }: { forced?: string; unannounced?: boolean } = {},
  ): Promise<number | undefined> {
    if (this.#closed) return Promise.resolve(undefined)
    if (!this.#next) {
      const request: Request = {
        folders: new Set(),
        unannounced,
        forced: new Set(),
        done: this.#tail.then(() => {
          this.#next = undefined
          return this.#look(request)
        }),
      }
      this.#next = request
      this.#tail = request.done.catch(() => undefined)
    }
    this.#next.unannounced &&= unannounced
    if (!folders) this.#next.folders = undefined
    else if (this.#next.folders) for (const folder of folders) this.#next.folders.add(folder)
    if (forced !== undefined) this.#next.forced.add(forced)
    return this.#next.done
  }

  async #look({ folders, forced, unannounced }: Request): Promise<number | undefined> {
    if (this.#closed) return undefined
    const start = performance.now()
    const config = this.#config.look()
    if (config) {
      this.#engine.config = config
      this.#engine.undecided()
    }
    const { applied, decided, again, changed, gone } = await this.#engine.look({ folders, forced })
    for (const facts of changed) {
      this.#watcher?.follow(facts)
      if (unannounced) this.#watcher?.rearm(facts.directory)
    }
    for (const directory of gone) this.#watcher?.forget(directory)
    this.#lastMs = performance.now() - start
    const others = this.#otherProblems()
    const looked = decided || applied || changed.length > 0 || this.#problems.areNews(others)
    const differs = looked && this.#problems.update(this.#engine, others)
    if ((applied || differs) && this.#events.has('report')) this.#events.emit('report', this.#report())
    if (again !== undefined && this.#settings.watch) this.#pulse.again(again)
    return again
  }

  /** Looks until nothing moves any more, for at most `limit` ms. */
  async #lookUntilStill(limit: number): Promise<void> {
    const start = performance.now()
    for (;;) {
      const again = await this.#request(undefined)
      const left = limit - (performance.now() - start)
      if (again === undefined || left <= 0 || this.#closed) return
      await within(new Promise(() => undefined), Math.min(again, left), this.#closing.signal)
    }
  }

  #watch(): void {
    const { directories, usePolling } = this.#settings
    this.#watcher = watch({
      directories,
      config: this.#settings.config,
      usePolling,
      hints: {
        folder: (path) => this.#hint(path, [path]),
        roots: () => this.#hint(directories[0], undefined),
        config: () => this.#hint(this.#settings.config, []),
        trouble: (problem) => {
          this.#problems.note(problem)
          this.#pulse.degrade()
          this.#events.emit('watch', { kind: 'trouble', path: problem.file ?? '', problem })
        },
        ready: () => {
          // What happened before was not heard.
          this.#pulse.hint(undefined)
          this.#events.emit('watch', { kind: 'ready', path: directories[0] ?? '' })
        },
      },
    })
    for (const facts of this.#folders.known.values()) {
      // Those in the plugins directories it finds itself.
      if (!directories.includes(dirname(facts.directory))) this.#watcher.follow(facts)
    }
    this.#pulse.start()
  }

  #hint(path: string | undefined, folders: readonly string[] | undefined): void {
    this.#pulse.hint(folders)
    this.#events.emit('watch', { kind: 'hint', path: path ?? '' })
  }

  #captureUnhandled(): void {
    this.#stopCapturing = captureUnhandled(
      (plugin) => {
        const slot = this.#engine.slots.get(plugin)
        const candidate = slot?.live?.parts.candidate
        return slot && [candidate?.directory, candidate?.real].flatMap((folder) => folder || [])
      },
      (problem) => this.#problems.note(problem),
    )
  }

  /** A problem that nobody listens for goes to the log. */
  #tell(problem: Problem): void {
    this.#events.emit('problem', problem)
    if (this.#events.has('problem')) return
    const { log } = this.#settings
    const text = problemText(problem)
    if (problem.severity === 'error') log.error(text)
    else log.warn(text)
  }

  #stateChanged(slot: Slot, from: PluginState | undefined): void {
    if (!this.#events.has('state')) return
    const plugin = snapshotOf(this.#engine, slot)
    this.#events.emit('state', { name: slot.name, from, to: slot.state, plugin })
  }

  #report(): Report {
    return reportOf(this.#engine, this.#problems.current, this.#lastMs)
  }

  #otherProblems(): readonly Problem[] {
    return [...this.#config.problems, ...this.#folders.problems]
  }

  #owner(path: string): string | undefined {
    for (const candidate of this.#engine.candidates) {
      if (candidate.real !== '' && path.startsWith(`${candidate.real}/`)) return candidate.name
    }
    return undefined
  }

  #known(name: string): PluginSnapshot {
    const snapshot = this.get(name)
    if (snapshot) return snapshot
    throw this.#misuse('ERR_PLUGIN_NAME_UNKNOWN', `There is no plugin named ${name}.`)
  }

  #mayWait(call: string): void {
    if (this.#state === 'closed') throw this.#misuse('ERR_PLUGIN_CLOSED', `${call} was called after close().`)
    if (attribution()?.inTransition) throw this.#reentrant(call)
  }

  #reentrant(call: string): PluginError {
    const message = `${attribution()?.name ?? 'A plugin'} calls ${call} from inside its own activate or deactivate.`
    return this.#misuse('ERR_PLUGIN_REENTRANT', message)
  }

  #misuse(code: ProblemCode, message: string): PluginError {
    return new PluginError({ code, severity: 'error', message, hint: MISUSE_HINTS[code] ?? '' })
  }
}

const MISUSE_HINTS: Partial<Record<ProblemCode, string>> = {
  ERR_PLUGIN_CLOSED: 'Make a new manager.',
  ERR_PLUGIN_STARTED: 'Use rescan() to look again.',
  ERR_PLUGIN_NAME_UNKNOWN: 'manager.plugins lists those that are there.',
  ERR_PLUGIN_REENTRANT: 'It would wait for itself. Call it later, from a timer or a request.',
  ERR_PLUGIN_OPTIONS: 'Name a file in the option config.',
}
