import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { root } from '../readme-fences.ts'
import { folder, until } from './running.ts'

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
}

const examples = join(root, 'examples')
const names = readdirSync(examples)

test('there is an example for each framework', () => {
  assert.deepEqual(names, ['express', 'fastify', 'hono', 'http'])
})

for (const name of names) {
  test(`the example on ${name} starts, follows an edit, and ends when it is told to`, async (t) => {
    const directory = await folder(t, {})
    await cp(join(examples, name), directory, {
      recursive: true,
      filter: (path) => !path.endsWith('node_modules'),
    })
    await install(directory)
    const child = spawn(process.execPath, ['host.js'], {
      cwd: directory,
      env: { ...process.env, PORT: '0', NODE_OPTIONS: '' },
    })
    const exit = once(child, 'exit')
    t.after(async () => {
      child.kill('SIGKILL')
      await exit
    })
    let out = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => void (out += text))
    await until(
      () => /http:\/\/\S+/.test(out) || child.exitCode !== null,
      () => `an address in ${out}`,
    )
    const [url] = /http:\/\/\S+/.exec(out) ?? assert.fail(out)
    const get = async (address: string): Promise<string> => (await fetch(address)).text()
    assert.equal(await get(url), 'hello from generation 1\n')
    assert.equal(await get(new URL('/', url).href), 'the host\n')

    const file = join(directory, 'plugins/hello/plugin.js')
    writeFileSync(file, readFileSync(file, 'utf8').replace('hello from', 'hello again from'))
    let last = ''
    await until(
      async () => (last = await get(url)) === 'hello again from generation 2\n',
      () => `the edit to show; ${last}${out}`,
    )
    child.kill('SIGTERM')
    const [code] = (await exit) as [number | null]
    assert.equal(code, 0, out)
  })
}

/** As `npm install` would, from what this repository has installed. */
async function install(directory: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
  for (const dependency of Object.keys(manifest.dependencies)) {
    const link = join(directory, 'node_modules', dependency)
    await mkdir(dirname(link), { recursive: true })
    await symlink(dependency === 'plugbay' ? root : join(root, 'node_modules', dependency), link)
  }
}
