import { captureExit } from './act/exit.ts'
import { captureUnhandled } from './act/unhandled.ts'
import { within } from './act/within.ts'
import { Events } from './hall/events.ts'
import { LookQueue } from './hall/look-queue.ts'
import type { QueuedLook } from './hall/look-queue.ts'
import { misuse, reentrance } from './hall/misuse.ts'
import { ProblemLedger } from './hall/problem-ledger.ts'
import type { PluginManager } from './model/plugin-manager.ts'
import { readSettings } from './hall/settings.ts'
import type { Settings } from './hall/settings.ts'
import type { Slot } from './hall/slot.ts'
import { reportOf, snapshotOf, snapshotsOf } from './hall/view.ts'
import { Watching } from './hall/watching.ts'
import { wireRooms } from './hall/wire-rooms.ts'
import type { Rooms } from './hall/wire-rooms.ts'
import type { ManagerOptions } from './model/options.ts'
import type { Plan } from './model/plan.ts'
import { problemText } from './model/problem-text.ts'
import { PluginError } from './model/problem.ts'
import type { Problem } from './model/problem.ts'
import type { ManagerEvents, PluginSnapshot, PluginState, Report } from './model/snapshot.ts'

export type { PluginManager } from './model/plugin-manager.ts'

/**
 * Makes a plugin manager; nothing happens before `start()`.
 * @throws PluginError `ERR_PLUGIN_OPTIONS`
 */
export function createPluginManager<Host = unknown>(options: ManagerOptions<Host> = {}): PluginManager {
  return new Manager(readSettings(options))
}

class Manager implements PluginManager {
  readonly #settings: Settings
  readonly #events: Events
  readonly #problems: ProblemLedger
  readonly #rooms: Rooms
  readonly #watching: Watching
  readonly #queue: LookQueue
  readonly #closing = new AbortController()
  #stopCapturing: (() => void) | undefined
  #state: 'new' | 'started' | 'closed' = 'new'
  #closed: Promise<void> | undefined
  #pruning: Promise<void> | undefined
  #lastMs = 0

  constructor(settings: Settings) {
    this.#settings = settings
    const { log } = settings
    this.#events = new Events((cause) => log.error('a listener of the plugin manager threw:', cause))
    this.#problems = new ProblemLedger((problem) => this.#tell(problem))
    this.#rooms = wireRooms(settings, {
      onProblem: (problem) => this.#problems.note(problem),
      onState: (slot, from) => this.#stateChanged(slot, from),
      onPlan: (plan) => this.#events.emit('plan', plan),
      retry: (name) => this.#retry(name),
      closing: this.#closing.signal,
    })
    this.#queue = new LookQueue((look) => this.#look(look))
    this.#watching = new Watching({
      settings,
      look: (folders, unannounced) =>
        void this.#queue
          .request(folders, { unannounced, patient: true })
          .catch((cause: unknown) => log.error(cause)),
      foresee: (folders) => this.#rooms.engine.foresee(folders),
      onEvent: (event) => this.#events.emit('watch', event),
      onProblem: (problem) => this.#problems.note(problem),
    })
  }

  async start(): Promise<Report> {
    if (this.#state === 'closed') throw misuse('ERR_PLUGIN_CLOSED', 'start() was called after close().')
    if (this.#state === 'started') throw misuse('ERR_PLUGIN_STARTED', 'start() was called twice.')
    this.#state = 'started'
    if (this.#settings.captureUnhandled) this.#captureUnhandled()
    await this.#queue.request(undefined)
    // Watching costs as much as starting: plugins first. What changes until it is ready is looked at then.
    if (this.#settings.watch && !this.#closed) this.#watching.start(this.#rooms.folders.known.values())
    if (!this.#closed) this.#pruning = this.#rooms.loader.prune?.()
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
    return snapshotsOf(this.#rooms.engine)
  }

  get(name: string): PluginSnapshot | undefined {
    const slot = this.#rooms.engine.slots.get(name)
    return slot && snapshotOf(this.#rooms.engine, slot)
  }

  api(name: string): any {
    return this.#rooms.engine.slots.get(name)?.live?.api
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
    const directory = this.#rooms.engine.wanted.verdicts.get(name)?.candidate.directory
    await this.#queue.request(new Set(directory ? [directory] : []), { forced: name })
    return this.#known(name)
  }

  async rescan(): Promise<Report> {
    this.#mayWait('rescan()')
    await this.#queue.request(undefined)
    return this.#report()
  }

  async settled(): Promise<Report> {
    this.#mayWait('settled()')
    await this.#lookUntilStill(30_000)
    return this.#report()
  }

  plan(): Plan {
    return this.#rooms.engine.peek(this.#rooms.config.peek())
  }

  on<K extends keyof ManagerEvents>(event: K, listener: (event: ManagerEvents[K]) => void): () => void {
    return this.#events.on(event, listener)
  }

  close(): Promise<void> {
    const reentrant = reentrance('close()')
    if (reentrant) return Promise.reject(reentrant)
    this.#state = 'closed'
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#closing.abort(new Error('the plugin manager is closing'))
    const watching = this.#watching.close()
    await this.#queue.close()
    await this.#rooms.engine.roster.stop()
    await watching
    await this.#pruning
    await this.#rooms.loader.close?.()
    this.#stopCapturing?.()
    this.#events.clear()
  }

  async #toggle(name: string, enabled: boolean, persist: boolean): Promise<PluginSnapshot> {
    const call = enabled ? 'enable()' : 'disable()'
    this.#mayWait(call)
    this.#known(name)
    const before = this.#rooms.engine.program(name)
    const { settings } = before ?? {}
    if (persist) {
      await this.#rooms.config.write(name, enabled)
      // What was said meanwhile was said later.
      if (this.#rooms.engine.program(name) === before)
        this.#rooms.engine.instruct(name, settings && { settings, because: 'the plugins option' })
    } else {
      this.#rooms.engine.instruct(name, {
        ...(settings && { settings }),
        enabled,
        because: `manager.${call}`,
      })
    }
    await this.#queue.request(new Set())
    return this.#known(name)
  }

  #retry(name: string): void {
    if (this.#rooms.engine.slots.get(name)?.live) return
    const { log } = this.#settings
    this.#queue.request(new Set(), { forced: name }).catch((cause: unknown) => log.error(cause))
  }

  async #look({ folders, forced, unannounced, patient }: QueuedLook): Promise<number | undefined> {
    const { clock } = this.#settings.system
    const start = clock.elapsed()
    const looked = await this.#rooms.engine.look({ folders, forced }, (written) =>
      this.#rooms.config.look(written && patient),
    )
    const { applied, decided, again, later, changed } = looked
    this.#watching.follow(looked, unannounced)
    this.#lastMs = clock.elapsed() - start
    const others = this.#otherProblems()
    const isNews = decided || applied || changed.length > 0 || this.#problems.areNews(others)
    const differs = isNews && this.#problems.update(this.#rooms.engine, others)
    if ((applied || differs) && this.#events.has('report')) this.#events.emit('report', this.#report())
    if (again !== undefined && this.#settings.watch) this.#watching.again(again)
    this.#watching.later(later)
    return again
  }

  /**
   * Looks until nothing moves any more. What is written all the time is waited for for at most `limit` ms; what
   * transitions take is not counted.
   */
  async #lookUntilStill(limit: number): Promise<void> {
    const { clock } = this.#settings.system
    for (let left = limit; ;) {
      const again = await this.#queue.request(undefined, { patient: true })
      if (again === undefined || left <= 0 || this.#closed) return
      const start = clock.elapsed()
      await within(new Promise(() => undefined), Math.min(again, left), clock, this.#closing.signal)
      left -= clock.elapsed() - start
    }
  }

  #captureUnhandled(): void {
    const folders = (plugin: string): string[] | undefined => {
      const slot = this.#rooms.engine.slots.get(plugin)
      const candidate = slot?.live?.parts.candidate
      return slot && [candidate?.directory, candidate?.real].flatMap((folder) => folder || [])
    }
    const note = (problem: Problem): void => this.#problems.note(problem)
    const stops = [captureUnhandled(folders, note), captureExit(folders, note)]
    this.#stopCapturing = () => {
      for (const stop of stops) stop()
    }
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
    const plugin = snapshotOf(this.#rooms.engine, slot)
    this.#events.emit('state', { name: slot.name, from, to: slot.state, plugin })
  }

  #report(): Report {
    return reportOf(this.#rooms.engine, this.#problems.current, this.#lastMs)
  }

  #otherProblems(): readonly Problem[] {
    return [...this.#rooms.config.problems, ...this.#rooms.folders.problems]
  }

  #known(name: string): PluginSnapshot {
    const snapshot = this.get(name)
    if (snapshot) return snapshot
    throw misuse('ERR_PLUGIN_NAME_UNKNOWN', `There is no plugin named ${name}.`)
  }

  #mayWait(call: string): void {
    if (this.#state === 'closed') throw misuse('ERR_PLUGIN_CLOSED', `${call} was called after close().`)
    const reentrant = reentrance(call)
    if (reentrant) throw reentrant
  }
}
