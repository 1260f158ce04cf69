import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seed } from './seed.ts'
import { begin, histories } from './steps.ts'
import type { Model } from './steps.ts'
import { World } from './world.ts'

const RUNS = Number(process.env['PLUGBAY_HISTORIES'] ?? 2000)
const COMMANDS = Number(process.env['PLUGBAY_COMMANDS'] ?? 60)

type History = Iterable<fc.AsyncCommand<Model, World>>

async function run(history: History, world: World): Promise<void> {
  await fc.asyncModelRun(() => ({ model: begin(world), real: world }), history)
  await world.settle(world.dice.percent(70) ? 'call' : 'wait')
  if (world.dice.percent(25)) await world.checkFresh()
  await world.end()
}

const options = {
  numRuns: RUNS,
  includeErrorInReport: true,
  endOnFailure: process.env['PLUGBAY_SHRINK'] === 'no',
  ...seed,
  ...(process.env['PLUGBAY_PATH'] !== undefined && { path: process.env['PLUGBAY_PATH'] }),
}

test(`whatever happens in ${RUNS} histories of up to ${COMMANDS} steps, what runs is what should`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), histories(COMMANDS, process.env['PLUGBAY_REPLAY']), async (dice, history) => {
      const world = new World({ seed: dice })
      try {
        await run(history, world)
      } catch (cause) {
        throw new Error(
          `${cause instanceof Error ? cause.message : String(cause)}\n${world.ledger.lines.slice(-60).join('\n')}`,
          { cause },
        )
      }
    }),
    options,
  )
})

test('the same history is the same to the letter, in whatever order folders are listed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), histories(COMMANDS, process.env['PLUGBAY_REPLAY']), async (dice, history) => {
      const lines: string[][] = []
      for (const backwards of [false, true]) {
        const world = new World({ seed: dice, backwards })
        await fc.asyncModelRun(() => ({ model: begin(world), real: world }), history)
        await world.settle('call')
        await world.end()
        lines.push(world.ledger.lines)
      }
      assert.deepEqual(lines[1], lines[0])
    }),
    { ...options, numRuns: Math.ceil(RUNS / 40) },
  )
})
