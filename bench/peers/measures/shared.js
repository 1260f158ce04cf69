import { Application, pause, Word } from '../application.js'

const LIMIT = 5000
/** Of ten plugins the first is what four others depend on; five have nothing to do with it. */
const DEPENDENTS = 4
const COUNT = 10

/** What starts again when a plugin changes on which others depend. */
export const shared = {
  id: 'shared',
  group: 'state',
  cells: ({ contenders }) => contenders.map((contender) => ({ contender, setting: 'default', n: COUNT })),
  async run({ contender }) {
    const needs = (name) => Number(name.slice(-4)) <= DEPENDENTS
    const application = await Application.start(contender, { plugins: { count: COUNT, needs } })
    try {
      await pause(800)
      const { names } = application.plugins
      const { pid } = application
      const { started: before } = await application.ask('counts')
      try {
        await application.edit(names[0], 7, LIMIT)
      } catch (error) {
        if (!(error instanceof Word) || application.ended) throw error
      }
      await pause(700)
      const again = application.pid !== pid
      // Asking comes first: it is what makes some start a changed plugin.
      const values = []
      for (const name of names) values.push((await application.value(name)).value)
      const { started: after } = await application.ask('counts')
      const restarted = (from, to) =>
        names.slice(from, to).filter((name) => again || after[name] > before[name]).length
      return {
        process: again,
        changed: restarted(0, 1),
        dependents: restarted(1, 1 + DEPENDENTS),
        bystanders: restarted(1 + DEPENDENTS),
        // The dependents' own part is 0.
        follow: values.slice(1, 1 + DEPENDENTS).filter((value) => value === 7).length,
        sees: values[0] === 7,
      }
    } finally {
      await application.end()
    }
  },
}
