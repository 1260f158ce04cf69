import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { folder, put, run, until } from '../process/running.ts'
import type { Running } from '../process/running.ts'

const metadata = (name: string): string => JSON.stringify({ name, version: '1.0.0' })

/** Holds the loop up without heating the machine. */
const rest = `const cell = new Int32Array(new SharedArrayBuffer(4))\nfunction rest() { Atomics.wait(cell, 0, 0, 10) }\n`

async function complains(host: Running, pattern: RegExp): Promise<void> {
  await until(
    () => pattern.test(host.complained()),
    () => `${pattern} in ${host.complained()}${host.said()}`,
  )
}

describe('an event loop that is held up', { concurrency: true }, () => {
  test('P5 a loop without an end in activate: after two seconds stderr names the line', async (t) => {
    const cwd = await folder(t, { 'plugins/.keep': '' })
    const host = run(t, cwd, ['start', '--port', '0'])
    await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
    await put(cwd, {
      'plugins/endless/metadata.json': metadata('endless'),
      'plugins/endless/plugin.js': `exports.activate = () => spin()\n\nfunction spin() {\n  for (;;) rest()\n}\n${rest}`,
    })
    await complains(
      host,
      /^The event loop is held up for \d s, by plugins\/endless\/plugin\.js:(?:4|7):\d+ \((?:spin|rest)\)\. Nothing else is answered meanwhile\.$/m,
    )
    assert.equal(host.child.exitCode, null)
  })

  test('R10 an event loop that a plugin holds up for seconds: stderr names the line of its TypeScript, and says when it goes on', async (t) => {
    const cwd = await folder(t, {
      'plugins/slow/metadata.json': metadata('slow'),
      'plugins/slow/plugin.ts': `import { existsSync } from 'node:fs'
interface Host { http: any }

const wait = (file: string): string => {
  while (!existsSync(file)) rest()
  return 'over'
}
export const activate = ({ host, directory }: { host: Host; directory: string }): void => {
  host.http.get('/', (c: any) => c.text(wait(directory + '/../../go')))
}
${rest}`,
    })
    const host = run(t, cwd, ['start', '--port', '0'])
    await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
    const answer = host.get('/slow')
    await complains(host, /by plugins\/slow\/plugin\.ts:(?:5|12):\d+ \((?:wait|rest)\)\./)
    writeFileSync(join(cwd, 'go'), '')
    assert.equal(await answer, '200 over')
    await complains(host, /^The event loop goes on after \d s\.$/m)
    host.child.kill('SIGTERM')
    assert.equal(await host.exit, 0)
  })
})
