import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Problem } from '../model/problem.ts'
import { Flock } from './flock.ts'
import type { Followed } from './flock.ts'
import { notAPlugin } from './ignore.ts'
import type { Listen } from './listen.ts'
import { Place } from './place.ts'

/** What a watcher has to say. Called at any time until `close()`; often twice, and sometimes for nothing. */
interface Hints {
  /** Look again at this folder. It may be gone, and it need not be a plugin. */
  folder(directory: string): void
  /** List the plugins directories again: folders came, went, or were replaced. */
  roots(): void
  /** Read the config file again. */
  config(): void
  /** The system refuses to watch; what it refused is found by looking alone. Once for each kind of refusal. */
  trouble(problem: Problem): void
  /** Everything is listened to, for the first time. What happened until now was not heard: look at everything once. */
  ready(): void
}

export interface Watcher {
  /**
   * Tells what a look at a plugin folder found, so that what is not as it was is listened to anew. Folders in the
   * plugins directories are listened to without it; folders elsewhere from the first call on. Idempotent and cheap.
   */
  follow(folder: Followed): void
  /** This folder is gone, or nobody's concern any more. */
  forget(directory: string): void
  /** Listens anew to a plugin folder, a plugins directory or the config file: a look found what no hint announced. */
  rearm(path: string): void
  /** Leaves no watch, timer or listener. Idempotent; never rejects. */
  close(): Promise<void>
}

export interface WatcherOptions {
  /** Plugins directories, absolute. They need not exist. */
  readonly directories: readonly string[]
  /** The config file, absolute; it need not exist. */
  readonly config: string | undefined
  /** Poll instead of asking the kernel. */
  readonly usePolling: boolean
  readonly hints: Hints
}

/** How often it is looked where the directories and the config file are, in ms: no event tells that something is back. */
const TICK_MS = 250

/**
 * Watches plugin folders, for hints alone: where to look again, never what happened. Returns at once; nothing is read
 * before the next turn of the event loop.
 */
export function watch(options: WatcherOptions): Watcher {
  const { config, hints } = options
  const refused = new Set<string>()
  let listen: Listen
  let ready = false
  let closing: Promise<void> | undefined

  const tell = (hint: () => void): void => {
    if (ready && closing === undefined) hint()
  }
  const failed = (error: NodeJS.ErrnoException): void => {
    const code = error.code ?? error.name
    if (closing !== undefined || refused.has(code)) return
    refused.add(code)
    hints.trouble(refusal(error))
  }

  const flock = new Flock({
    listen: (ear) => listen(ear),
    heard: (directory) => tell(() => hints.folder(directory)),
    home: (directory) => {
      const real = roots.get(dirname(directory))?.real
      return real && join(real, basename(directory))
    },
  })

  /** An entry of a plugins directory: a plugin folder, or something else, or nothing any more. */
  const entry = async (directory: string): Promise<void> => {
    if (await flock.look(directory)) flock.add(directory)
    else flock.forget(directory)
  }
  const touched = new Set<string>()
  let looking = false
  const lookAtTouched = async (): Promise<void> => {
    if (looking) return
    looking = true
    while (touched.size > 0) {
      const batch = [...touched]
      touched.clear()
      await Promise.all(batch.map(entry))
      await flock.pump()
    }
    looking = false
  }
  const list = async (root: Place): Promise<void> => {
    const entries = await readdir(root.path, { withFileTypes: true }).catch(() => [])
    for (const found of entries) {
      if (notAPlugin(found.name)) continue
      const directory = join(root.path, found.name)
      if (found.isDirectory() || (found.isSymbolicLink() && (await flock.look(directory))))
        flock.add(directory)
    }
    await flock.pump()
  }
  const listings: Promise<void>[] = []
  const makeRoot = (path: string): Place => {
    const root: Place = new Place({
      path,
      kind: 'folder',
      listen: (ear) => listen(ear),
      heard: (heard) => {
        const name = heard === root.real ? '' : basename(heard)
        // The folder itself, which is all that polling tells, or a link like `..data` of Kubernetes.
        const any = name === '' || name.startsWith('..')
        if (!any && notAPlugin(name)) return
        tell(() => hints.roots())
        if (any) {
          void flock.lookAtLoose()
          void list(root)
        } else {
          tell(() => hints.folder(join(path, name)))
          touched.add(join(path, name))
          void lookAtTouched()
        }
      },
      changed: () => {
        tell(() => hints.roots())
        flock.rearmIn(path)
        const listing = list(root)
        if (!ready) listings.push(listing)
      },
    })
    return root
  }
  const roots = new Map(options.directories.map((path) => [path, makeRoot(path)]))
  const file =
    config === undefined
      ? undefined
      : new Place({
          path: config,
          kind: 'file',
          listen: (ear) => listen(ear),
          heard: () => tell(() => hints.config()),
          changed: () => tell(() => hints.config()),
        })
  const places = file ? [...roots.values(), file] : [...roots.values()]

  const begin = async (): Promise<void> => {
    const ears = await import('./listen.ts')
    listen = (ear) => {
      try {
        return ears.listen({ ...ear, usePolling: options.usePolling, failed })
      } catch (error) {
        failed(error as NodeJS.ErrnoException)
        return { ready: Promise.resolve(), misses: () => false, close: () => Promise.resolve() }
      }
    }
    if (closing !== undefined) return
    await Promise.all(places.map((place) => place.look()))
    await Promise.all(listings)
    if (closing !== undefined) return
    ready = true
    hints.ready()
  }
  const begun = new Promise((done) => {
    setImmediate(done)
  })
    .then(begin)
    .catch(failed)

  const tick = setInterval(() => {
    if (!ready) return
    for (const place of places) void place.look()
    void flock.lookAtLoose().then(() => flock.pump())
  }, TICK_MS)
  tick.unref()

  const close = async (): Promise<void> => {
    clearInterval(tick)
    await Promise.all([flock.close(), ...places.map((place) => place.close())])
    await begun
  }
  return {
    follow: (folder) => {
      if (closing !== undefined) return
      flock.follow(folder)
      if (ready) void flock.pump()
    },
    forget: (directory) => {
      flock.forget(directory)
    },
    rearm: (path) => {
      if (!ready || closing !== undefined) return
      const place = places.find((place) => place.path === path)
      if (place) void place.rearm()
      else flock.rearm(path)
    },
    close: () => (closing ??= close()),
  }
}

function refusal(error: NodeJS.ErrnoException): Problem {
  const code = error.code ?? error.name
  const remedy: Record<string, string> = {
    ENOSPC: 'Allow more watches: sudo sysctl fs.inotify.max_user_watches=524288',
    EMFILE:
      'Allow more watchers and open files: sudo sysctl fs.inotify.max_user_instances=1024, and ulimit -n 65536',
    ENFILE: 'The whole system is out of open files: close some programs, or raise fs.file-max',
  }
  return {
    code: 'ERR_PLUGIN_WATCH',
    severity: 'warning',
    ...(error.path === undefined ? {} : { file: error.path }),
    message: `The system refuses to watch (${code}${error.path === undefined ? '' : `, first at ${error.path}`}): ${error.message}.`,
    hint: `${remedy[code] ?? 'Look up what the system says'}; or poll, with watch: { usePolling: true }. Until then changes are found by looking, some seconds later.`,
    cause: error,
  }
}
