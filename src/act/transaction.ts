import type { Plan } from '../model/plan.ts'
import type { Previous } from '../model/plugin.ts'
import type { Problem } from '../model/problem.ts'
import { Generation } from './generation.ts'
import { isStepFailure } from './generation-problems.ts'
import { messageOf } from './message-of.ts'
import type { GenerationHost, GenerationParts } from './generation.ts'
import { walk } from './steps.ts'
import type { Steps } from './steps.ts'

/** What a transaction must know of one plugin. */
export interface Part {
  /** What to start: the newest that can be. Missing for a plugin that is only stopped. */
  readonly parts: GenerationParts | undefined
  /** What runs. */
  readonly live: Generation | undefined
  /** The number of the generation that would go live. */
  readonly number: number
  /** What the generation before left, if the plugin does not run now. */
  readonly previous: Previous | undefined
}

/** The hall's side of a transaction. */
export interface Stage {
  readonly host: GenerationHost
  part(name: string): Part
  /** The same with other dependencies. */
  withDependencies(parts: GenerationParts, dependencies: readonly string[]): GenerationParts
  /** Place in the order of starting. */
  position(name: string): number
  /** Told as a plugin begins to be loaded or stopped. */
  entering(name: string, state: 'loading' | 'stopping'): void
}

/** What a transaction came to. Nothing of it is public until {@link Outcome.publish}. */
export interface Outcome {
  /** Live from now on; a rollback's are among them. In the order of their start. */
  readonly live: ReadonlyMap<string, Generation>
  /** Ended, and what they left behind. */
  readonly ended: ReadonlyMap<string, Previous>
  /** Attempts that failed; whether an older generation runs shows in `live`, or in nothing having ended. */
  readonly failed: ReadonlyMap<string, Problem>
  /** Makes all that went live public, at one instant, and settles what ended. */
  publish(): void
}

/**
 * Applies one plan: prepares every new generation while the old ones serve, lets calls in flight finish, stops
 * dependents first, starts dependencies first. What cannot be loaded is left as it runs; what cannot be started is
 * rolled back to the code that ran before. When the manager closes meanwhile, nothing is started any more. A promise
 * only where there is something to wait for.
 */
export function transact(plan: Plan, stage: Stage): Outcome | Promise<Outcome> {
  return walk(steps(new Transaction(plan, stage), stage))
}

function* steps(transaction: Transaction, { host }: Stage): Steps<Outcome> {
  yield* transaction.prepare()
  if (transaction.stops && !host.closing.aborted) {
    yield transaction.drain()
    yield transaction.stop()
  }
  yield* transaction.start()
  return transaction.outcome()
}

class Transaction {
  readonly #plan: Plan
  readonly #stage: Stage
  readonly #starting: Set<string>
  /** The roots of what restarts: shrinks as they turn out not to load. */
  readonly #changed: Set<string>
  /** Restart on the code that runs, as the newest does not load or start; with what they are made of then. */
  readonly #onOldCode = new Map<string, GenerationParts>()
  readonly #fresh = new Map<string, Generation>()
  readonly #live = new Map<string, Generation>()
  readonly #ended = new Map<string, Previous>()
  readonly #stopped: Generation[] = []
  readonly #failed = new Map<string, Problem>()
  /** Of what did not start for want of a dependency: whose failure that comes from. */
  readonly #roots = new Map<string, string>()
  #restarting: readonly string[]
  readonly #parts = new Map<string, Part>()

  constructor(plan: Plan, stage: Stage) {
    this.#plan = plan
    this.#stage = stage
    this.#starting = new Set(plan.start)
    this.#changed = new Set(plan.changed)
    this.#restarting = plan.restart
  }

  /** Evaluates all that is to start. Who does not load gives way, and what that leaves is gone through once more. */
  *prepare(): Steps<void> {
    let names = this.#toStart().values()
    for (let next = names.next(); !next.done && !this.#closing; next = names.next()) {
      const name = next.value
      if (this.#fresh.has(name)) continue
      const part = this.#part(name)
      const generation = new Generation(this.#used(name)!, part.number, this.#stage.host)
      try {
        const evaluating = generation.evaluate()
        if (evaluating) yield evaluating
        this.#fresh.set(name, generation)
      } catch (cause) {
        if (this.#closing) return
        if (!this.#failed.has(name)) this.#failed.set(name, problemOf(cause, name))
        this.#giveWay(name)
        yield this.#discardUnneeded()
        names = this.#toStart().values()
      }
    }
  }

  /** Whether anything that runs is to be stopped. */
  get stops(): boolean {
    return this.#plan.stop.length > 0 || this.#restarting.length > 0
  }

  async drain(): Promise<void> {
    await Promise.all(this.#toStop().map((generation) => generation.drain()))
  }

  async stop(): Promise<void> {
    for (const generation of this.#toStop()) {
      this.#stage.entering(generation.name, 'stopping')
      const state = await generation.stop()
      this.#stopped.push(generation)
      const { version } = generation.parts.candidate.metadata
      this.#ended.set(generation.name, { generation: generation.number, version, state })
    }
  }

  *start(): Steps<void> {
    const goingBack = new Set<string>()
    let waiting: string[] = this.#toStart().filter((name) => this.#fresh.has(name))
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const starting = goingBack.has(name) ? this.#rollBack(name) : this.#startFresh(name)
      const problem = starting && ((yield starting) as Problem | undefined)
      if (!problem || this.#closing) continue
      this.#failed.set(name, problem)
      if (goingBack.has(name) || !this.#ended.has(name)) continue
      // Its old code may need somebody who is started only after it.
      goingBack.add(name)
      this.#goBack(name)
      waiting = [...this.#inOrder([name, ...waiting])]
    }
  }

  outcome(): Outcome {
    const live = this.#live
    const stopped = this.#stopped
    return {
      live,
      ended: this.#ended,
      failed: this.#failed,
      publish: () => {
        for (const generation of live.values()) generation.publish()
        for (const generation of stopped) generation.settle()
      },
    }
  }

  /** Nothing that is cut short now has failed. */
  get #closing(): boolean {
    return this.#stage.host.closing.aborted
  }

  /** Changes the plan so that a plugin that does not load keeps what runs, and takes nobody down who could run. */
  #giveWay(name: string): void {
    if (this.#starting.delete(name)) {
      this.#closeRestarting()
      return
    }
    const { parts, live } = this.#part(name)
    if (parts !== live?.parts && !this.#onOldCode.has(name)) {
      this.#changed.delete(name)
      this.#goBack(name)
      this.#closeRestarting()
      return
    }
    // Not even what runs loads again: nothing that it depends on may be touched.
    for (const root of this.#leadingTo(name)) {
      this.#changed.delete(root)
      this.#starting.delete(root)
    }
    this.#closeRestarting()
    this.#restarting = this.#restarting.filter((other) => other !== name)
  }

  /** Takes a plugin's old code, without the optional dependencies that stop, or depend on the plugin by now. */
  #goBack(name: string): void {
    const { parts } = this.#part(name).live!
    const { dependencies } = parts.candidate.metadata
    const used = parts.dependencies.filter(
      (other) =>
        Object.hasOwn(dependencies, other) ||
        !(this.#plan.stop.includes(other) || this.#leadsTo(other, name)),
    )
    const fewer = used.length < parts.dependencies.length
    this.#onOldCode.set(name, fewer ? this.#stage.withDependencies(parts, used) : parts)
  }

  /** Whether one plugin, directly or over others, declares to depend on another: each decision leaves such a circle out. */
  #leadsTo(name: string, other: string): boolean {
    const seen = new Set([name])
    for (const one of seen) for (const next of this.#declared(one)) seen.add(next)
    return seen.has(other)
  }

  #declared(name: string): string[] {
    const metadata = this.#plan.stop.includes(name) ? undefined : this.#used(name)?.candidate.metadata
    return Object.keys({ ...metadata?.optionalDependencies, ...metadata?.dependencies })
  }

  /** What a plugin is started from. */
  #used(name: string): GenerationParts | undefined {
    return this.#onOldCode.get(name) ?? this.#part(name).parts
  }

  /** Roots, directly or over others, that make a plugin restart. */
  #leadingTo(name: string): Set<string> {
    const seen = new Set<string>()
    const queue = [name]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      queue.push(...this.#dependencies(next))
    }
    return seen
  }

  #closeRestarting(): void {
    const touched = new Set([...this.#plan.stop, ...this.#starting])
    for (let size = -1; size !== touched.size;) {
      ;({ size } = touched)
      // What goes back to its old code need not come after all that it runs with.
      for (const name of this.#plan.restart) {
        const moves = this.#changed.has(name) || this.#dependencies(name).some((one) => touched.has(one))
        if (moves) touched.add(name)
      }
    }
    this.#restarting = this.#inOrder(this.#plan.restart.filter((name) => touched.has(name)))
  }

  async #discardUnneeded(): Promise<void> {
    const needed = new Set(this.#toStart())
    for (const [name, generation] of this.#fresh) {
      if (needed.has(name)) continue
      this.#fresh.delete(name)
      await generation.stop()
    }
  }

  /** A promise only where there is something to wait for; of `undefined`, when it went well. */
  #activate(generation: Generation): Promise<Problem | undefined> | undefined {
    const { name, parts } = generation
    let dependencies: Map<string, Generation> | undefined
    for (const dependency of parts.dependencies) {
      const found = this.#running(dependency)
      if (found) (dependencies ??= new Map()).set(dependency, found)
      else if (Object.hasOwn(parts.candidate.metadata.dependencies, dependency))
        return generation.stop().then(() => this.#dependencyFailed(name, dependency))
    }
    if ((dependencies?.size ?? 0) < parts.dependencies.length)
      generation.parts = this.#stage.withDependencies(parts, [...(dependencies?.keys() ?? [])])
    const done = (): undefined => void this.#live.set(name, generation)
    const activating = generation.activate(dependencies, this.#ended.get(name) ?? this.#part(name).previous)
    return activating ? activating.then(done, (cause: unknown) => problemOf(cause, name)) : done()
  }

  #startFresh(name: string): Promise<Problem | undefined> | undefined {
    const generation = this.#fresh.get(name)!
    this.#fresh.delete(name)
    if (this.#closing) return generation.stop().then(() => undefined)
    this.#stage.entering(name, 'loading')
    return this.#activate(generation)
  }

  /** Starts the code that ran before once more. */
  async #rollBack(name: string): Promise<Problem | undefined> {
    const { number } = this.#part(name)
    const generation = new Generation(this.#onOldCode.get(name)!, number, this.#stage.host)
    let problem: Problem | undefined
    try {
      await generation.evaluate()
      problem = await this.#activate(generation)
    } catch (cause) {
      problem = problemOf(cause, name)
    }
    return problem && rollbackFailed(this.#failed.get(name)!, problem)
  }

  #running(name: string): Generation | undefined {
    const started = this.#live.get(name)
    if (started || this.#ended.has(name)) return started
    return this.#part(name).live
  }

  #dependencyFailed(name: string, dependency: string): Problem {
    const rootName = this.#roots.get(dependency) ?? dependency
    const root = this.#failed.get(rootName)
    this.#roots.set(name, rootName)
    return {
      code: 'ERR_PLUGIN_DEPENDENCY_FAILED',
      severity: 'error',
      plugin: name,
      message: `${name} needs ${dependency}, which ${rootName === dependency ? 'failed' : `needs ${rootName}, which failed`}: ${root?.message ?? 'it does not run'}`,
      hint: `Mend ${rootName}; ${name} starts by itself then.`,
      ...(root?.file !== undefined && { file: root.file }),
      ...(root?.line !== undefined && { line: root.line }),
      ...(root?.column !== undefined && { column: root.column }),
    }
  }

  #part(name: string): Part {
    let part = this.#parts.get(name)
    if (!part) this.#parts.set(name, (part = this.#stage.part(name)))
    return part
  }

  #dependencies(name: string): readonly string[] {
    const { parts, live } = this.#part(name)
    return [...(parts?.dependencies ?? []), ...(live?.parts.dependencies ?? [])]
  }

  #toStart(): readonly string[] {
    if (this.#restarting.length === 0 && this.#plan.start.length === this.#starting.size)
      return this.#inOrder(this.#plan.start)
    return this.#inOrder([...this.#starting, ...this.#restarting])
  }

  /** Dependents first: the reverse of the order in which they were started. */
  #toStop(): Generation[] {
    return [...this.#plan.stop, ...this.#restarting]
      .map((name) => this.#part(name).live)
      .filter((generation) => generation !== undefined)
      .sort((a, b) => b.sequence - a.sequence)
  }

  /** Dependencies first. What goes back to its old code has the old dependencies, which the plan did not order by. */
  #inOrder(names: readonly string[]): readonly string[] {
    if (names.length < 2) return names
    const byPosition = [...names].sort((a, b) => this.#stage.position(a) - this.#stage.position(b))
    if (this.#onOldCode.size === 0) return byPosition
    const left = new Set(byPosition)
    const ordered: string[] = []
    const take = (name: string): void => {
      if (!left.delete(name)) return
      for (const dependency of this.#used(name)?.dependencies ?? []) take(dependency)
      ordered.push(name)
    }
    for (const name of byPosition) take(name)
    return ordered
  }
}

function problemOf(cause: unknown, plugin: string): Problem {
  if (isStepFailure(cause)) return cause.problem
  return {
    code: 'ERR_PLUGIN_LOAD',
    severity: 'error',
    plugin,
    message: `${plugin} could not be started: ${messageOf(cause)}`,
    hint: 'Mend it and save; the next good save takes over.',
    cause,
  }
}

function rollbackFailed(first: Problem, second: Problem): Problem {
  if (first.code === 'ERR_PLUGIN_DEPENDENCY_FAILED' && second.code === first.code) return first
  return {
    ...first,
    code: 'ERR_PLUGIN_ROLLBACK',
    message: `${sentence(first.message)} The version before it could not be started again either: ${second.message}`,
    hint: 'Mend it and save; what depends on it comes back with it.',
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
