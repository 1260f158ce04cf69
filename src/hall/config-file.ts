import { editConfig } from '../act/edit-config.ts'
import { messageOf } from '../act/message-of.ts'
import { unusableConfig } from '../decide/judge-config.ts'
import type { ConfigJudge } from '../decide/judge-config.ts'
import type { Config } from '../model/decision.ts'
import { PluginError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { readConfigText } from '../read/config-text.ts'
import { misuse } from './misuse.ts'

/** For plugins that are being written it is waited for so long at most, in ms. */
const BURST_MS = 500

/** The config file as it is now, or as it was when it was last any good. */
export class ConfigFile {
  readonly path: string | undefined
  readonly #judge: ConfigJudge
  #text: string | undefined
  #seen = false
  /** Since when it is waited for plugins. */
  #waiting: number | undefined
  #problems: readonly Problem[] = []

  constructor(path: string | undefined, judge: ConfigJudge) {
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
    const fact = readConfigText(this.path)
    if (fact.kind === 'missing') {
      if (this.#seen) this.#problems = [missing(this.path)]
      return undefined
    }
    if (fact.kind === 'text' && fact.text === this.#text) {
      this.#problems = this.#problems.filter(({ code }) => code !== 'ERR_PLUGIN_CONFIG_MISSING')
      return undefined
    }
    const judged = this.#judge(fact)
    this.#text = fact.kind === 'text' ? fact.text : undefined
    if ('problems' in judged) {
      this.#problems = judged.problems
      return this.#seen ? undefined : unusableConfig(this.path)
    }
    this.#seen = true
    this.#problems = []
    return judged.config
  }

  #waits(written: boolean): boolean {
    const now = performance.now()
    this.#waiting = written ? (this.#waiting ?? now) : undefined
    return this.#waiting !== undefined && now - this.#waiting < BURST_MS
  }

  /** Looks without remembering. */
  peek(): Config | undefined {
    if (this.path === undefined) return undefined
    const fact = readConfigText(this.path)
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
      await editConfig(path, name, enabled)
    } catch (cause) {
      throw new PluginError({
        code: 'ERR_PLUGIN_CONFIG_WRITE',
        severity: 'error',
        plugin: name,
        file: path,
        message: `${path} could not be written: ${messageOf(cause)}. Nothing was changed.`,
        hint: 'Make the file and its folder writable and the file valid, or leave out persist.',
        cause,
      })
    }
  }
}

function missing(path: string): Problem {
  return {
    code: 'ERR_PLUGIN_CONFIG_MISSING',
    severity: 'warning',
    file: path,
    message: `${path} was deleted; what it said last still holds.`,
    hint: 'Put it back, or restart the process to run without it.',
  }
}
