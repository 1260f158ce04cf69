import { holdAttribution } from '../act/attribution.ts'
import type { GenerationHost, GenerationParts } from '../act/generation.ts'
import { transact } from '../act/transaction.ts'
import type { Outcome, Part, Stage } from '../act/transaction.ts'
import { components } from '../decide/components.ts'
import type { Verdict } from '../model/decision.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { attemptOf, besideNewest } from './attempt.ts'
import { preparedIdentity, withDependencies } from './identity.ts'
import type { Intent } from './intent.ts'
import { NewestParts } from './newest-parts.ts'
import { refreshStanding } from './refresh-standing.ts'
import type { Roster } from './roster.ts'
import type { Slot } from './slot.ts'
import type { Storms, StormWatch } from './storms.ts'

export interface TransitionsOptions {
  readonly host: GenerationHost
  readonly onPlan: (plan: Plan) => void
}

/** Applies plans, each part that depends on no other by itself, and keeps in the roster what came of it. */
export class Transitions {
  readonly #options: TransitionsOptions
  readonly #roster: Roster
  readonly #intent: Intent
  readonly #storms: Storms
  readonly #failedNow = new Set<Slot>()

  constructor(options: TransitionsOptions, roster: Roster, intent: Intent, storms: Storms) {
    this.#options = options
    this.#roster = roster
    this.#intent = intent
    this.#storms = storms
  }

  /**
   * Applies a plan. Those to whom it may matter that somebody is back are added to `touched`. Stops between two parts
   * when the manager closes.
   */
  async apply(planned: Plan, touched: Set<string>): Promise<void> {
    const { host, onPlan } = this.#options
    onPlan(planned)
    this.#storms.goes(planned)
    const over = holdAttribution()
    try {
      for (const part of components(planned, this.#intent.wanted, this.#roster.running)) {
        if (host.closing.aborted) return
        const start = host.clock.elapsed()
        const watch = this.#storms.begin([...part.start, ...part.restart])
        const outcome = await transact(part, this.#stage(watch))
        watch.end()
        this.#take(part, outcome, host.clock.elapsed() - start, touched)
      }
    } finally {
      over()
    }
  }

  /** Nothing is left to do: what came of the attempts that failed, in others, is no reason to make them again. */
  end(): void {
    for (const slot of this.#failedNow) if (slot.failed) slot.failed = besideNewest(slot.failed, this.#roster)
    this.#failedNow.clear()
  }

  #stage(watch: StormWatch): Stage {
    return {
      host: this.#options.host,
      part: (name) => this.#part(name),
      withDependencies: partsWith,
      position: (name) => this.#intent.wanted.position.get(name) ?? -1,
      entering: (name, state) => {
        if (state === 'loading') watch.activating(name)
        this.#roster.setState(this.#roster.slots.get(name)!, state)
      },
    }
  }

  #part(name: string): Part {
    const slot = this.#roster.slots.get(name)
    // What runs may have been started with somebody who is gone by now.
    if (!slot) return { parts: undefined, live: undefined, number: 1, previous: undefined }
    const verdict = this.#intent.wanted.verdicts.get(name)
    return {
      parts: (verdict && this.#newest(slot, verdict)) ?? whatRuns(slot, verdict),
      live: slot.live,
      number: slot.number + 1,
      previous: slot.previous,
    }
  }

  #newest(slot: Slot, verdict: Verdict): GenerationParts | undefined {
    if (this.#intent.behind.has(slot.name)) return undefined
    const identity = verdict.state === 'on' ? preparedIdentity(this.#intent.files, slot, verdict) : undefined
    if (!identity) return undefined
    // The same object while nothing changed: a rollback and a fall-back compare by it.
    if (slot.live && slot.live.parts.identity === identity.text) return slot.live.parts
    return new NewestParts(identity)
  }

  #take(planned: Plan, outcome: Outcome, ms: number, touched: Set<string>): void {
    const { slots } = this.#roster
    for (const [name, previous] of outcome.ended) {
      const slot = slots.get(name)!
      this.#roster.setLive(slot, undefined)
      slot.previous = previous
    }
    for (const [name, generation] of outcome.live) {
      const slot = slots.get(name)!
      if (slot.number > 0) slot.reloads += 1
      this.#roster.setLive(slot, generation)
      slot.previous = undefined
      slot.number = generation.number
      slot.took = { load: generation.loadMs, activate: generation.activateMs, reload: ms }
      // Who was blocked by its failure is so no more.
      if (slot.failed && !outcome.ended.has(name)) this.#intent.doubted = true
      slot.failed = undefined
      for (const dependent of this.#intent.wanted.dependents.get(name) ?? []) {
        if (!slots.get(dependent)?.live) touched.add(dependent)
      }
    }
    outcome.publish()
    for (const [name, problem] of outcome.failed) this.#fail(name, problem)
    for (const name of [...planned.start, ...planned.stop, ...outcome.failed.keys()]) {
      if (!slots.get(name)?.live) this.#intent.ended(name)
    }
    for (const name of [...planned.start, ...planned.restart, ...planned.stop]) {
      refreshStanding(name, this.#roster, this.#intent)
    }
  }

  #fail(name: string, problem: Problem): void {
    const slot = this.#roster.slots.get(name)!
    slot.failures += 1
    // Its own attempt did not take place: it starts when its dependency does.
    if (problem.code === 'ERR_PLUGIN_DEPENDENCY_FAILED') return
    const verdict = this.#intent.wanted.verdicts.get(name)
    if (verdict) {
      slot.failed = { ...attemptOf(verdict, this.#roster, this.#intent), problem }
      this.#failedNow.add(slot)
    }
    this.#intent.fallBehind(slot)
  }
}

/** What runs, made for the dependencies that are there now. */
function whatRuns({ live }: Slot, verdict: Verdict | undefined): GenerationParts | undefined {
  if (!live || !verdict || verdict.dependencies.join() === live.parts.dependencies.join()) return live?.parts
  return partsWith(live.parts, verdict.dependencies)
}

function partsWith(parts: GenerationParts, dependencies: readonly string[]): GenerationParts {
  return { ...parts, dependencies, identity: withDependencies(parts.identity, dependencies) }
}
