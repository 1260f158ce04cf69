import { Application, pause, Word } from '../application.js'

const LIMIT = 4000
/** What the first reloads leave is compiled code. */
const WARM_UP = { reloads: 30, ms: 8000 }
/** Fewer reloads say too little; more than the first and longer than the second nobody needs. */
const ENOUGH = { reloads: 200, ms: 20_000, atLeast: 20 }

/** What a reload leaves behind: a plugin with 512 KB of state and 30 KB of source, another source each time. */
export const kept = {
  id: 'kept',
  group: 'state',
  lacks: ({ restarts }) => (restarts ? 'restarts the process' : undefined),
  cells: ({ contenders }) =>
    contenders.map((contender) => ({ contender, setting: smallest(contender), n: 1 })),
  async run({ contender, setting }, { reloads = ENOUGH.reloads } = {}) {
    const application = await Application.start(contender, { setting, plugins: { count: 1, shape: 'big' } })
    try {
      await pause(800)
      const reload = reloader(application)
      const warming = Date.now()
      for (let at = 0; at < WARM_UP.reloads && Date.now() - warming < WARM_UP.ms; at += 1) await reload()
      const before = await application.ask('memory')
      const begun = Date.now()
      let done = 0
      while (done < reloads && (done < ENOUGH.atLeast || Date.now() - begun < ENOUGH.ms)) {
        await reload()
        done += 1
      }
      const after = await application.ask('memory')
      return { bytes: (after.heap - before.heap) / done, reloads: done }
    } finally {
      await application.end()
    }
  },
}

/** The setting with the shortest wait. */
export function smallest({ settings }) {
  return settings.smallest ? 'smallest' : 'default'
}

/** A function that saves another version of the only plugin, and saves again where one was not seen. */
export function reloader(application) {
  const { contender, plugins } = application
  const [name] = plugins.names
  let version = 0
  return async () => {
    for (let tries = 0; ; tries += 1) {
      version += 1
      try {
        await application.edit(name, version, LIMIT)
        break
      } catch (error) {
        if (!(error instanceof Word) || application.ended) throw error
        if (tries === 3) throw new Word('stops reloading')
      }
    }
    // Watchers that drop what comes too soon are given the time.
    if (contender.gap) await pause(contender.gap)
  }
}
