import { setTimeout as delay } from 'node:timers/promises'
import { transact } from '../act/transaction.ts'
import type { Outcome, Part, Stage } from '../act/transaction.ts'
import type { GenerationHost, GenerationParts } from '../act/generation.ts'
import type { Code, Prepared } from '../act/code.ts'
import type { Loader } from '../act/load/loader.ts'
import { components } from '../decide/components.ts'
import type { SettingsJudge } from '../decide/judge-settings.ts'
import { plan as decidePlan } from '../decide/plan.ts'
import { decideWanted } from '../decide/wanted.ts'
import type { Folders, Look } from '../read/folders.ts'
import type { Candidate, Config, ProgramEntry, Verdict, Wanted } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { PluginState } from '../model/snapshot.ts'
import { heldBack } from './held-back.ts'
import { codeFiles, identityOf, withDependencies } from './identity.ts'
import { judgeOnce } from './judge-once.ts'
import { Roster } from './roster.ts'
import { problemOf } from './slot.ts'
import type { Slot } from './slot.ts'

type WantedInput = Parameters<typeof decideWanted>[0]

export interface EngineOptions {
  readonly folders: Folders
  readonly loader: Loader
  readonly host: GenerationHost
  readonly judge: (facts: FolderFacts) => Candidate
  readonly judgeSettings: SettingsJudge
  readonly enabledPlugins: WantedInput['enabledPlugins']
  /** Plugins that are objects of this process. */
  readonly objects: ReadonlyMap<string, { readonly candidate: Candidate; readonly code: Code }>
  readonly onState: (slot: Slot, from: PluginState | undefined) => void
  readonly onPlan: (plan: Plan) => void
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
}

/** A folder without an entry is taken for one that is being copied in for so long after it was last touched, in ms. */
const INCOMPLETE_MS = 10_000
/** How long a cold start waits for folders that are being written, in ms. */
const COLD_PATIENCE_MS = 2000
/** How many plugins are compiled side by side. */
const SIDE_BY_SIDE = 32
/** A transition brings others about (a dependency failed, or is back); this many rounds settle any chain of them. */
const ROUNDS = 20

/**
 * The one operation that boot, drop-in, edit, toggle, delete and close are: look at what is, work out what should be,
 * plan the difference, apply it. One look at a time: the caller sees to that.
 */
export class Engine {
  readonly roster: Roster
  readonly program: Map<string, ProgramEntry> = new Map()
  config: Config = { path: '', entries: new Map(), unlisted: 'on', problems: [] }
  wanted: Wanted = noneWanted
  readonly #options: EngineOptions
  readonly #judgement: EngineOptions['judge']
  readonly #candidates = new Map<string, Candidate>()
  /** Their newest metadata.json was tried in vain: they are judged by the one that they run with. */
  readonly #behind = new Set<string>()
  #undecided = true
  #cold = true

  constructor(options: EngineOptions) {
    this.#options = options
    this.roster = new Roster(options.onState)
    this.#judgement = judgeOnce(options.judge)
    for (const { candidate } of options.objects.values()) this.#candidates.set(candidate.name, candidate)
  }

  /** Config, environment or program changed: what should be is worked out again. */
  undecided(): void {
    this.#undecided = true
  }

  get slots(): ReadonlyMap<string, Slot> {
    return this.roster.slots
  }

  get candidates(): Iterable<Candidate> {
    return this.#candidates.values()
  }

  async look(request: LookRequest): Promise<Looked> {
    const { changed, gone, again } = await this.#seen(request)
    const touched = new Set(request.forced)
    for (const facts of changed) this.#judge(facts, touched)
    for (const directory of gone) this.#forget(directory)
    for (const name of request.forced) this.#unprepare(name)
    for (const name of touched) if (this.#behind.delete(name)) this.#undecided = true
    if (this.#isOverdue()) this.#undecided = true
    let applied = false
    let decided = false
    const seen = new Set(touched)
    let forced = request.forced
    for (let round = 0; round < ROUNDS; round += 1) {
      const all = this.#decide()
      decided ||= all
      await this.#prepare(all ? this.wanted.verdicts.keys() : touched)
      // One that does not load blocks others, and one that loads again lets them go.
      if (this.#undecided) continue
      if (this.#options.host.closing.aborted) break
      const planned = this.#plan(all ? undefined : touched, forced)
      // Some have fallen behind.
      if (this.#undecided) continue
      for (const name of touched) seen.add(name)
      touched.clear()
      forced = new Set()
      if (isEmpty(planned)) break
      applied = true
      await this.#apply(planned, touched)
    }
    this.#cold = false
    for (const name of decided ? this.slots.keys() : seen) this.#refreshState(name)
    return { applied, decided, changed, gone, again }
  }

  /** What the next look would do. Looks at the disk and changes nothing. */
  peek(config: Config = this.config): Plan {
    const { changed, gone } = this.#options.folders.peek()
    const candidates = new Map(this.#candidates)
    const fresh = new Map<string, FolderFacts>()
    for (const directory of gone) candidates.delete(directory)
    for (const facts of changed) {
      const candidate = this.#judgement(facts)
      candidates.set(facts.directory, candidate)
      fresh.set(candidate.name, facts)
    }
    const behind = new Set([...this.#behind].filter((name) => !fresh.has(name)))
    const wanted = decideWanted({ ...this.#wantedInput(candidates.values(), behind), config })
    const identity = (name: string): string => {
      const verdict = wanted.verdicts.get(name)!
      const live = this.slots.get(name)?.live
      const facts = fresh.get(name)
      if (!live || !facts) return this.#identity(verdict) ?? live?.parts.identity ?? ''
      const same = !this.#options.loader.differs(pluginFiles(verdict.candidate, facts), live.parts.code)
      return same ? identityOf(verdict, live.parts.code, facts) : 'changed'
    }
    const kept = this.#kept(wanted.verdicts.keys())
    for (const name of fresh.keys()) kept.delete(name)
    const planned = decidePlan(this.roster.running, wanted, identity, { kept })
    return {
      ...planned,
      start: planned.start.filter((name) => fresh.has(name) || !this.roster.unloadable.has(name)),
    }
  }

  /** At a cold start one look must see all that is there: order, and who has a name, depend on it. */
  async #seen({ folders: names }: LookRequest): Promise<Look> {
    const { folders } = this.#options
    const first = await folders.look(names)
    if (!this.#cold) return first
    const changed = [...first.changed]
    let { again } = first
    for (let waited = 0; again !== undefined && waited < COLD_PATIENCE_MS;) {
      waited += again
      await delay(again)
      const next = await folders.look(new Set())
      changed.push(...next.changed)
      again = next.again
    }
    return { changed, gone: first.gone, again }
  }

  #judge(facts: FolderFacts, touched: Set<string>): void {
    const before = this.#candidates.get(facts.directory)
    const candidate = this.#judgement(facts)
    touched.add(candidate.name)
    if (before && sameCandidate(before, candidate)) return
    this.#candidates.set(facts.directory, candidate)
    this.#undecided = true
  }

  #forget(directory: string): void {
    this.#candidates.delete(directory)
    this.#undecided = true
  }

  #unprepare(name: string): void {
    const slot = this.slots.get(name)
    if (slot?.prepared && 'problem' in slot.prepared.outcome) slot.prepared = undefined
  }

  /** @returns whether anything was decided anew */
  #decide(): boolean {
    if (!this.#undecided) return false
    this.#undecided = false
    this.wanted = decideWanted(this.#wantedInput(this.#candidates.values()))
    this.roster.include(this.wanted.verdicts.keys())
    return true
  }

  #wantedInput(candidates: Iterable<Candidate>, behind: ReadonlySet<string> = this.#behind): WantedInput {
    const failed = new Map<string, Problem>()
    for (const slot of this.slots.values()) {
      const problem = slot.live ? undefined : problemOf(slot)
      if (problem) failed.set(slot.name, problem)
    }
    return {
      candidates: behind.size === 0 ? candidates : [...candidates].map((one) => this.#asItRuns(one, behind)),
      running: this.roster.running,
      config: this.config,
      enabledPlugins: this.#options.enabledPlugins,
      program: this.program,
      failed,
      settings: (candidate) =>
        this.#options.judgeSettings(
          candidate,
          this.config.entries.get(candidate.name)?.settings,
          this.program.get(candidate.name)?.settings,
        ),
      incompleteIsInvalid: (candidate) => this.#cold || this.#restedLong(candidate),
    }
  }

  #asItRuns(candidate: Candidate, behind: ReadonlySet<string>): Candidate {
    const runs = behind.has(candidate.name)
      ? this.slots.get(candidate.name)?.live?.parts.candidate
      : undefined
    return runs?.directory === candidate.directory ? { ...candidate, metadata: runs.metadata } : candidate
  }

  /** The newest state of a plugin was tried in vain, and an older one runs. */
  #fallBehind(slot: Slot): void {
    const verdict = this.wanted.verdicts.get(slot.name)
    if (!slot.live || verdict?.state !== 'on' || this.#behind.has(slot.name)) return
    const newest = verdict.candidate.metadata
    if (JSON.stringify(newest) === JSON.stringify(slot.live.parts.candidate.metadata)) return
    this.#behind.add(slot.name)
    this.#undecided = true
  }

  /** A folder that was taken for one that is being copied in has had its time. */
  #isOverdue(): boolean {
    for (const candidate of this.#candidates.values()) {
      if (!candidate.incomplete || this.wanted.verdicts.get(candidate.name)?.state !== 'incomplete') continue
      if (this.#restedLong(candidate)) return true
    }
    return false
  }

  #restedLong(candidate: Candidate): boolean {
    const facts = this.#options.folders.known.get(candidate.directory)
    return !facts || Date.now() - facts.touchedMs > INCOMPLETE_MS
  }

  /** Compiles what is on and not compiled since it was last looked at. */
  async #prepare(names: Iterable<string>): Promise<void> {
    const waiting: Slot[] = []
    for (const name of names) {
      const slot = this.slots.get(name)
      const verdict = this.wanted.verdicts.get(name)
      if (!slot || verdict?.state !== 'on') continue
      if (!slot.prepared || slot.prepared.facts !== this.#facts(verdict)) waiting.push(slot)
    }
    const next = waiting.values()
    const worker = async (): Promise<void> => {
      for (const slot of next) await this.#prepareOne(slot)
    }
    await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, waiting.length) }, worker))
  }

  async #prepareOne(slot: Slot): Promise<void> {
    const { candidate } = this.wanted.verdicts.get(slot.name)!
    const facts = this.#options.folders.known.get(candidate.directory)
    const before = codeOf(slot.prepared?.outcome) ?? slot.live?.parts.code
    const hadProblem = problemOf(slot) !== undefined
    const outcome: Prepared = facts
      ? await this.#options.loader.prepare(pluginFiles(candidate, facts), before)
      : { code: this.#options.objects.get(slot.name)!.code }
    slot.prepared = { facts, outcome }
    if ('problem' in outcome) {
      slot.failures += 1
      this.roster.unloadable.add(slot.name)
      this.#fallBehind(slot)
    } else this.roster.unloadable.delete(slot.name)
    if (!slot.live && hadProblem !== (problemOf(slot) !== undefined)) this.#undecided = true
  }

  #plan(touched: ReadonlySet<string> | undefined, asked: ReadonlySet<string>): Plan {
    const names = touched ?? new Set(this.wanted.verdicts.keys())
    // Nothing of it can be started, however much somebody asks.
    const forced = new Set(
      [...asked].filter((name) => this.roster.running.has(name) || !this.roster.unloadable.has(name)),
    )
    const kept = this.#kept(names, forced)
    for (const name of kept) this.#fallBehind(this.slots.get(name)!)
    const identity = (name: string): string => {
      const verdict = this.wanted.verdicts.get(name)!
      return this.#identity(verdict) ?? this.slots.get(name)?.live?.parts.identity ?? ''
    }
    const options = { kept, forced, ...(touched && { touched }) }
    const planned = decidePlan(this.roster.running, this.wanted, identity, options)
    const held = heldBack(planned, this.wanted, this.slots)
    for (const name of names) if (this.slots.has(name)) this.slots.get(name)!.held = held.get(name)
    for (const [name, problem] of held) this.slots.get(name)!.held = problem
    if (held.size === 0) return this.#loadable(planned)
    const replanned = decidePlan(this.roster.running, this.wanted, identity, {
      ...options,
      kept: new Set([...kept, ...held.keys()]),
      forced: new Set([...forced].filter((name) => !held.has(name))),
    })
    return this.#loadable(replanned)
  }

  /** A plugin that does not load does not start because its dependency does. */
  #loadable(planned: Plan): Plan {
    if (this.roster.unloadable.size === 0) return planned
    return { ...planned, start: planned.start.filter((name) => !this.roster.unloadable.has(name)) }
  }

  /** Plugins whose newest state was tried, and failed: nothing new to try. */
  #kept(names: Iterable<string>, forced?: ReadonlySet<string>): Set<string> {
    const kept = new Set([...this.roster.unloadable, ...this.#behind])
    for (const name of names) {
      const slot = this.slots.get(name)
      const verdict = this.wanted.verdicts.get(name)
      if (!slot?.failed || verdict?.state !== 'on' || forced?.has(name)) continue
      if (slot.failed.key === this.#attempt(verdict)) kept.add(name)
    }
    return kept
  }

  async #apply(planned: Plan, touched: Set<string>): Promise<void> {
    this.#options.onPlan(planned)
    for (const part of components(planned, this.wanted, this.roster.running)) {
      if (this.#options.host.closing.aborted) return
      const start = performance.now()
      const stage: Stage = {
        host: this.#options.host,
        part: (name) => this.#part(name),
        position: (name) => this.wanted.position.get(name) ?? -1,
        entering: (name, state) => this.roster.setState(this.slots.get(name)!, state),
      }
      const outcome = await transact(part, stage)
      this.#take(part, outcome, performance.now() - start, touched)
    }
  }

  #part(name: string): Part {
    const slot = this.slots.get(name)
    // What runs may have been started with somebody who is gone by now.
    if (!slot) return { parts: undefined, live: undefined, number: 1, previous: undefined }
    const verdict = this.wanted.verdicts.get(name)
    return {
      parts: (verdict && this.#parts(slot, verdict)) ?? oldParts(slot, verdict),
      live: slot.live,
      number: slot.number + 1,
      previous: slot.previous,
    }
  }

  #parts(slot: Slot, verdict: Verdict): GenerationParts | undefined {
    if (this.#behind.has(slot.name)) return undefined
    const code = codeOf(slot.prepared?.outcome)
    const identity = this.#identity(verdict)
    if (verdict.state !== 'on' || !code || identity === undefined) return undefined
    // The same object while nothing changed: a rollback and a fall-back compare by it.
    if (slot.live?.parts.identity === identity) return slot.live.parts
    return {
      candidate: verdict.candidate as GenerationParts['candidate'],
      code,
      settings: verdict.settings,
      identity,
      dependencies: verdict.dependencies,
    }
  }

  #take(planned: Plan, outcome: Outcome, ms: number, touched: Set<string>): void {
    for (const [name, previous] of outcome.ended) {
      const slot = this.slots.get(name)!
      this.roster.setLive(slot, undefined)
      slot.previous = previous
    }
    for (const [name, generation] of outcome.live) {
      const slot = this.slots.get(name)!
      if (slot.number > 0) slot.reloads += 1
      this.roster.setLive(slot, generation)
      slot.previous = undefined
      slot.number = generation.number
      slot.loadMs = generation.loadMs
      slot.activateMs = generation.activateMs
      slot.reloadMs = ms
      // Who was blocked by its failure is so no more.
      if (slot.failed && !outcome.ended.has(name)) this.#undecided = true
      slot.failed = undefined
      for (const dependent of this.wanted.dependents.get(name) ?? []) {
        if (!this.slots.get(dependent)?.live) touched.add(dependent)
      }
    }
    outcome.publish()
    for (const [name, problem] of outcome.failed) this.#fail(name, problem)
    for (const name of [...planned.start, ...planned.stop, ...outcome.failed.keys()]) {
      if (this.slots.get(name)?.live) continue
      this.#behind.delete(name)
      this.#undecided = true
    }
    for (const name of [...planned.start, ...planned.restart, ...planned.stop]) this.#refreshState(name)
  }

  #fail(name: string, problem: Problem): void {
    const slot = this.slots.get(name)!
    slot.failures += 1
    // Its own attempt did not take place: it starts when its dependency does.
    if (problem.code === 'ERR_PLUGIN_DEPENDENCY_FAILED') return
    const verdict = this.wanted.verdicts.get(name)
    if (verdict) slot.failed = { key: this.#attempt(verdict), problem }
    this.#fallBehind(slot)
  }

  /** What an attempt to start was made with: unless this differs, it would fail again. */
  #attempt(verdict: Verdict): string {
    const facts = this.#facts(verdict)
    const generations = verdict.dependencies.map((name) => this.slots.get(name)?.live?.sequence ?? 0)
    return `${this.#identity(verdict) ?? ''}|${generations.join()}|${facts ? codeFiles(facts) : ''}`
  }

  #identity(verdict: Verdict): string | undefined {
    const slot = this.slots.get(verdict.name)
    const code = codeOf(slot?.prepared?.outcome)
    if (!slot || !code) return undefined
    const facts = slot.prepared?.facts
    const known = slot.identity
    if (known?.verdict === verdict && known.code === code && known.facts === facts) return known.text
    const text = identityOf(verdict, code, facts)
    slot.identity = { text, verdict, code, facts }
    return text
  }

  #facts(verdict: Verdict): FolderFacts | undefined {
    return this.#options.folders.known.get(verdict.candidate.directory)
  }

  #refreshState(name: string): void {
    const slot = this.slots.get(name)
    const verdict = this.wanted.verdicts.get(name)
    // The files went back to what runs: the attempt that failed is history.
    if (
      slot?.failed &&
      slot.live &&
      verdict &&
      !this.#behind.has(name) &&
      this.#identity(verdict) === slot.live.parts.identity
    ) {
      slot.failed = undefined
    }
    this.roster.refresh(name, verdict)
  }
}

const noneWanted: Wanted = {
  verdicts: new Map(),
  order: [],
  position: new Map(),
  dependents: new Map(),
  rejected: [],
  problems: [],
}

/** What runs, made for the dependencies that are there now. */
function oldParts({ live }: Slot, verdict: Verdict | undefined): GenerationParts | undefined {
  if (!live || !verdict || verdict.dependencies.join() === live.parts.dependencies.join()) return live?.parts
  const { dependencies } = verdict
  return { ...live.parts, dependencies, identity: withDependencies(live.parts.identity, dependencies) }
}

function codeOf(outcome: Prepared | undefined): Code | undefined {
  return outcome && 'code' in outcome ? outcome.code : undefined
}

function pluginFiles(candidate: Candidate, facts: FolderFacts): Parameters<Loader['prepare']>[0] {
  const { name, directory, real, entry } = candidate
  return { name, directory, real, entry: entry!, files: facts.files }
}

function sameCandidate(a: Candidate, b: Candidate): boolean {
  if (a === b) return true
  return a.name === b.name && a.real === b.real && JSON.stringify(a) === JSON.stringify(b)
}

function isEmpty(planned: Plan): boolean {
  return planned.start.length + planned.stop.length + planned.restart.length === 0
}
