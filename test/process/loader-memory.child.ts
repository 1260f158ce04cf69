// Reloads one plugin very often, its source really changed each time; ends with 1 if memory runs out or code is stale.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Code } from '#src/act/code.js'
import { createLoader } from '#src/act/load/loader.js'
import { factsOf, timers } from '../act/load/facts.ts'

const [, , format = '', reloads = ''] = process.argv
const root = realpathSync(mkdtempSync(join(tmpdir(), 'plugbay-test-')))
const entry = `plugin.${format}`

/** 512 KB of state and 30 KB of source. */
function sourceOf(value: number): string {
  const type = format === 'ts' ? ': number' : ''
  const start = format === 'cjs' ? 'exports.activate = ' : 'export const activate = '
  const functions = Array.from({ length: 450 }, (_, index) =>
    format === 'cjs'
      ? `exports.f${index} = function f${index}(a) { return a * ${index} + state[${index}] + ${value} }`
      : `export function f${index}(a${type})${type} { return a * ${index} + state[${index}] + ${value} }`,
  )
  return `const state = Array.from({ length: 65536 }, (_, i) => i + ${value})\n${start}() => ${value}\n${functions.join('\n')}`
}

const loader = createLoader({
  cacheDirectory: join(root, 'cache'),
  owner: () => undefined,
  onProblem: console.error,
})
const generations: WeakRef<object>[] = []

async function load(value: number, previous: Code | undefined): Promise<Code> {
  writeFileSync(join(root, entry), sourceOf(value))
  const files = new Map([...factsOf(root)].filter(([name]) => name === entry))
  const outcome = await loader.prepare(
    { name: 'plugin', directory: root, real: root, entry, files },
    previous,
  )
  if ('problem' in outcome) throw new Error(outcome.problem.message)
  const { exports } = (await outcome.code.evaluate(() => timers)) as { exports: { activate(): number } }
  if (exports.activate() !== value) throw new Error(`${value} gave ${exports.activate()}`)
  generations.push(new WeakRef(exports.activate))
  return outcome.code
}

try {
  let code: Code | undefined
  for (let value = 1; value <= Number(reloads); value++) {
    code = await load(value, code)
    // What a WeakRef was made of is kept until the end of the job.
    await new Promise((done) => setImmediate(done))
    if (value % 100 === 0) generations.splice(0, generations.length - 20)
  }
  const { gc } = globalThis as { gc?: () => void }
  const until = Date.now() + (gc ? 20_000 : 0)
  while (gc && Date.now() < until) {
    await new Promise((done) => setImmediate(done))
    gc()
    if (generations.slice(0, -2).every((generation) => generation.deref() === undefined)) break
  }
  console.log(
    JSON.stringify({ alive: gc ? generations.filter((each) => each.deref() !== undefined).length : -1 }),
  )
} finally {
  await loader.close()
  rmSync(root, { recursive: true })
}
