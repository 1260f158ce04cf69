import agent from '../agent.cjs'
import { Application, pause, within, Word } from '../application.js'

const COUNT = 10
const PARTS = 40
/** Between two files of the copy, in ms. */
const GAP = 20
const LIMIT = 5000
/** A copy that the machine held up for so many ms is another test, and is made again. */
const TOO_LONG = 40
const TRIES = 3

/**
 * A folder copied in slowly: its code first, then 40 files that it reads at its start, 20 ms apart. When does it answer,
 * and with all of them?
 */
export const dropin = {
  id: 'dropin',
  group: 'time',
  cells: ({ contenders }) =>
    contenders.map((contender) => ({
      contender,
      setting: contender.settingFor?.dropin ?? 'default',
      n: COUNT,
    })),
  async run(cell) {
    let sample
    for (let tries = 0; tries < TRIES; tries += 1) {
      sample = await dropIn(cell)
      if (sample.longestGapMs < TOO_LONG) break
    }
    return sample
  },
}

async function dropIn({ contender, setting }) {
  const application = await Application.start(contender, {
    setting,
    plugins: { count: COUNT, shape: 'folder' },
  })
  try {
    await pause(900)
    const { plugins } = application
    const name = 'plugin-late'
    const seen = []
    let copying = true
    const look = (async () => {
      while (copying) {
        const { value } = await application.value(name)
        if (value !== undefined && seen.at(-1) !== value) seen.push(value)
        await pause(10)
      }
    })()
    const live = await application.expect(name, PARTS)
    const files = { ...plugins.filesOf(name) }
    for (let at = 0; at < PARTS; at += 1)
      files[`part-${String(at).padStart(2, '0')}.json`] = `{ "part": ${at} }`
    let last
    let longestGapMs = 0
    for (const [file, text] of Object.entries(files)) {
      if (last) await pause(GAP)
      plugins.put(`plugins/${name}/${file}`, text)
      if (last) longestGapMs = Math.max(longestGapMs, agent.now() - last)
      last = agent.now()
    }
    let ms
    try {
      ms = (await within(LIMIT, live(), 'not whole')) - last
    } catch (error) {
      if (!(error instanceof Word)) throw error
    }
    copying = false
    await look
    return {
      ms,
      half: seen.filter((value) => value < PARTS),
      longestGapMs,
      process: application.ended ? 'ended' : 'goes on',
    }
  } finally {
    await application.end()
  }
}
