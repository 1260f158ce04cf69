import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../manager.ts'
import { frameworks } from './frameworks.ts'
import { loadOn } from './load.ts'
import type { Load } from './load.ts'
import { siteOn } from './site.ts'
import type { Plugin, Site } from './site.ts'

const RELOADS = Number(process.env['PLUGBAY_RELOADS'] ?? 40)
/** Answers: until everything is compiled, without reloads (before them, and once more after), and after the end. */
const ANSWERS = { warm: 10 * RELOADS, quiet: 10 * RELOADS, off: 10 * RELOADS }

/** Looks three times, with a pause between, and tells what it saw each time, a line each. */
const three = (seen: string): string => `
  const look = () => JSON.stringify(${seen}) + '\\n'
  const pause = () => new Promise((resolve) => setImmediate(resolve))
  const looks = async function* () { yield look(); await pause(); yield look(); await pause(); yield look() }
  const together = async () => { let text = ''; for await (const each of looks()) text += each; return text }`

const b = (edition: number): Plugin => ({
  edition,
  before: three('{ b: ctx.generation }'),
  routes: ({ text }) => [text('/', 'await together()')],
  api: '{ generation: () => ctx.generation }',
})

const a = (edition: number): Plugin => ({
  edition,
  metadata: { dependencies: ['b'] },
  before: `
    const born = ctx.plugin('b').generation()
    ${three(`{ a: ctx.generation, b: ctx.plugin('b').generation(), born }`)}`,
  routes: ({ text, stream }) => [text('/', 'await together()'), stream('/stream', 'looks()')],
})

/** Alternately a alone, and b, which takes a with it; alternately told to, and edited. */
async function reload(site: Site, turn: number): Promise<void> {
  const name = turn % 2 === 0 ? 'a' : 'b'
  if (turn % 4 < 2) {
    await site.manager.reload(name)
    return
  }
  site.drop(name, (name === 'a' ? a : b)(turn))
  await site.manager.settled()
}

/** All reloads, each once the generation before it has been asked a few times. */
async function reloads(site: Site, load: Load): Promise<void> {
  await load.enter('reloads')
  for (let turn = 0; turn < RELOADS; turn++) {
    await reload(site, turn)
    const { requests } = site.http('a')
    await until(() => site.http('a').requests >= requests + 8, 'the load goes on')
  }
}

for (const framework of frameworks) {
  test(
    `C9 requests in flight while their plugins reload (${framework.name}, ${RELOADS} times): none fails, none meets two generations`,
    { timeout: 30_000 + RELOADS * 200 },
    async (t) => {
      const site = await siteOn(t, framework, {
        plugins: { a: a(0), b: b(0) },
        manager: { watch: { settle: 5, rescan: 0 } },
      })
      const load = await loadOn(t, site.port)
      await load.enter('warm', ANSWERS.warm)
      await load.enter('quiet', ANSWERS.quiet)
      await reloads(site, load)
      await load.enter('quiet', ANSWERS.quiet)
      const generations = [site.manager.get('a')?.generation, site.manager.get('b')?.generation]
      const { errors } = site.http('a')
      await load.enter('disabling')
      await site.manager.disable('b')
      await load.enter('off', ANSWERS.off)
      const { failed, failures, pairs, figures } = await load.end()

      const { quiet, reloads: during, off } = figures
      t.diagnostic(
        `${framework.name}: p99 ${during!.p99.toFixed(1)} ms during ${RELOADS} reloads (${during!.count} answers, ` +
          `max ${during!.max.toFixed(1)} ms), ${quiet!.p99.toFixed(1)} ms without (${quiet!.count} answers): ` +
          `ratio ${(during!.p99 / quiet!.p99).toFixed(2)}`,
      )
      assert.deepEqual(failures, [])
      assert.equal(failed, 0)
      assert.equal(errors, 0)
      assert.deepEqual(generations, [1 + RELOADS, 1 + Math.floor(RELOADS / 2)])
      assert.equal(pairs, 1 + RELOADS, 'every generation of a was asked')
      assert.ok(off!.count >= ANSWERS.off)
      assert.equal(site.manager.get('a')?.state, 'blocked')
      assert.deepEqual(site.manager.heard.codes('b'), [])
    },
  )
}
