import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Format } from '../plugin-code.ts'

/** What a process holds at one moment; `heap` in bytes, after a collection. */
type Held = Readonly<Record<'descriptors' | 'watches' | 'listeners' | 'active' | 'heap', number>>

/** What many reloads left behind. */
export interface Kept {
  readonly reloads: number
  /** Old generations that were not collected. */
  readonly alive: number
  readonly before: Held
  readonly after: Held
  readonly ms: number
}

const child = fileURLToPath(new URL('reload-resources.child.js', import.meta.url))
const run = promisify(execFile)
/** V8 goes on making machine code for minutes, and keeps sources for a while: neither is ours. */
const STEADY = ['--no-opt', '--no-sparkplug', '--no-compilation-cache'] as const

/** Reloads two plugins in a process of their own, and throws if anything is kept. */
export async function reloadResources(folder: string, format: Format, reloads: number): Promise<Kept> {
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    ...STEADY,
    child,
    folder,
    format,
    String(reloads),
  ])
  const { together, generation, problems, ...kept } = JSON.parse(stdout) as Kept & {
    together: boolean
    generation: number
    problems: string[]
  }
  assert.deepEqual(problems, [])
  assert.ok(together, 'the one that depends on it is reloaded as often')
  assert.ok(generation > reloads * 0.9, `${generation} generations of ${reloads} reloads`)
  const { before, after, alive } = kept
  // One that is running each, and no other.
  assert.ok(alive <= 2, `${alive} old generations are alive`)
  for (const what of ['descriptors', 'watches', 'listeners', 'active'] as const)
    assert.ok(Math.abs(after[what] - before[what]) <= 5, `${what}: ${before[what]}, then ${after[what]}`)
  assert.ok(after.heap <= before.heap * 1.1, `heap: ${before.heap} bytes, then ${after.heap}`)
  return kept
}
