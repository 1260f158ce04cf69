import { Application, pause, Word } from '../application.js'

/** A value that is not seen after so long is not going to be, in ms. */
const GIVEN_UP = 6000
const WARM_UP = 1
/** Who takes long is edited less often: after so many ms, and as many edits at least. */
const ENOUGH = { ms: 2000, edits: 3 }

/** Edit to live: from the return of the write until the plugin answers with the new value. */
export const edit = {
  id: 'edit',
  group: 'time',
  cells({ sizes, contenders }) {
    return contenders.flatMap((contender) =>
      ['default', 'smallest']
        .filter((setting) => contender.settings[setting])
        .flatMap((setting) => sizes.filter((n) => n <= 1000).map((n) => ({ contender, setting, n }))),
    )
  },
  async run({ contender, setting, n }, { edits }) {
    const application = await Application.start(contender, { setting, plugins: { count: n } })
    try {
      // Watchers look around after the start.
      await pause(700 + n)
      const times = []
      let missed = 0
      const begun = Date.now()
      for (let round = 1 - WARM_UP; round <= edits; round += 1) {
        if (round > ENOUGH.edits && Date.now() - begun > ENOUGH.ms) break
        const { names } = application.plugins
        const name = names[Math.floor(Math.random() * names.length)]
        try {
          const ms = await application.edit(name, round + 100, GIVEN_UP)
          if (round > 0) times.push(ms)
        } catch (error) {
          if (!(error instanceof Word) || application.ended) throw error
          missed += 1
        }
        await pause(60 + Math.random() * 40)
      }
      return { times, missed }
    } finally {
      await application.end()
    }
  },
}
