import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createPluginManager } from 'plugbay'
import type { PluginManager } from 'plugbay'
import { collectingLog, managerFor } from '../manager.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { History } from './history.ts'

/** Of each kind; `npm run soak` asks for 200. */
const HISTORIES = Number(process.env['PLUGBAY_HISTORIES'] ?? 10)
const FIRST = Number(process.env['PLUGBAY_SEED'] ?? 1)
const SIDE_BY_SIDE = 20
const RESCAN_MS = 5000
/** What a look waits for before it takes what it saw for whole. */
const MARGIN_MS = 2000
/** What a look takes on a machine that has other things to do, in times of what a fresh start takes there. */
const STARTS = 10

interface Ending {
  readonly state: string
  readonly version: string | undefined
  readonly value: unknown
  readonly because: string
  /** It says that it is not what it should be. */
  readonly excused: boolean
}

function endings(manager: PluginManager): Map<string, Ending> {
  return new Map(
    manager.plugins.map(({ name, state, version, problem, because }) => {
      const { value } = manager.api<{ value: unknown }>(name) ?? {}
      const excused = problem !== undefined || /^settling| keeps running: /.test(because)
      return [name, { state, version, value, because, excused }]
    }),
  )
}

/** What a manager would run that was started now. It has a cache of its own: a stale unit would show. */
async function fresh(
  t: TestContext,
  directory: string,
  cacheDirectory: string,
): Promise<Map<string, Ending>> {
  const manager = managerFor(t, undefined, { directory, cacheDirectory })
  await manager.start()
  const ending = endings(manager)
  await manager.close()
  return ending
}

/** What differs from a fresh start. What does not run there may go on here with its last good files, if it says so. */
function wrong(manager: PluginManager, wanted: ReadonlyMap<string, Ending>): string[] {
  const here = endings(manager)
  return [...new Set([...wanted.keys(), ...here.keys()])].flatMap((name) => {
    const [mine, should] = [here.get(name), wanted.get(name)]
    const fine =
      mine === undefined || should === undefined
        ? mine === should
        : should.state === 'active'
          ? mine.state === 'active' && mine.version === should.version && mine.value === should.value
          : mine.excused
    return fine ? [] : `${name} is ${JSON.stringify(mine)} and should be ${JSON.stringify(should)}`
  })
}

/** Plays one history; resolves with what ended wrong, and the ms from its end until all was right. */
async function play(
  t: TestContext,
  seed: number,
  how: 'settled' | 'unaided',
): Promise<{ wrong: string; ms: number }> {
  const folder = pluginsFolder(t)
  const history = new History(folder, seed)
  const manager = createPluginManager({
    directory: folder.path,
    config: false,
    cacheDirectory: folder.cache,
    watch: { rescan: RESCAN_MS },
    env: {},
    log: collectingLog([]),
  })
  try {
    await manager.start()
    await history.play()
    const end = performance.now()
    if (how === 'settled') await manager.settled()
    const asked = performance.now()
    const wanted = await fresh(t, folder.path, join(folder.root, 'fresh'))
    const late = end + RESCAN_MS + MARGIN_MS + STARTS * (performance.now() - asked)
    if (how === 'unaided')
      while (wrong(manager, wanted).length > 0 && performance.now() < late) await delay(20)
    const ms = performance.now() - end
    const differences = wrong(manager, wanted)
    return { wrong: differences.length === 0 ? '' : `${history.story}\n${differences.join('\n')}`, ms }
  } finally {
    await manager.close()
  }
}

for (const [how, title] of [
  ['settled', 'once settled'],
  ['unaided', 'one rescan later, if nobody asks'],
] as const) {
  test(`${HISTORIES} random histories of a folder end as a fresh start would, ${title}`, async (t) => {
    const found: { wrong: string; ms: number }[] = []
    for (let begun = 0; begun < HISTORIES; begun += SIDE_BY_SIDE) {
      const seeds = Array.from(
        { length: Math.min(SIDE_BY_SIDE, HISTORIES - begun) },
        (_, at) => FIRST + begun + at,
      )
      found.push(...(await Promise.all(seeds.map((seed) => play(t, seed, how)))))
    }
    const slowest = Math.max(...found.map(({ ms }) => ms))
    const late = found.filter(({ ms }) => ms > RESCAN_MS / 2).length
    t.diagnostic(`the slowest was right after ${Math.round(slowest)} ms; ${late} needed the rescan`)
    assert.deepEqual(
      found.flatMap(({ wrong }) => wrong || []),
      [],
    )
  })
}
