import type { Code, PluginFiles, Prepared } from '../model/code.ts'
import type { Candidate } from '../model/decision.ts'
import type { FolderFacts } from '../model/facts.ts'
import type { Problem } from '../model/problem.ts'
import type { CodeLoader } from '../model/system.ts'
import type { Intent } from './intent.ts'
import type { Roster } from './roster.ts'
import { codeOf, problemOf } from './slot.ts'
import type { Slot } from './slot.ts'
import { wasPrepared } from './was-prepared.ts'

export interface PreparationOptions {
  readonly loader: CodeLoader
  /** Plugins that are objects of this process. */
  readonly objects: ReadonlyMap<string, { readonly code: Code }>
}

/** How many plugins are compiled side by side. */
const SIDE_BY_SIDE = 32

/** Makes code of the newest files of those who are on, each time that their folders are not as they were. */
export class Preparation {
  readonly #options: PreparationOptions
  readonly #roster: Roster
  readonly #intent: Intent

  constructor(options: PreparationOptions, roster: Roster, intent: Intent) {
    this.#options = options
    this.#roster = roster
    this.#intent = intent
  }

  /** Compiles those of the named who are on, and not compiled since their folders were last looked at. */
  async prepare(names: Iterable<string>): Promise<void> {
    const waiting: Slot[] = []
    for (const name of names) {
      const slot = this.#roster.slots.get(name)
      const verdict = this.#intent.wanted.verdicts.get(name)
      if (!slot || verdict?.state !== 'on') continue
      const facts = this.#intent.facts(verdict)
      if (!slot.prepared || slot.prepared.facts !== facts) {
        // Who is still behind could not be read for a while: its code is what it was.
        if (this.#intent.behind.has(name) && codeOf(slot) && wasPrepared(slot, facts))
          slot.prepared = { ...slot.prepared!, facts }
        else waiting.push(slot)
      }
    }
    const next = waiting.values()
    const worker = async (): Promise<void> => {
      for (const slot of next) {
        const preparing = this.#prepareOne(slot)
        if (preparing) await preparing
      }
    }
    await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, waiting.length) }, worker))
  }

  /** The folder of a plugin that runs is likely to be looked at soon: its loader may begin. */
  foresee(name: string): void {
    const slot = this.#roster.slots.get(name)
    const verdict = this.#intent.wanted.verdicts.get(name)
    const facts = verdict && this.#intent.facts(verdict)
    const code = slot && (codeOf(slot) ?? slot.live?.parts.code)
    if (!code || !facts || verdict.state !== 'on') return
    this.#options.loader.foresee?.(pluginFiles(verdict.candidate, facts), code)
  }

  /** What did not compile is worth another try, although its files are the same. */
  retry(name: string): void {
    const slot = this.#roster.slots.get(name)
    const outcome = slot?.prepared?.outcome
    // That it failed still holds: others wait for it to do so no more.
    if (slot && outcome && 'problem' in outcome) slot.prepared = { facts: undefined, outcome }
  }

  /**
   * Files that were there and could not be read when they were last prepared are worth another try, too: a disk that
   * failed for a moment, or another program that held the file, leaves no trace in the folder.
   * @returns whose they are
   */
  retryUnread(): string[] {
    const unread = [...this.#roster.unloadable].filter((name) => {
      const outcome = this.#roster.slots.get(name)?.prepared?.outcome
      return outcome && 'problem' in outcome && outcome.problem.code === 'ERR_PLUGIN_FILE_UNREADABLE'
    })
    for (const name of unread) this.retry(name)
    return unread
  }

  /** Whether the files, as they were just found, make other code than that which runs. Compiles nothing. */
  differs(candidate: Candidate, facts: FolderFacts, runs: Code): boolean {
    return this.#options.loader.differs(pluginFiles(candidate, facts), runs)
  }

  /** A promise only where there is something to wait for. */
  #prepareOne(slot: Slot): Promise<void> | undefined {
    const { loader, objects } = this.#options
    const verdict = this.#intent.wanted.verdicts.get(slot.name)!
    const facts = this.#intent.facts(verdict)
    const before = codeOf(slot) ?? slot.live?.parts.code
    const problem = problemOf(slot)
    const outcome = facts
      ? loader.prepare(pluginFiles(verdict.candidate, facts), before)
      : { code: objects.get(slot.name)!.code }
    if (outcome instanceof Promise) return outcome.then((late) => this.#take(slot, facts, late, problem))
    this.#take(slot, facts, outcome, problem)
    return undefined
  }

  #take(slot: Slot, facts: FolderFacts | undefined, outcome: Prepared, before: Problem | undefined): void {
    slot.prepared = { facts, outcome }
    if ('problem' in outcome) {
      if (outcome.problem.message !== before?.message) slot.failures += 1
      this.#roster.unloadable.add(slot.name)
      this.#intent.fallBehind(slot)
    } else {
      this.#roster.unloadable.delete(slot.name)
      this.#intent.catchUp(slot.name)
    }
    // Whoever needs it is blocked for it, or not any more, or says another reason.
    if (!slot.live && before?.message !== problemOf(slot)?.message) this.#intent.doubted = true
  }
}

function pluginFiles(candidate: Candidate, facts: FolderFacts): PluginFiles {
  const { name, directory, real, entry } = candidate
  return { name, directory, real, entry: entry!, files: facts.files }
}
