import { join } from 'node:path'
import type { FolderFacts } from '../model/facts.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { System } from '../model/system.ts'
import { readFolder } from '../read/discover.ts'
import type { Intent } from './intent.ts'
import { causeOf } from './own-writes.ts'
import { ReloadStorm } from './reload-storm.ts'
import type { Cause } from './reload-storm.ts'
import type { Roster } from './roster.ts'

interface Tracked {
  readonly storm: ReloadStorm
  /** The file that it writes. */
  file: string
  problem: Problem | undefined
  /** When its reload is due again, while it waits. */
  until: number | undefined
}

/** Follows one transition, to know when each plugin in it was started. */
export interface StormWatch {
  /** A plugin is about to be activated; the one before has come to an end. */
  activating(name: string): void
  /** The transition has come to an end. */
  end(): void
}

/**
 * Plugins that write, while they start, what they are reloaded for, and so would be reloaded for ever. Knows when each
 * was started, and what was written then; slows those down who go on with it.
 */
export class Storms {
  readonly #system: Pick<System, 'files' | 'clock'>
  readonly #roster: Roster
  readonly #intent: Intent
  /** Those whose last reload was their own doing. */
  readonly #tracked = new Map<string, Tracked>()
  /** What the look under way saw of each plugin. */
  readonly #causes = new Map<string, Cause>()

  constructor(system: Pick<System, 'files' | 'clock'>, roster: Roster, intent: Intent) {
    this.#system = system
    this.#roster = roster
    this.#intent = intent
  }

  /** Those whose reload waits. */
  get waiting(): string[] {
    return [...this.#tracked].flatMap(([name, { until }]) => (until === undefined ? [] : name))
  }

  /** Until the next of those who wait has waited long enough, in ms; `undefined` when nobody waits. */
  get remaining(): number | undefined {
    const ends = [...this.#tracked.values()].flatMap(({ until }) => until ?? [])
    return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends) - this.#system.clock.elapsed())
  }

  /**
   * A look begins.
   * @returns those who have waited long enough
   */
  beginLook(): string[] {
    this.#causes.clear()
    const now = this.#system.clock.elapsed()
    const over = this.waiting.filter((name) => this.#tracked.get(name)!.until! <= now)
    for (const name of over) this.#tracked.get(name)!.until = undefined
    return over
  }

  /** The folder of a plugin is not as it was when the plugin was last prepared. */
  saw(name: string, facts: FolderFacts): void {
    const slot = this.#roster.slots.get(name)
    const before = slot?.prepared?.facts
    if (!slot?.started || !before || before.directory !== facts.directory) return
    const watch = this.#intent.wanted.verdicts.get(name)?.candidate.metadata?.watch ?? []
    const { cause, file } = causeOf(before, facts, watch, slot.started)
    this.#causes.set(name, cause)
    if (cause !== 'own') return
    const tracked = this.#tracked.get(name)
    if (tracked) tracked.file = file
    else this.#tracked.set(name, { storm: new ReloadStorm(), file, problem: undefined, until: undefined })
  }

  /**
   * Who of a plan has to wait, and why.
   * @param asked those who go whatever they wrote
   */
  hold(
    planned: Plan,
    asked: ReadonlySet<string>,
    identity: (name: string) => string,
  ): ReadonlyMap<string, Problem> {
    const held = new Map<string, Problem>()
    for (const [name, tracked] of this.#tracked) {
      const isWanted = this.#intent.wanted.verdicts.get(name)?.state === 'on'
      if (!isWanted || asked.has(name)) {
        this.calm(name)
        continue
      }
      if (!this.#isOwnAttempt(name, planned)) continue
      const wait = tracked.storm.due(identity(name), this.#causes.get(name), this.#system.clock.elapsed())
      tracked.until = wait > 0 ? this.#system.clock.elapsed() + wait : undefined
      if (!tracked.storm.rages) tracked.problem = undefined
      if (wait === 0) continue
      tracked.problem ??= this.#problem(name, tracked.file)
      held.set(name, tracked.problem)
    }
    return held
  }

  /** What is wrong with a plugin for as long as it goes on. */
  problem(name: string): Problem | undefined {
    return this.#tracked.get(name)?.problem
  }

  /** A plan is about to be applied. */
  goes(planned: Plan): void {
    for (const [name, { storm }] of this.#tracked) {
      this.#causes.delete(name)
      if (this.#isOwnAttempt(name, planned)) storm.goes()
      else if ([planned.restart, planned.start, planned.stop].some((names) => names.includes(name)))
        this.calm(name)
    }
  }

  /** Something else moves the plugin: what it did before is forgotten. */
  calm(name: string): void {
    const slot = this.#roster.slots.get(name)
    const problem = this.problem(name)
    if (slot && problem && slot.held === problem) slot.held = undefined
    this.#tracked.delete(name)
  }

  /** Some plugins are about to be evaluated. */
  begin(names: readonly string[]): StormWatch {
    const { files, clock } = this.#system
    const beganMs = clock.now()
    const left = new Set(names)
    let current: string | undefined
    const end = (name: string): void => {
      left.delete(name)
      const slot = this.#roster.slots.get(name)
      if (!slot) return
      const directory = this.#tracked.has(name) ? slot.prepared?.facts?.directory : undefined
      const after = directory === undefined ? undefined : readFolder(files, directory, clock.now())
      slot.started = { beganMs, endedMs: clock.now(), after }
    }
    return {
      activating: (name) => {
        if (current !== undefined) end(current)
        current = name
      },
      end: () => {
        for (const name of left) end(name)
      },
    }
  }

  /** Its own newest state is what moves it: it runs and changed, or did not start with what it was before. */
  #isOwnAttempt(name: string, { changed, start }: Plan): boolean {
    if (changed.includes(name)) return true
    return start.includes(name) && this.#roster.slots.get(name)?.failed !== undefined
  }

  #problem(name: string, file: string): Problem {
    const { directory } = this.#intent.wanted.verdicts.get(name)!.candidate
    return {
      code: 'ERR_PLUGIN_RELOAD_STORM',
      severity: 'warning',
      plugin: name,
      file: join(directory, file),
      message: `${name} writes ${file} each time that it starts, and is reloaded for it. These reloads wait now: 1 s, then twice as long each time, up to 60 s.`,
      hint: 'Keep what it writes outside its folder, or in a folder in it whose name begins with a dot (.data/): that is not watched.',
    }
  }
}
