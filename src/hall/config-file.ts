import { messageOf } from '../act/message-of.ts'
import { setEnabled } from '../act/set-enabled.ts'
import { unusableConfig } from '../decide/judge-config.ts'
import type { ConfigJudge } from '../decide/judge-config.ts'
import type { Config } from '../model/decision.ts'
import { PluginError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { Clock, ConfigStore, System } from '../model/system.ts'
import { BURST_MS } from '../read/folders.ts'
import { misuse } from './misuse.ts'

/** The config file as it is now, or as it was when it was last any good. */
export class ConfigFile {
  readonly path: string | undefined
  readonly #judge: ConfigJudge
  readonly #store: ConfigStore
  readonly #clock: Clock
  #text: string | undefined
  /** What holds: a file as it was when it was good, that there was no file, or that nobody can say. */
  #holds: 'a file' | 'no file' | 'nothing' | undefined
  /** Since when it is waited for plugins. */
  #waiting: number | undefined
  #problems: readonly Problem[] = []

  constructor(
    path: string | undefined,
    judge: ConfigJudge,
    { config, clock }: Pick<System, 'config' | 'clock'>,
  ) {
    this.#store = config
    this.#clock = clock
    this.path = path
    this.#judge = judge
  }

  /** What is wrong with the file as it is now. */
  get problems(): readonly Problem[] {
    return this.#problems
  }

  /**
   * @param written plugins are being written, which may be one change with what is written here: wait a while for them
   * @returns the new config, or `undefined` when the one before stays
   */
  look(written: boolean): Config | undefined {
    if (this.path === undefined) return undefined
    if (this.#waits(written)) return undefined
    const fact = this.#store.read(this.path)
    if (fact.kind === 'missing') {
      this.#holds ??= 'no file'
      this.#problems = this.#holds === 'no file' ? [] : [missing(this.path, this.#holds === 'a file')]
      this.#text = undefined
      return undefined
    }
    if (fact.kind === 'text' && fact.text === this.#text) return undefined
    const judged = this.#judge(fact)
    this.#text = fact.kind === 'text' ? fact.text : undefined
    if ('problems' in judged) {
      this.#problems = judged.problems
      // Broken while it runs, it changes nothing, also if there was none until now.
      if (this.#holds === 'a file' || this.#holds === 'no file') return undefined
      this.#holds = 'nothing'
      return unusableConfig(this.path)
    }
    this.#holds = 'a file'
    this.#problems = []
    return judged.config
  }

  #waits(written: boolean): boolean {
    const now = this.#clock.elapsed()
    this.#waiting = written ? (this.#waiting ?? now) : undefined
    return this.#waiting !== undefined && now - this.#waiting < BURST_MS
  }

  /** Looks without remembering. */
  peek(): Config | undefined {
    if (this.path === undefined) return undefined
    const fact = this.#store.read(this.path)
    if (fact.kind !== 'text' || fact.text === this.#text) return undefined
    const judged = this.#judge(fact)
    return 'config' in judged ? judged.config : undefined
  }

  /**
   * Writes into the file whether a plugin is on. The next look takes it from there.
   * @throws PluginError `ERR_PLUGIN_OPTIONS`, `ERR_PLUGIN_CONFIG_WRITE`
   */
  async write(name: string, enabled: boolean): Promise<void> {
    const { path } = this
    if (path === undefined) {
      throw misuse('ERR_PLUGIN_OPTIONS', 'persist: true needs a config file, and the option config is false.')
    }
    try {
      await this.#store.edit(path, (text) => setEnabled(text, name, enabled))
    } catch (cause) {
      throw new PluginError({
        code: 'ERR_PLUGIN_CONFIG_WRITE',
        severity: 'error',
        plugin: name,
        file: path,
        message: `${path} could not be written: ${messageOf(cause)}. Nothing was changed.`,
        hint: `${remedy(cause)}, or leave out persist.`,
        cause,
      })
    }
  }
}

function remedy(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Free some space on its disk'
    case 'EROFS':
      return 'Its disk is read-only: change the file where it comes from'
    case undefined:
    default:
      return 'Make the file and its folder writable and the file valid'
  }
}

function missing(path: string, wasGood: boolean): Problem {
  return {
    code: 'ERR_PLUGIN_CONFIG_MISSING',
    severity: 'warning',
    file: path,
    message: wasGood
      ? `${path} was deleted; what it said last still holds.`
      : `${path} was deleted before it was any good: what it may have turned off stays off.`,
    hint: 'Put it back, or restart the process to run without it.',
  }
}
