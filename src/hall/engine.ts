import type { Code } from '../model/code.ts'
import type { Candidate, Config, ProgramEntry, Wanted } from '../model/decision.ts'
import type { Plan } from '../model/plan.ts'
import type { PluginState } from '../model/snapshot.ts'
import type { Look } from '../read/folders.ts'
import { Intent } from './intent.ts'
import type { IntentOptions } from './intent.ts'
import { Planner } from './planner.ts'
import { Preparation } from './preparation.ts'
import type { PreparationOptions } from './preparation.ts'
import { refreshStanding } from './refresh-standing.ts'
import { Roster } from './roster.ts'
import type { Slot } from './slot.ts'
import { Storms } from './storms.ts'
import { Transitions } from './transitions.ts'
import type { TransitionsOptions } from './transitions.ts'

export interface EngineOptions extends IntentOptions, PreparationOptions, TransitionsOptions {
  readonly objects: ReadonlyMap<string, { readonly candidate: Candidate; readonly code: Code }>
  /** Looks come by themselves: plugins that bring them about again and again are slowed down. */
  readonly watched: boolean
  readonly onState: (slot: Slot, from: PluginState | undefined) => void
}

/** What one look is asked to do. */
export interface LookRequest {
  /** Folders to look at; all without. */
  readonly folders: ReadonlySet<string> | undefined
  /** Restart these although nothing about them changed. */
  readonly forced: ReadonlySet<string>
}

/** What a look came to. */
export interface Looked extends Look {
  /** Something was started or stopped. */
  readonly applied: boolean
  /** What should be was worked out anew. */
  readonly decided: boolean
  /** Somebody has to wait with what is new: look again in so many ms, at the latest. `undefined` when nobody has. */
  readonly later: number | undefined
}

/** How long a cold start waits for folders that are being written, in ms. */
const COLD_PATIENCE_MS = 2000
/** A transition brings others about (a dependency failed, or is back); this many rounds settle any chain of them. */
const ROUNDS = 20

/**
 * The one operation that boot, drop-in, edit, toggle, delete and close are: look at what is, work out what should be
 * ({@link Intent}), make code of it ({@link Preparation}), plan the difference ({@link Planner}), apply it
 * ({@link Transitions}). One look at a time: the caller sees to that.
 */
export class Engine {
  readonly roster: Roster
  readonly #options: EngineOptions
  readonly #intent: Intent
  readonly #preparation: Preparation
  readonly #storms: Storms
  readonly #planner: Planner
  readonly #transitions: Transitions

  constructor(options: EngineOptions) {
    this.#options = options
    this.roster = new Roster(options.onState)
    this.#intent = new Intent(options, this.roster)
    this.#preparation = new Preparation(options, this.roster, this.#intent)
    this.#storms = new Storms(options, this.roster, this.#intent)
    this.#planner = new Planner(this.roster, this.#intent, this.#preparation, this.#storms)
    this.#transitions = new Transitions(options, this.roster, this.#intent, this.#storms)
  }

  get slots(): ReadonlyMap<string, Slot> {
    return this.roster.slots
  }

  get config(): Config {
    return this.#intent.config
  }

  get wanted(): Wanted {
    return this.#intent.wanted
  }

  /** The name of the plugin in whose folder a path lies, links followed. */
  owner(path: string): string | undefined {
    for (const { name, real } of this.#intent.candidates) {
      if (real !== '' && path.startsWith(`${real}/`)) return name
    }
    return undefined
  }

  /** What the program says of a plugin. */
  program(name: string): ProgramEntry | undefined {
    return this.#intent.program.get(name)
  }

  /** The program says something else of a plugin from now on, or nothing any more; the next look acts on it. */
  instruct(name: string, entry: ProgramEntry | undefined): void {
    if (entry) this.#intent.program.set(name, entry)
    else this.#intent.program.delete(name)
    this.#storms.calm(name)
    this.#intent.doubted = true
  }

  /** @param readConfig the config, if it is not as it was; told whether code is being written */
  async look(request: LookRequest, readConfig: (written: boolean) => Config | undefined): Promise<Looked> {
    const intent = this.#intent
    const { changed, gone, again, written } = await this.#seen(request)
    // After the folders: whoever turns a plugin off and then edits it must not find the edit running.
    const config = readConfig(written)
    if (config) intent.configure(config)
    const anew = new Set([...request.forced, ...this.#storms.beginLook()])
    const touched = new Set(anew)
    for (const facts of changed) {
      const name = intent.judge(facts)
      touched.add(name)
      if (this.#options.watched) this.#storms.saw(name, facts)
    }
    for (const directory of gone) {
      const candidate = intent.forget(directory)
      if (candidate) this.#options.loader.forget?.(candidate.real)
    }
    for (const name of request.forced) this.#preparation.retry(name)
    if (request.folders === undefined) for (const name of this.#preparation.retryUnread()) anew.add(name)
    for (const name of anew) {
      touched.add(name)
      intent.catchUp(name)
    }
    if (intent.isOverdue()) intent.doubted = true
    let applied = false
    let decided = false
    const seen = new Set(touched)
    let forced = request.forced
    for (let round = 0; round < ROUNDS; round += 1) {
      const all = intent.decide()
      decided ||= all
      await this.#preparation.prepare(all ? intent.wanted.verdicts.keys() : touched)
      // One that does not load blocks others, and one that loads again lets them go.
      if (intent.doubted) continue
      if (this.#options.host.closing.aborted) break
      const planned = this.#planner.plan(all ? undefined : touched, forced)
      // Some have fallen behind.
      if (intent.doubted) continue
      for (const name of touched) seen.add(name)
      touched.clear()
      forced = new Set()
      if (isEmpty(planned)) break
      applied = true
      await this.#transitions.apply(planned, touched)
    }
    this.#transitions.end()
    intent.cold = false
    for (const name of decided ? this.slots.keys() : seen) refreshStanding(name, this.roster, intent)
    return { applied, decided, changed, gone, again, written, later: this.#storms.remaining }
  }

  /** A look at these folders is likely to come soon: begins what it will take. Changes nothing that shows. */
  foresee(folders: Iterable<string>): void {
    for (const directory of folders) {
      const name = this.#intent.nameAt(directory)
      if (name !== undefined) this.#preparation.foresee(name)
    }
  }

  /** What the next look would do. Looks at the disk and changes nothing. */
  peek(config: Config = this.config): Plan {
    const { wanted, fresh } = this.#intent.foresee(this.#options.folders.peek(), config)
    return this.#planner.foresee(wanted, fresh)
  }

  /**
   * At a cold start one look must see all that is there: order, and who has a name, depend on it. Whoever asks for a
   * reload means the files as they are by now, also if they were written just before.
   */
  async #seen({ folders: names, forced }: LookRequest): Promise<Look> {
    const { folders, clock } = this.#options
    const first = await folders.look(names)
    if (!this.#intent.cold && forced.size === 0) return first
    const changed = [...first.changed]
    const gone = [...first.gone]
    let { again, written } = first
    for (let waited = 0; again !== undefined && waited < COLD_PATIENCE_MS;) {
      waited += again
      const pause = again
      await new Promise<void>((done) => void clock.setTimeout(done, pause))
      const next = await folders.look(new Set())
      changed.push(...next.changed)
      gone.push(...next.gone)
      ;({ again, written } = next)
    }
    return { changed, gone, again, written }
  }
}

function isEmpty(planned: Plan): boolean {
  return planned.start.length + planned.stop.length + planned.restart.length === 0
}
