import { Application, pause, Word } from '../application.js'
import { reloader, smallest } from './kept.js'

const HEAP_MB = 64
const LIMIT = 240_000

/** Whether 3,000 reloads of the same plugin fit into a heap of 64 MB. */
export const heap = {
  id: 'heap',
  group: 'state',
  once: true,
  lacks: ({ restarts }) => (restarts ? 'restarts the process' : undefined),
  cells: ({ contenders }) =>
    contenders.map((contender) => ({ contender, setting: smallest(contender), n: 1 })),
  async run({ contender, setting }, { survive }) {
    const application = await Application.start(contender, {
      setting,
      plugins: { count: 1, shape: 'big' },
      nodeOptions: `--max-old-space-size=${HEAP_MB}`,
    })
    const begun = Date.now()
    const { pid } = application
    let reloads = 0
    try {
      await pause(800)
      const reload = reloader(application)
      while (reloads < survive && Date.now() - begun < LIMIT) {
        await reload()
        // A supervisor that starts it again does not make it survive.
        if (application.pid !== pid) throw new Word('out of memory')
        reloads += 1
      }
      return { reloads, asked: survive, end: reloads === survive ? 'survives' : 'time is up' }
    } catch (error) {
      if (!(error instanceof Word)) throw error
      return { reloads, asked: survive, end: application.ended ? application.words : error.message }
    } finally {
      await application.end()
    }
  },
}
