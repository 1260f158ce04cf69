import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const child = fileURLToPath(new URL('reload-memory.child.js', import.meta.url))
const run = promisify(execFile)
/** A heap of 64 MB holds a state of 512 KB some hundred times; `npm run soak` asks for more. */
const RELOADS = Number(process.env['PLUGBAY_RELOADS'] ?? 300)

const kinds = [
  ['a CommonJS plugin', 'plugin.cjs'],
  ['an ES module plugin', 'plugin.mjs'],
  ['a TypeScript plugin', 'plugin.ts'],
] as const

for (const [kind, entry] of kinds) {
  test(`R7 memory over many reloads (${kind}, 512 KB of state, ${RELOADS} times): a heap of 64 MB is enough`, async (t) => {
    const directory = await folder(t)
    const { stdout } = await run(process.execPath, [
      '--max-old-space-size=64',
      child,
      directory,
      entry,
      String(RELOADS),
    ])
    assert.deepEqual(JSON.parse(stdout), { reloads: RELOADS, alive: 0 })
  })

  for (const [how, settle] of [
    ['with a settle time, in which they are compiled ahead', '4'],
    ['without one', '0'],
  ] as const) {
    test(`R7 old generations after 20 reloads (${kind}, ${how}): none is alive`, async (t) => {
      const directory = await folder(t)
      const { stdout } = await run(process.execPath, ['--expose-gc', child, directory, entry, '20', settle])
      assert.deepEqual(JSON.parse(stdout), { reloads: 20, alive: 0 })
    })
  }
}

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'plugbay-memory-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  const directory = join(root, 'plugins')
  await mkdir(join(directory, 'heavy'), { recursive: true })
  await writeFile(
    join(directory, 'heavy', 'metadata.json'),
    JSON.stringify({ name: 'heavy', version: '1.0.0' }),
  )
  return directory
}
