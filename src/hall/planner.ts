import { plan as decidePlan } from '../decide/plan.ts'
import type { Wanted } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Plan } from '../model/plan.ts'
import { attemptOf, sameAttempt } from './attempt.ts'
import { heldBack } from './held-back.ts'
import { Identity, preparedIdentity } from './identity.ts'
import type { Intent } from './intent.ts'
import type { Preparation } from './preparation.ts'
import type { Roster } from './roster.ts'
import type { Storms } from './storms.ts'

/** Plans the way from what runs to what should, leaving out what was tried in vain and what has to wait. */
export class Planner {
  readonly #roster: Roster
  readonly #intent: Intent
  readonly #preparation: Preparation
  readonly #storms: Storms

  constructor(roster: Roster, intent: Intent, preparation: Preparation, storms: Storms) {
    this.#roster = roster
    this.#intent = intent
    this.#preparation = preparation
    this.#storms = storms
  }

  /**
   * What to do now. Those who have to wait are told so; those who keep what runs may fall behind.
   * @param touched those who may have changed; everybody without
   * @param asked to be restarted although nothing about them changed
   */
  plan(touched: ReadonlySet<string> | undefined, asked: ReadonlySet<string>): Plan {
    const { slots, running, unloadable } = this.#roster
    const { wanted } = this.#intent
    const names = touched ?? new Set(wanted.verdicts.keys())
    // Nothing of it can be started, however much somebody asks.
    const forced = new Set([...asked].filter((name) => running.has(name) || !unloadable.has(name)))
    const kept = this.#kept(names, forced)
    for (const name of kept) this.#intent.fallBehind(slots.get(name)!)
    const identity = (name: string): string => this.#identity(wanted, name)
    // The plan comes upon others, too: those whom somebody touched needs.
    const isKept = (name: string): boolean =>
      kept.has(name) || (!names.has(name) && !forced.has(name) && this.#wasTried(name))
    const options = { kept: { has: isKept }, forced, ...(touched && { touched }) }
    const planned = decidePlan(running, wanted, identity, options)
    const storms = this.#storms.hold(planned, forced, identity)
    const held = new Map([...storms, ...heldBack(planned, wanted, slots)])
    for (const name of names) {
      const slot = slots.get(name)
      if (slot) slot.held = held.get(name) ?? this.#storms.problem(name)
    }
    for (const [name, problem] of held) slots.get(name)!.held = problem
    if (held.size === 0) return this.#loadable(planned)
    const replanned = decidePlan(running, wanted, identity, {
      ...options,
      kept: { has: (name) => isKept(name) || held.has(name) },
      forced: new Set([...forced].filter((name) => !held.has(name))),
    })
    return this.#loadable(replanned)
  }

  /**
   * What would be to do if this were wanted. Compiles nothing, changes nothing.
   * @param fresh folders that are not as they were, by plugin
   */
  foresee(wanted: Wanted, fresh: ReadonlyMap<string, FolderFacts>): Plan {
    const { slots, running, unloadable } = this.#roster
    const identity = (name: string): string => {
      const live = slots.get(name)?.live
      const facts = fresh.get(name)
      if (!live || !facts) return this.#identity(wanted, name)
      const verdict = wanted.verdicts.get(name)!
      if (this.#preparation.differs(verdict.candidate, facts, live.parts.code)) return 'changed'
      return new Identity(this.#intent.files, verdict, live.parts.code, facts).text
    }
    const kept = this.#kept(wanted.verdicts.keys())
    for (const name of this.#storms.waiting) kept.add(name)
    for (const name of fresh.keys()) kept.delete(name)
    const planned = decidePlan(running, wanted, identity, { kept })
    return { ...planned, start: planned.start.filter((name) => fresh.has(name) || !unloadable.has(name)) }
  }

  #identity(wanted: Wanted, name: string): string {
    const slot = this.#roster.slots.get(name)
    return (
      preparedIdentity(this.#intent.files, slot, wanted.verdicts.get(name)!)?.text ??
      slot?.live?.parts.identity ??
      ''
    )
  }

  /** A plugin that does not load does not start because its dependency does. */
  #loadable(planned: Plan): Plan {
    const { unloadable } = this.#roster
    if (unloadable.size === 0) return planned
    return { ...planned, start: planned.start.filter((name) => !unloadable.has(name)) }
  }

  /** Plugins whose newest state was tried, and failed: nothing new to try. */
  #kept(names: Iterable<string>, forced?: ReadonlySet<string>): Set<string> {
    const kept = new Set([...this.#roster.unloadable, ...this.#intent.behind])
    for (const name of names) if (!forced?.has(name) && this.#wasTried(name)) kept.add(name)
    return kept
  }

  /** Its last attempt failed, and another one would be the same. */
  #wasTried(name: string): boolean {
    const failed = this.#roster.slots.get(name)?.failed
    // What was tried is what was wanted, not what would be.
    const verdict = this.#intent.wanted.verdicts.get(name)
    return (
      failed !== undefined &&
      verdict?.state === 'on' &&
      sameAttempt(failed, attemptOf(verdict, this.#roster, this.#intent))
    )
  }
}
