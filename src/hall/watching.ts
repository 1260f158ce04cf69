import { dirname } from 'node:path'
import type { FolderFacts } from '../model/facts.ts'
import type { Problem } from '../model/problem.ts'
import type { ManagerEvents } from '../model/snapshot.ts'
import type { HintWatcher } from '../model/system.ts'
import type { Look } from '../read/folders.ts'
import { Pulse } from './pulse.ts'
import type { PulseOptions } from './pulse.ts'
import type { Settings } from './settings.ts'

export interface WatchingOptions {
  readonly settings: Pick<Settings, 'directories' | 'config' | 'usePolling' | 'settle' | 'rescan' | 'system'>
  /** Looks at the named folders, or at everything; `unannounced` when no hint asked for it. */
  readonly look: PulseOptions['look']
  readonly onEvent: (event: ManagerEvents['watch']) => void
  readonly onProblem: (problem: Problem) => void
}

/** From hints to looks: the watcher, and the pulse that it sets. */
export class Watching {
  readonly #options: WatchingOptions
  readonly #pulse: Pulse
  #watcher: HintWatcher | undefined

  constructor(options: WatchingOptions) {
    this.#options = options
    const { settle, rescan, system } = options.settings
    this.#pulse = new Pulse({ clock: system.clock, settle, rescan, look: options.look })
  }

  /** Begins to watch. @param known the plugin folders that are known by now */
  start(known: Iterable<FolderFacts>): void {
    const { directories, config, usePolling, system } = this.#options.settings
    this.#watcher = system.watch({
      directories,
      config,
      usePolling,
      hints: {
        folder: (path) => this.#hint(path, [path]),
        roots: () => this.#hint(directories[0], undefined),
        config: () => this.#hint(config, []),
        trouble: (problem) => {
          this.#options.onProblem(problem)
          this.#pulse.degrade()
          this.#options.onEvent({ kind: 'trouble', path: problem.file ?? '', problem })
        },
        ready: () => {
          // What happened before was not heard.
          this.#pulse.hint(undefined)
          this.#options.onEvent({ kind: 'ready', path: directories[0] ?? '' })
        },
      },
    })
    for (const facts of known) {
      // Those in the plugins directories it finds itself.
      if (!directories.includes(dirname(facts.directory))) this.#watcher.follow?.(facts)
    }
    this.#pulse.start()
  }

  /**
   * Listens to what a look found, and no more to what is gone.
   * @param unannounced no hint had asked for the look: what it found was not heard
   */
  follow({ changed, gone }: Look, unannounced: boolean): void {
    if (!this.#watcher) return
    for (const facts of changed) {
      this.#watcher.follow?.(facts)
      if (unannounced) this.#watcher.rearm?.(facts.directory)
    }
    for (const directory of gone) this.#watcher.forget?.(directory)
  }

  /** Something was still moving: look again in so many ms. */
  again(ms: number): void {
    this.#pulse.again(ms)
  }

  /** Somebody waits: look again in so many ms, whatever else is due. `undefined` when nobody does any more. */
  later(ms: number | undefined): void {
    this.#pulse.later(ms)
  }

  /** No look comes from here after this call. */
  async close(): Promise<void> {
    this.#pulse.close()
    await this.#watcher?.close()
  }

  #hint(path: string | undefined, folders: readonly string[] | undefined): void {
    this.#pulse.hint(folders)
    this.#options.onEvent({ kind: 'hint', path: path ?? '' })
  }
}
