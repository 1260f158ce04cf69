import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const child = new URL('loader-memory.child.js', import.meta.url).pathname

async function reload(flags: readonly string[], format: string, times: number): Promise<{ alive: number }> {
  const { stdout } = await run(process.execPath, [...flags, child, format, String(times)])
  return JSON.parse(stdout) as { alive: number }
}

for (const format of ['cjs', 'mjs', 'ts']) {
  test(`${format}: after 20 reloads no old generation is alive`, async () => {
    const { alive } = await reload(['--expose-gc'], format, 20)
    assert.ok(alive <= 2, `${alive} of 20 alive`)
  })

  test(`${format}: 500 reloads of 512 KB of state and 30 KB of source fit in a 64 MB heap`, async () => {
    await reload(['--max-old-space-size=64'], format, 500)
  })
}
