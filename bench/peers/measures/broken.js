import { Application, pause, Word } from '../application.js'
import { REFUSED } from '../plugins.js'

const COUNT = 10
/** What is not done after so long is not going to be, in ms. */
const PATIENCE = 1300
const LIMIT = 5000
const OLD = 5

const BREAKS = {
  syntax: (plugins, name) => plugins.writeBroken(name),
  start: (plugins, name) => plugins.write(name, REFUSED),
}

/** A save that does not compile, and one whose start throws: who answers then, and does the next good save help? */
export const broken = {
  id: 'broken',
  group: 'state',
  cells: ({ contenders }) =>
    Object.keys(BREAKS).flatMap((how) =>
      contenders.map((contender) => ({ contender, setting: 'default', n: COUNT, how })),
    ),
  async run({ contender, how }) {
    const application = await Application.start(contender, { plugins: { count: COUNT } })
    try {
      await pause(800)
      const [name, , other] = application.plugins.names
      await application.edit(name, OLD, LIMIT)
      await pause(100)
      const { pid } = application
      BREAKS[how](application.plugins, name)
      if (contender.told) await application.ask('reload', { name }).catch(() => {})
      await pause(PATIENCE)
      const answer = await application.value(name)
      const bystander = await application.value(other)
      const { started = {}, ended = {} } = await application.ask('counts').catch(() => ({}))
      const disposed = ended[name] >= started[name]
      const process = application.ended ? 'ended' : application.pid === pid ? 'goes on' : 'restarted'
      let recovers
      try {
        recovers = await application.edit(name, OLD + 1, LIMIT)
      } catch (error) {
        if (!(error instanceof Word)) throw error
      }
      return {
        old:
          answer.value === OLD
            ? disposed
              ? 'answers, though disposed'
              : 'answers'
            : answer.error && !answer.silent
              ? 'fails'
              : 'gone',
        others: bystander.value === 0 ? 'answer' : 'gone',
        process,
        recovers,
      }
    } finally {
      await application.end()
    }
  },
}
