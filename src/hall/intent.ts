import { isUsable } from '../decide/health.ts'
import type { SettingsJudge } from '../decide/judge-settings.ts'
import { decideWanted } from '../decide/wanted.ts'
import type { Candidate, Config, ProgramEntry, Verdict, Wanted } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Problem } from '../model/problem.ts'
import type { Clock, FileSource } from '../model/system.ts'
import type { Folders } from '../read/folders.ts'
import { asItRuns, renewed } from './behind.ts'
import { judgeOnce } from './judge-once.ts'
import type { RememberingJudge } from './judge-once.ts'
import type { Roster } from './roster.ts'
import { problemOf } from './slot.ts'
import type { Slot } from './slot.ts'

type WantedInput = Parameters<typeof decideWanted>[0]

export interface IntentOptions {
  readonly folders: Folders
  readonly files: FileSource
  readonly clock: Clock
  readonly judge: (facts: FolderFacts) => Candidate
  readonly judgeSettings: SettingsJudge
  readonly enabledPlugins: WantedInput['enabledPlugins']
  /** Plugins that are objects of this process. */
  readonly objects: ReadonlyMap<string, { readonly candidate: Candidate }>
}

/** A folder without an entry is taken for one that is being copied in for so long after it was last touched, in ms. */
const INCOMPLETE_MS = 10_000

/**
 * What should run: each folder judged, and what follows from that, from the config, the environment, the program, and
 * what runs. Worked out anew only after something raised a doubt.
 */
export class Intent {
  readonly program: Map<string, ProgramEntry> = new Map()
  config: Config = { path: '', entries: new Map(), unlisted: 'on', problems: [] }
  wanted: Wanted = noneWanted
  /** Nothing was ever started: what is not whole now is not waited for. */
  cold = true
  /** Something changed that `wanted` does not know of. */
  doubted = true
  readonly #options: IntentOptions
  readonly #roster: Roster
  readonly #judgement: RememberingJudge
  readonly #candidates = new Map<string, Candidate>()
  /** Their newest metadata.json was tried in vain: they are judged by the one that they run with. */
  readonly #behind = new Set<string>()
  /** By folder: `enabled` of the last files in it that were usable. */
  readonly #said = new Map<string, boolean | undefined>()

  constructor(options: IntentOptions, roster: Roster) {
    this.#options = options
    this.#roster = roster
    this.#judgement = judgeOnce(options.judge)
    for (const { candidate } of options.objects.values()) this.#candidates.set(candidate.name, candidate)
  }

  get files(): FileSource {
    return this.#options.files
  }

  get candidates(): Iterable<Candidate> {
    return this.#candidates.values()
  }

  /** Whose folder this was when it was last looked at. */
  nameAt(directory: string): string | undefined {
    return this.#candidates.get(directory)?.name
  }

  /** Plugins that run with an older metadata.json than their folder has, as that was tried in vain. */
  get behind(): ReadonlySet<string> {
    return this.#behind
  }

  /** The config is another one; who is behind may be tried again when that has other settings for it. */
  configure(config: Config): void {
    const settings = ({ entries }: Config, name: string): string | undefined =>
      JSON.stringify(entries.get(name)?.settings)
    for (const name of this.#behind)
      if (settings(config, name) !== settings(this.config, name)) this.catchUp(name)
    this.config = config
    this.doubted = true
  }

  /**
   * Judges a folder that is not as it was; to whom that is news may be tried again.
   * @returns the name of its plugin
   */
  judge(facts: FolderFacts): string {
    const before = this.#candidates.get(facts.directory)
    const candidate = this.#judgement.judge(facts)
    for (const name of this.#renewed(facts.directory, candidate, facts)) this.catchUp(name)
    if (isUsable(candidate)) this.#said.set(facts.directory, candidate.metadata?.enabled)
    if (!before || !sameCandidate(before, candidate)) {
      this.#candidates.set(facts.directory, candidate)
      this.doubted = true
    }
    return candidate.name
  }

  /**
   * A folder is gone.
   * @returns what was known of it
   */
  forget(directory: string): Candidate | undefined {
    const candidate = this.#candidates.get(directory)
    for (const name of this.#renewed(directory)) this.catchUp(name)
    this.#candidates.delete(directory)
    this.#judgement.forget(directory)
    this.#said.delete(directory)
    this.doubted = true
    return candidate
  }

  /** @returns whether anything was decided anew */
  decide(): boolean {
    if (!this.doubted) return false
    this.doubted = false
    this.wanted = decideWanted(this.#input(this.#candidates.values(), this.#behind))
    this.#roster.include(this.wanted.verdicts.keys())
    return true
  }

  /** What would be wanted if a look brought this, and which plugins it is news of. Changes nothing. */
  foresee(
    { changed, gone }: { readonly changed: readonly FolderFacts[]; readonly gone: readonly string[] },
    config: Config,
  ): { readonly wanted: Wanted; readonly fresh: ReadonlyMap<string, FolderFacts> } {
    const candidates = new Map(this.#candidates)
    const fresh = new Map<string, FolderFacts>()
    const behind = new Set(this.#behind)
    for (const directory of gone) {
      for (const name of this.#renewed(directory)) behind.delete(name)
      candidates.delete(directory)
    }
    for (const facts of changed) {
      const candidate = this.#judgement.judge(facts)
      for (const name of this.#renewed(facts.directory, candidate, facts)) behind.delete(name)
      candidates.set(facts.directory, candidate)
      if (!behind.has(candidate.name)) fresh.set(candidate.name, facts)
    }
    return { wanted: decideWanted({ ...this.#input(candidates.values(), behind), config }), fresh }
  }

  /** The newest state of a plugin was tried in vain, and an older one runs. */
  fallBehind(slot: Slot): void {
    const verdict = this.wanted.verdicts.get(slot.name)
    if (!slot.live || verdict?.state !== 'on' || this.#behind.has(slot.name)) return
    const newest = verdict.candidate.metadata
    if (JSON.stringify(newest) === JSON.stringify(slot.live.parts.candidate.metadata)) return
    this.#behind.add(slot.name)
    this.doubted = true
  }

  /** The newest state of a plugin is worth another try. */
  catchUp(name: string): void {
    if (this.#behind.delete(name)) this.doubted = true
  }

  /** A plugin does not run any more: there is nothing that it could be behind of. */
  ended(name: string): void {
    this.#behind.delete(name)
    this.doubted = true
  }

  /** A folder that was taken for one that is being copied in has had its time. */
  isOverdue(): boolean {
    for (const candidate of this.#candidates.values()) {
      if (!candidate.incomplete || this.wanted.verdicts.get(candidate.name)?.state !== 'incomplete') continue
      if (this.#restedLong(candidate)) return true
    }
    return false
  }

  /** What was last seen of a plugin's folder; `undefined` for one that is an object. */
  facts(verdict: Verdict): FolderFacts | undefined {
    return this.#options.folders.known.get(verdict.candidate.directory)
  }

  #input(candidates: Iterable<Candidate>, behind: ReadonlySet<string>): WantedInput {
    const failed = new Map<string, Problem>()
    for (const slot of this.#roster.slots.values()) {
      const problem = slot.live ? undefined : problemOf(slot)
      if (problem) failed.set(slot.name, problem)
    }
    const newest = (one: Candidate): Candidate =>
      behind.has(one.name) ? asItRuns(one, this.#roster, (directory) => this.nameAt(directory)) : one
    return {
      candidates: behind.size === 0 ? candidates : [...candidates].map(newest),
      running: this.#roster.running,
      said: this.#said,
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
      incompleteIsInvalid: (candidate) => this.cold || this.#restedLong(candidate),
    }
  }

  /** Who is behind and may be tried again, now that a folder is as it is, or gone. */
  #renewed(directory: string, candidate?: Candidate, facts?: FolderFacts): string[] {
    const found = {
      directory,
      before: this.nameAt(directory),
      ...(candidate && { candidate }),
      ...(facts && { facts }),
    }
    return renewed(this.#behind, found, this.#roster)
  }

  #restedLong(candidate: Candidate): boolean {
    const facts = this.#options.folders.known.get(candidate.directory)
    return !facts || this.#options.clock.now() - facts.touchedMs > INCOMPLETE_MS
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

function sameCandidate(a: Candidate, b: Candidate): boolean {
  if (a === b) return true
  return a.name === b.name && a.real === b.real && JSON.stringify(a) === JSON.stringify(b)
}
