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
  /** A look at these folders is likely to come soon. */
  readonly foresee: PulseOptions['foresee']
  readonly onEvent: (event: ManagerEvents['watch']) => void
  readonly onProblem: (problem: Problem) => void
}

/** After so many looks in a row that found what no event had told of, somebody has to know. */
const SILENT = 3

/** From hints to looks: the watcher, and the pulse that it sets. */
export class Watching {
  readonly #options: WatchingOptions
  readonly #pulse: Pulse
  #watcher: HintWatcher | undefined
  /** So many of the last looks that found something had been asked for by no hint. */
  #silent = 0
  #told = false

  constructor(options: WatchingOptions) {
    this.#options = options
    const { settle, rescan, system } = options.settings
    this.#pulse = new Pulse({
      clock: system.clock,
      settle,
      rescan,
      look: options.look,
      foresee: options.foresee,
    })
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
        trouble: (problem) => this.#trouble(problem),
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
    for (const directory of gone) {
      // One elsewhere was named by the program, and is waited for as long as that runs.
      if (this.#options.settings.directories.includes(dirname(directory))) this.#watcher.forget?.(directory)
    }
    const first = changed[0]?.directory ?? gone[0]
    if (first !== undefined) this.#found(first, unannounced)
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

  #found(directory: string, unannounced: boolean): void {
    this.#silent = unannounced ? this.#silent + 1 : 0
    if (this.#silent < SILENT || this.#told || this.#options.settings.usePolling) return
    this.#told = true
    this.#trouble(silence(directory))
  }

  /** The watcher misses things: look more often. */
  #trouble(problem: Problem): void {
    this.#options.onProblem(problem)
    this.#pulse.degrade()
    this.#options.onEvent({ kind: 'trouble', path: problem.file ?? '', problem })
  }

  #hint(path: string | undefined, folders: readonly string[] | undefined): void {
    this.#pulse.hint(folders)
    this.#options.onEvent({ kind: 'hint', path: path ?? '' })
  }
}

function silence(directory: string): Problem {
  return {
    code: 'ERR_PLUGIN_WATCH',
    severity: 'warning',
    file: directory,
    message: `No event told of the last ${SILENT} changes, the latest in ${directory}: they were found by looking.`,
    hint: 'Network disks, mounts of WSL and Docker, and files that are links tell of no changes: poll, with watch: { usePolling: true }. Until then everything is looked at every second.',
  }
}
