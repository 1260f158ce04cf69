import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answer, input } from './child.js'
import { writePlugins } from './plugins.js'

/** A value that is not seen after so long is not going to be, in ms. */
const GIVEN_UP = 15_000
/** The first edits warm up the code, and do not count. */
const WARM_UP = 10

const { contenders, kind, count, edits, watch } = input()
const root = mkdtempSync(join(tmpdir(), 'plugbay-bench-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

const opened = []
for (const { module, kind: own = kind, count: ownCount = count } of contenders) {
  const { name, open } = await import(`./contenders/${module}.js`)
  const plugins = writePlugins(join(root, name), { count: ownCount, kind: own })
  const running = await open(plugins, { watch })
  opened.push({ name, plugins, running, times: [], missed: 0 })
}
await pause(1000)

let saved = 0
for (let round = -WARM_UP; round < edits; round += 1) {
  for (const contender of shuffled(opened)) {
    const ms = await editToLive(contender)
    await pause(60 + Math.random() * 40)
    if (ms === undefined) contender.missed += 1
    else if (round >= 0) contender.times.push(ms)
  }
}
const results = opened.map(({ name, times, missed, running: { startMs, readyMs } }) => ({
  name,
  times,
  missed,
  startMs,
  readyMs,
}))
await Promise.all(opened.map(({ running }) => running.close()))
answer(results)

/**
 * From the return of the write to the value being there, for code that runs in a turn of its own. The plugin's `activate`
 * gives the sign to ask: asking all the time would take the processor from who is to be measured.
 */
async function editToLive({ plugins, running }) {
  const name = plugins.names[Math.floor(Math.random() * plugins.names.length)]
  saved += 1
  const expected = saved
  let giveUp
  const live = new Promise((resolve) => {
    giveUp = setTimeout(resolve, GIVEN_UP)
    const ask = () => {
      if (running.value(name) === expected) resolve(performance.now())
      else if (globalThis.activated) setImmediate(ask)
    }
    globalThis.activated = () => setImmediate(ask)
  })
  plugins.write(name, expected)
  const start = performance.now()
  const end = await live
  clearTimeout(giveUp)
  globalThis.activated = undefined
  return end === undefined ? undefined : end - start
}

function shuffled(list) {
  return Math.random() < 0.5 ? list : [...list].reverse()
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
