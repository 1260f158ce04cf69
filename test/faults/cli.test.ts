import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openToAll } from '#src/cli/check/open-to-all.js'
import { metadata, plugbay } from '../cli/plugbay.ts'
import { folder } from '../process/running.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('X3 npm lifecycle scripts: the package has none that runs where it is installed, and no command runs npm', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'])
    assert.ok(!(name in scripts), name)
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const starting = files.filter(
    (file) =>
      file.endsWith('.ts') && /from 'node:child_process'/.test(readFileSync(join(root, 'src', file), 'utf8')),
  )
  assert.ok(starting.length > 0)
  for (const file of starting)
    assert.doesNotMatch(readFileSync(join(root, 'src', file), 'utf8'), /['"`]npm\b/, file)
})

test('X5 a host of another version: what both know is shown; where that is too little, that is said', async (t) => {
  let plugins: object[] = [
    { name: 'new', version: '2.0.0', state: 'hibernating', because: 'of winter', ms: 1, more: { of: 'it' } },
  ]
  const server = createServer((_, response) => response.end(JSON.stringify({ plugins, protocol: 99 })))
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const cwd = await folder(t, {})
  const asked = ['list', '--running', '--url', `http://127.0.0.1:${port}`]
  const known = await plugbay(cwd, asked)
  assert.deepEqual([known.code, known.err], [0, ''])
  assert.match(known.out, /^new +2\.0\.0 +hibernating +- +of winter$/m)
  plugins = [{ name: 'old', state: 'active' }]
  const unknown = await plugbay(cwd, asked)
  assert.deepEqual([unknown.code, unknown.out], [1, ''])
  assert.match(unknown.err, /is a plugbay of another version\.\nRun the one that is installed there/)
})

test('X6 a plugins folder that every user may write to, and root runs it: `check` warns, with the remedy', async (t) => {
  const cwd = await folder(t, {
    'plugins/fine/metadata.json': metadata('fine'),
    'plugins/fine/plugin.js': 'exports.activate = () => {}\n',
  })
  const plugins = join(cwd, 'plugins')
  const fine = join(plugins, 'fine')
  for (const path of [plugins, fine]) chmodSync(path, 0o755)
  assert.deepEqual(openToAll([plugins, fine]), [])
  if (process.getuid?.() !== 0) return t.skip('only root is warned')
  for (const path of [plugins, fine]) chmodSync(path, 0o777)
  const { code, out } = await plugbay(cwd, ['check'])
  assert.equal(code, 0)
  assert.deepEqual(
    out.split('\n').filter((line) => line.includes('ERR_')),
    [
      'plugins: ERR_PLUGIN_WRITABLE: warning: Every user may write to this folder, and root runs what is in it.',
      'plugins/fine: ERR_PLUGIN_WRITABLE: warning: Every user may write to this folder, and root runs what is in it.',
    ],
  )
  assert.match(out, /chmod o-w/)
  assert.equal((await plugbay(cwd, ['check', '--strict'])).code, 1)
})
