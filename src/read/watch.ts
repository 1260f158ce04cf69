import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Problem } from '../model/problem.ts'
import type { HintWatcher, WatchRequest } from '../model/system.ts'
import { Flock } from './flock.ts'
import type { Followed } from './flock.ts'
import { notAPlugin } from './ignore.ts'
import type { Listen } from './listen.ts'
import { Place } from './place.ts'

/** What a folder looks like matters to a watcher in these alone. */
export interface Watcher extends Required<HintWatcher> {
  follow(folder: Followed): void
}

/** How often it is looked where the directories and the config file are, in ms: no event tells that something is back. */
const TICK_MS = 250

/**
 * Watches plugin folders, for hints alone: where to look again, never what happened. Returns at once; nothing is read
 * before the next turn of the event loop.
 */
export function watch(options: WatchRequest): Watcher {
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
    // What was forgotten meanwhile.
    void lookAtTouched()
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
      if (!roots.has(dirname(directory))) flock.forget(directory)
      else if (closing === undefined) {
        // It may be there all the same, without the metadata.json that makes it a plugin.
        touched.add(directory)
        if (ready) void lookAtTouched()
      }
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
