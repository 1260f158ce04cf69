import { isAsyncFunction } from 'node:util/types'
import type { Candidate } from '../model/decision.ts'
import type { Metadata } from '../model/metadata.ts'
import type {
  HostContext,
  Logger,
  PluginContext,
  PluginDefinition,
  Previous,
  Scope,
} from '../model/plugin.ts'
import type { Problem, ProblemCode } from '../model/problem.ts'
import type { SnapshotAdditions } from '../model/snapshot.ts'
import type { Timeouts } from '../model/options.ts'
import type { Clock } from '../model/system.ts'
import type { Code, Evaluated, OwnedTimers } from './code.ts'
import { createContext } from './context.ts'
import type { ContextSource } from './context.ts'
import { readDefinition } from './definition.ts'
import { Effects } from './effects.ts'
import { GenerationProblems, isStepFailure } from './generation-problems.ts'
import { HostScope } from './host-scope.ts'
import { OwnCode } from './own-code.ts'
import { ownedTimers } from './owned-timers.ts'
import { prefixedLog } from './prefixed-log.ts'
import { isThenable } from './thenable.ts'
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
  readonly clock: Clock
  /** Aborted when the manager closes: nothing is waited for any longer than it must be. */
  readonly closing: AbortSignal
  readonly onProblem: (problem: Problem) => void
  /** Somebody asks for another attempt to start a plugin. */
  readonly retry: (plugin: string) => void
}

let sequence = 0

/**
 * One life of one plugin: evaluated, activated, published, stopped; each once, in this order, or ended from wherever it
 * is.
 */
export class Generation implements ContextSource {
  /** Without the optional dependencies that did not start, once it has. */
  parts: GenerationParts
  readonly name: string
  readonly number: number
  readonly #host: GenerationHost
  readonly #problems: GenerationProblems
  readonly effects: Effects
  readonly #code: OwnCode
  /** The host's own view, and what it undoes after the plugin; none where the host's context is one for all. */
  #scope: HostScope | undefined
  /** Made when somebody asks for the signal: most never do. */
  #abort: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined
  #timers: OwnedTimers | undefined
  #log: Logger | undefined
  #dependencies: ReadonlyMap<string, Generation> | undefined
  #definition: PluginDefinition | undefined
  #context: PluginContext | undefined
  #activated = false
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
    this.#problems = new GenerationProblems(parts.candidate, number, host)
    this.#code = new OwnCode(this.name, number)
    this.effects = new Effects(this.#problems)
  }

  /** Aborted when it is told to stop. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      if (this.#aborted) this.#abort.abort(this.#aborted.reason)
    }
    return this.#abort.signal
  }

  /** Timers that end with it. */
  get timers(): OwnedTimers {
    return (this.#timers ??= ownedTimers(this.effects))
  }

  /** The host's logger, each line with the plugin's name. */
  get log(): Logger {
    return (this.#log ??= prefixedLog(this.#host.log, this.name))
  }

  /** Runs code as the plugin's own. */
  attribute<T>(run: () => T): T {
    return this.#code.run(run)
  }

  /** A dependency that it was started with; none once it has ended. */
  dependency(name: string): Generation | undefined {
    return this.#dependencies?.get(name)
  }

  /**
   * Runs the plugin's modules. A promise only where there is something to wait for. Rejects with {@link StepFailure};
   * whatever they had set going is undone then.
   */
  evaluate(): Promise<void> | undefined {
    const { clock } = this.#host
    const { code } = this.parts
    const start = clock.elapsed()
    const done = ({ exports }: Evaluated): void => {
      this.#definition = this.#definitionIn(exports)
      this.loadMs = clock.elapsed() - start
    }
    const failed = async (cause: unknown): Promise<void> => {
      await this.#endEffects()
      this.loadMs = clock.elapsed() - start
      throw isStepFailure(cause)
        ? cause
        : this.#problems.thrown('ERR_PLUGIN_LOAD', 'threw while it was loaded', cause)
    }
    try {
      const evaluated = this.#code.runAwaited(() => code.evaluate(() => this.timers), code.sync !== true)
      if (isPromise(evaluated))
        return this.#inTime(evaluated, 'ERR_PLUGIN_LOAD_TIMEOUT', 'was not loaded').then(done).catch(failed)
      done(evaluated)
      return undefined
    } catch (cause) {
      return failed(cause)
    }
  }

  /**
   * Calls the host's `context` and the plugin's `activate`. A promise only where there is something to wait for. Rejects
   * with {@link StepFailure}; everything is undone then, also what a late `activate` still registers.
   */
  activate(
    dependencies: ReadonlyMap<string, Generation> | undefined,
    previous: Previous | undefined,
  ): Promise<void> | undefined {
    const { clock, context } = this.#host
    const start = clock.elapsed()
    this.#dependencies = dependencies
    const done = (api: unknown): void => {
      this.api = api
      this.#activated = true
      sequence += 1
      this.sequence = sequence
      this.activateMs = clock.elapsed() - start
    }
    const failed = async (cause: unknown): Promise<void> => {
      this.#abortWith(cause)
      await this.#endEffects()
      this.activateMs = clock.elapsed() - start
      throw isStepFailure(cause)
        ? cause
        : this.#problems.thrown('ERR_PLUGIN_ACTIVATE', 'threw in activate', cause)
    }
    try {
      const activation =
        typeof context === 'function'
          ? this.#hostContext(context as MakeContext).then((host) => this.#activation(host, previous))
          : this.#activation(context, previous)
      if (isPromise(activation)) return activation.then(done).catch(failed)
      done(activation)
      return undefined
    } catch (cause) {
      return failed(cause)
    }
  }

  /** Goes live. */
  publish(): void {
    this.#scope?.publish()
  }

  /** The transition in which it ended is over. */
  settle(): void {
    this.#scope?.settle()
  }

  /** What the host adds to the plugin's snapshot. */
  additions(): SnapshotAdditions | undefined {
    return this.#scope?.additions()
  }

  /** Lets what is in flight finish, for at most `timeouts.drain`. */
  async drain(): Promise<void> {
    const drained = this.#scope?.drained()
    if (!drained) return
    const limit = this.#host.timeouts.drain
    if ((await within(drained, limit, this.#host.clock)) === TIMED_OUT)
      this.#problems.warn('ERR_PLUGIN_DRAIN_TIMEOUT', `still had calls in flight after ${limit} ms`)
  }

  /**
   * Stops: the signal, `deactivate`, then the effects in reverse order. Never throws.
   * @returns what `deactivate` returned
   */
  async stop(): Promise<unknown> {
    this.#abortWith(stopped(this.name))
    const state = this.#activated ? await this.#deactivate() : undefined
    await this.#endEffects()
    return state
  }

  async #hostContext(context: MakeContext): Promise<unknown> {
    const scope = new HostScope({
      name: this.name,
      generation: this.number,
      metadata: this.parts.candidate.metadata,
      signal: () => this.signal,
      retry: () => this.#host.retry(this.name),
      run: this.#code.answering(),
      effects: this.#problems,
      onThrown: (cause) =>
        this.#problems.warn('ERR_PLUGIN_PUBLISH', 'could not be published by the host', cause),
    })
    this.#scope = scope
    const limit = this.#host.timeouts.activate
    let given: unknown
    try {
      const giving = Promise.resolve(context(scope.scope))
      given = await within(giving, limit, this.#host.clock, this.#host.closing)
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

  #definitionIn(exports: unknown): PluginDefinition {
    const definition = readDefinition(exports)
    if (!('found' in definition)) return definition
    throw this.#problems.failure(
      'ERR_PLUGIN_EXPORTS',
      `exports no activate function; found ${definition.found}.`,
    )
  }

  /** Calls `activate`. A promise only where there is something to wait for. */
  #activation(host: unknown, previous: Previous | undefined): unknown {
    const definition = this.#definition!
    const context = (this.#context = createContext(this, host, previous))
    const waits = this.#scope?.waits === true
    const activation = this.#code.runAwaited(
      () => {
        const api: unknown = definition.activate(context)
        return isThenable(api) || waits ? this.#finished(api) : api
      },
      waits || isAsync(definition, 'activate'),
    )
    if (!isPromise(activation)) return activation
    // A late one may still come to an end: what it set up is its own to take down then.
    const late = (): void => void this.#deactivate()
    return this.#inTime(activation, 'ERR_PLUGIN_ACTIVATE_TIMEOUT', 'did not finish activate', late)
  }

  async #finished(api: unknown): Promise<unknown> {
    const settled = await api
    await this.#scope?.activated()
    return settled
  }

  async #inTime<T>(
    promise: Promise<T>,
    code: ProblemCode,
    what: string,
    late: () => void = () => undefined,
  ): Promise<T> {
    const { clock, closing, timeouts } = this.#host
    const limit = timeouts.activate
    const outcome = await within(promise, limit, clock, closing)
    if (outcome !== TIMED_OUT) return outcome
    this.#code.giveUp()
    promise.then(late, () => undefined)
    throw this.#problems.failure(code, `${what} within ${limit} ms.`)
  }

  async #deactivate(): Promise<unknown> {
    const definition = this.#definition!
    if (!definition.deactivate) return undefined
    const limit = this.#host.timeouts.deactivate
    try {
      const deactivated: unknown = this.#code.runAwaited(
        () => definition.deactivate!(this.#context!),
        isAsync(definition, 'deactivate'),
      )
      if (!isThenable(deactivated)) return deactivated
      const outcome = await within(Promise.resolve(deactivated), limit, this.#host.clock)
      if (outcome !== TIMED_OUT) return outcome
      this.#code.giveUp()
      this.#problems.warn('ERR_PLUGIN_DEACTIVATE_TIMEOUT', `did not finish deactivate within ${limit} ms`)
    } catch (cause) {
      this.#problems.warn('ERR_PLUGIN_DEACTIVATE', 'threw in deactivate', cause)
    }
    return undefined
  }

  async #endEffects(): Promise<void> {
    await this.#code.run(() => this.effects.end())
    await this.#scope?.end()
    this.#dependencies = undefined
  }

  #abortWith(reason: unknown): void {
    this.#aborted ??= { reason }
    this.#abort?.abort(reason)
  }
}

type MakeContext = (scope: Scope) => unknown

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise
}

function isAsync(definition: PluginDefinition, method: 'activate' | 'deactivate'): boolean {
  return isAsyncFunction(Reflect.get(definition, method))
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
