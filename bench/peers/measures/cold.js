import { Application } from '../application.js'

const LIMIT = 40_000

/** Cold start: from the start of the process until all plugins are live, at the default setting. */
export const cold = {
  id: 'cold',
  group: 'time',
  cells({ sizes, contenders }) {
    return sizes.flatMap((n) => contenders.map((contender) => ({ contender, setting: 'default', n })))
  },
  async run({ contender, setting, n }) {
    const application = await Application.start(contender, { setting, plugins: { count: n }, limit: LIMIT })
    const { startMs, openMs } = application
    await application.end()
    return { startMs, openMs }
  },
}
