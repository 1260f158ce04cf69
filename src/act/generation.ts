import type { Candidate } from '../model/decision.ts'
import type { Metadata } from '../model/metadata.ts'
import type {
  Disposer,
  HostContext,
  Logger,
  PluginContext,
  PluginDefinition,
  Previous,
  Scope,
} from '../model/plugin.ts'
import type { Problem } from '../model/problem.ts'
import type { SnapshotAdditions } from '../model/snapshot.ts'
import type { Timeouts } from '../model/options.ts'
import { attribute } from './attribution.ts'
import type { Attribution } from './attribution.ts'
import type { Code } from './code.ts'
import { createContext } from './context.ts'
import { readDefinition } from './definition.ts'
import { Effects } from './effects.ts'
import type { EffectTrouble } from './effects.ts'
import { GenerationProblems, StepFailure } from './generation-problems.ts'
import { ownedTimers } from './owned-timers.ts'
import { TIMED_OUT, within } from './within.ts'

/** What a generation is made of; enough to make the same one again. */
export interface GenerationParts {
  readonly candidate: Candidate & { readonly metadata: Metadata }
  readonly code: Code
  readonly settings: Readonly<Record<string, unknown>>
  /** Equal for parts that are the same. */
  readonly identity: string
  /** Names of the dependencies that were there. */
  readonly dependencies: readonly string[]
}

/** What every generation is given by the hall. */
export interface GenerationHost {
  readonly context: HostContext
  readonly timeouts: Required<Timeouts>
  readonly log: Logger
  /** Aborted when the manager closes: nothing is waited for any longer than it must be. */
  readonly closing: AbortSignal
  readonly onProblem: (problem: Problem) => void
}

let sequence = 0

/**
 * One life of one plugin: evaluated, activated, published, stopped; each once, in this order, or ended from wherever it
 * is.
 */
export class Generation {
  readonly parts: GenerationParts
  readonly name: string
  readonly number: number
  readonly #host: GenerationHost
  readonly #problems: GenerationProblems
  readonly #effects: Effects
  /** The host's own undo, after the plugin's. */
  readonly #hostEffects: Effects
  readonly #attribution: Attribution
  readonly #abort = new AbortController()
  readonly #activating: (() => unknown)[] = []
  readonly #publishing: (() => void)[] = []
  readonly #draining: (() => unknown)[] = []
  readonly #settling: (() => void)[] = []
  readonly #describing: (() => SnapshotAdditions)[] = []
  #dependencies: ReadonlyMap<string, Generation> = new Map()
  #definition: PluginDefinition | undefined
  #context: PluginContext | undefined
  #activated = false
  #lateReported = false
  /** Set at the end of `activate`, and grows: what was started later may depend on what was started before. */
  sequence = 0
  api: unknown
  loadMs = 0
  activateMs = 0

  constructor(parts: GenerationParts, number: number, host: GenerationHost) {
    this.parts = parts
    this.name = parts.candidate.name
    this.number = number
    this.#host = host
    this.#problems = new GenerationProblems(parts.candidate, host.onProblem)
    this.#attribution = { name: this.name, generation: number, inTransition: false }
    const options = {
      timeout: host.timeouts.deactivate,
      onTrouble: (trouble: EffectTrouble) => this.#disposeTrouble(trouble),
      onLate: () => this.#late(),
    }
    this.#effects = new Effects(options)
    this.#hostEffects = new Effects(options)
  }

  /** Runs the plugin's modules. Throws {@link StepFailure}; whatever they had set going is undone then. */
  async evaluate(): Promise<void> {
    const start = performance.now()
    const { activate: limit } = this.#host.timeouts
    try {
      const timers = ownedTimers(this.#effects)
      const outcome = await within(
        this.#run(() => this.parts.code.evaluate(timers)),
        limit,
        this.#host.closing,
      )
      if (outcome === TIMED_OUT)
        throw this.#problems.failure('ERR_PLUGIN_LOAD_TIMEOUT', `was not loaded within ${limit} ms.`)
      const definition = readDefinition(outcome.exports)
      if ('found' in definition)
        throw this.#problems.failure(
          'ERR_PLUGIN_EXPORTS',
          `exports no activate function; found ${definition.found}.`,
        )
      this.#definition = definition
    } catch (cause) {
      await this.#endEffects()
      throw cause instanceof StepFailure
        ? cause
        : this.#problems.thrown('ERR_PLUGIN_LOAD', 'threw while it was loaded', cause)
    } finally {
      this.loadMs = performance.now() - start
    }
  }

  /**
   * Calls the host's `context` and the plugin's `activate`. Throws {@link StepFailure}; everything is undone then, also
   * what a late `activate` still registers.
   */
  async activate(
    dependencies: ReadonlyMap<string, Generation>,
    previous: Previous | undefined,
  ): Promise<void> {
    const start = performance.now()
    this.#dependencies = dependencies
    try {
      const host = await this.#hostContext()
      this.#context = createContext(this, host, {
        previous,
        log: this.#host.log,
        signal: this.#abort.signal,
        effects: this.#effects,
        attribute: (run) => attribute(this.#attribution, run),
        dependency: (name) => this.#dependencies.get(name),
      })
      this.api = await this.#activateInTime(this.#definition!, this.#context)
      this.#activated = true
      sequence += 1
      this.sequence = sequence
    } catch (cause) {
      this.#abort.abort(cause)
      await this.#endEffects()
      throw cause instanceof StepFailure
        ? cause
        : this.#problems.thrown('ERR_PLUGIN_ACTIVATE', 'threw in activate', cause)
    } finally {
      this.activateMs = performance.now() - start
    }
  }

  /** Goes live. */
  publish(): void {
    this.#tell(this.#publishing)
  }

  /** The transition in which it ended is over. */
  settle(): void {
    this.#tell(this.#settling)
    this.#settling.length = 0
  }

  /** What the host adds to the plugin's snapshot. */
  additions(): SnapshotAdditions {
    if (this.#describing.length === 0) return {}
    const additions: SnapshotAdditions[] = []
    this.#tell(this.#describing.map((describe) => () => void additions.push(describe())))
    return Object.assign({}, ...additions) as SnapshotAdditions
  }

  /** Lets what is in flight finish, for at most `timeouts.drain`. */
  async drain(): Promise<void> {
    if (this.#draining.length === 0) return
    const limit = this.#host.timeouts.drain
    const drained = Promise.allSettled(this.#draining.map(async (callback) => callback()))
    if ((await within(drained, limit)) === TIMED_OUT)
      this.#problems.warn('ERR_PLUGIN_DRAIN_TIMEOUT', `still had calls in flight after ${limit} ms`)
  }

  /**
   * Stops: the signal, `deactivate`, then the effects in reverse order. Never throws.
   * @returns what `deactivate` returned
   */
  async stop(): Promise<unknown> {
    this.#abort.abort(stopped(this.name))
    const state = this.#activated ? await this.#deactivate() : undefined
    await this.#endEffects()
    return state
  }

  async #hostContext(): Promise<unknown> {
    const { context } = this.#host
    if (typeof context !== 'function') return context
    const scope: Scope = {
      name: this.name,
      generation: this.number,
      metadata: this.parts.candidate.metadata,
      signal: this.#abort.signal,
      onActivate: (callback) => void this.#activating.push(callback),
      onPublish: (callback) => void this.#publishing.push(callback),
      onDrain: (callback) => void this.#draining.push(callback),
      onDispose: (callback: Disposer) => void this.#hostEffects.add(callback),
      onSettle: (callback) => void this.#settling.push(callback),
      onSnapshot: (callback) => void this.#describing.push(callback),
      run: (code) => attribute({ ...this.#attribution, inTransition: false }, code),
    }
    const limit = this.#host.timeouts.activate
    let given: unknown
    try {
      const giving = Promise.resolve((context as (scope: Scope) => unknown)(scope))
      given = await within(giving, limit, this.#host.closing)
    } catch (cause) {
      throw this.#problems.thrown(
        'ERR_PLUGIN_CONTEXT',
        "could not be given the host's context, which threw",
        cause,
      )
    }
    if (given !== TIMED_OUT) return given
    throw this.#problems.failure('ERR_PLUGIN_CONTEXT', `was not given the host's context within ${limit} ms.`)
  }

  async #activateInTime(definition: PluginDefinition, context: PluginContext): Promise<unknown> {
    const limit = this.#host.timeouts.activate
    const activation = this.#run(async () => {
      const api = await definition.activate(context)
      for (const callback of this.#activating) await callback()
      return api
    })
    const outcome = await within(activation, limit, this.#host.closing)
    if (outcome !== TIMED_OUT) return outcome
    // It may still come to an end: what it set up is its own to take down then.
    activation.then(
      () => this.#deactivate(),
      () => undefined,
    )
    throw this.#problems.failure('ERR_PLUGIN_ACTIVATE_TIMEOUT', `did not finish activate within ${limit} ms.`)
  }

  async #deactivate(): Promise<unknown> {
    const definition = this.#definition!
    if (!definition.deactivate) return undefined
    const limit = this.#host.timeouts.deactivate
    try {
      const outcome = await within(
        this.#run(async () => definition.deactivate!(this.#context!)),
        limit,
      )
      if (outcome !== TIMED_OUT) return outcome
      this.#problems.warn('ERR_PLUGIN_DEACTIVATE_TIMEOUT', `did not finish deactivate within ${limit} ms`)
    } catch (cause) {
      this.#problems.warn('ERR_PLUGIN_DEACTIVATE', 'threw in deactivate', cause)
    }
    return undefined
  }

  async #endEffects(): Promise<void> {
    await attribute(this.#attribution, () => this.#effects.end())
    await this.#hostEffects.end()
    this.#dependencies = new Map()
    this.#activating.length = 0
    this.#publishing.length = 0
    this.#draining.length = 0
    this.#describing.length = 0
  }

  /** The host's own callbacks: one that throws keeps no other from being called. */
  #tell(callbacks: readonly (() => void)[]): void {
    for (const callback of callbacks) {
      try {
        callback()
      } catch (cause) {
        this.#problems.warn('ERR_PLUGIN_PUBLISH', 'could not be published by the host', cause)
      }
    }
  }

  async #run<T>(run: () => Promise<T>): Promise<T> {
    this.#attribution.inTransition = true
    try {
      return await attribute(this.#attribution, run)
    } finally {
      this.#attribution.inTransition = false
    }
  }

  #late(): void {
    if (this.#lateReported) return
    this.#lateReported = true
    this.#problems.warn(
      'ERR_PLUGIN_LATE_EFFECT',
      `registered something after generation ${this.number} had ended`,
    )
  }

  #disposeTrouble(trouble: EffectTrouble): void {
    if (trouble.kind === 'threw')
      this.#problems.warn('ERR_PLUGIN_DISPOSE', 'threw in a disposer', trouble.cause)
    else
      this.#problems.warn(
        'ERR_PLUGIN_DISPOSE_TIMEOUT',
        `did not finish a disposer within ${this.#host.timeouts.deactivate} ms`,
      )
  }
}

/**
 * Why a signal is aborted. Without a stack: V8 keeps the receivers of its frames, which is this transaction and with it
 * the next generation, for as long as anybody keeps the signal.
 */
function stopped(name: string): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const reason = new Error(`the plugin ${name} is being stopped`)
  Error.stackTraceLimit = stackTraceLimit
  reason.name = 'AbortError'
  return reason
}
