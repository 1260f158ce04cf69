import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { folder } from '../process/running.js'
import { binFolder, execute, metadata, missing, plugbay } from './plugbay.js'
import type { Printed } from './plugbay.js'

const CODE = 'process.exit(99)\n'

const some = (t: TestContext): Promise<string> =>
  folder(t, {
    'plugins/hello/metadata.json': metadata('hello'),
    'plugins/hello/plugin.js': CODE,
    'plugins/help-desk/metadata.json': metadata('help-desk'),
    'plugins/help-desk/plugin.js': CODE,
    'plugins/we ird/metadata.json': '{',
    'plugins/we ird/plugin.js': CODE,
    'other/alpha/metadata.json': metadata('alpha'),
    'other/alpha/plugin.js': CODE,
  })

/** What the words can become, without what they are. */
const complete = async (cwd: string, ...words: string[]): Promise<string[]> => {
  const { code, out, err } = await plugbay(cwd, ['complete', '--', ...words])
  assert.deepEqual([code, err], [0, ''])
  return out.split('\n').flatMap((line) => (line === '' ? [] : line.replace(/\t.*/, '')))
}

/** Runs a shell with a `plugbay` to type. */
const shell = async (cwd: string, command: string, args: readonly string[], input = ''): Promise<Printed> => {
  const env = {
    PATH: `${await binFolder(cwd)}:${process.env['PATH']}`,
    HOME: cwd,
    TERM: 'xterm',
    LC_ALL: 'C.UTF-8',
  }
  return execute(command, args, cwd, env, input)
}

test('commands, options, their values and names of plugins are completed', async (t) => {
  const cwd = await some(t)
  assert.deepEqual(await complete(cwd, 'li'), ['list'])
  assert.ok((await complete(cwd, '')).includes('help'))
  assert.ok(!(await complete(cwd, '')).includes('complete'))
  assert.deepEqual(await complete(cwd, '--v'), ['--version'])
  assert.deepEqual(await complete(cwd, 'help', 'wh'), ['why'])
  assert.deepEqual(await complete(cwd, 'why', ''), ['hello', 'help-desk'])
  assert.deepEqual(await complete(cwd, 'why', 'hello', ''), [], 'why takes one')
  assert.deepEqual(await complete(cwd, 'check', 'hello', ''), ['help-desk'], 'check takes more')
  assert.deepEqual(await complete(cwd, 'enable', 'hello', 'he'), ['help-desk'])
  assert.deepEqual(await complete(cwd, 'check', '--lo'), ['--load'])
  assert.deepEqual(await complete(cwd, 'check', '--load', '--lo'), [])
  assert.deepEqual(await complete(cwd, 'list', '--dir', ''), [':folders'])
  assert.deepEqual(await complete(cwd, 'list', '--config', 'p'), [':files'])
  assert.deepEqual(await complete(cwd, 'list', '--url', ''), [])
  assert.deepEqual(await complete(cwd, 'why', '--dir', 'other', ''), ['alpha'])
  assert.deepEqual(await complete(cwd, 'completion', ''), ['bash', 'zsh', 'fish'])
  assert.deepEqual(await complete(cwd, 'nothing', ''), [])
})

test('bash completes what is typed', { skip: missing('bash') || missing('script') }, async (t) => {
  const cwd = await some(t)
  const typed = [
    'eval "$(plugbay completion bash)"',
    'plugbay wh\thello --js\t | head -3',
    'plugbay why --dir oth\t alp\t',
    'exit',
    '',
  ].join('\n')
  const { out } = await shell(cwd, 'script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], typed)
  assert.match(out, /"name": "hello"/)
  assert.match(out, /alpha 1\.0\.0 is on/)

  const list =
    'eval "$(plugbay completion bash)"; COMP_WORDS=(plugbay why he); COMP_CWORD=2; _plugbay_complete; '
  const { out: words, err } = await shell(cwd, 'bash', ['-c', `${list} printf '%s\\n' "\${COMPREPLY[@]}"`])
  assert.deepEqual([words, err], ['hello\nhelp-desk\n', ''])
})

test('zsh completes what is typed', { skip: missing('zsh') || missing('script') }, async (t) => {
  const cwd = await some(t)
  const typed = [
    'source <(plugbay completion zsh)',
    'plugbay wh\thello --js\t | head -3',
    'plugbay why --dir oth\t alp\t',
    'exit',
    '',
  ].join('\n')
  const { out } = await shell(cwd, 'script', ['-qec', 'zsh -f -i', '/dev/null'], typed)
  assert.match(out, /"name": "hello"/)
  assert.match(out, /alpha 1\.0\.0 is on/)
})

test('fish completes what is typed', { skip: missing('fish') }, async (t) => {
  const cwd = await some(t)
  const lines = [
    'plugbay completion fish | source',
    'complete -C "plugbay why he"',
    'complete -C "plugbay list --dir ot"',
  ]
  const { code, out, err } = await shell(cwd, 'fish', ['--no-config', '-c', lines.join('; ')])
  assert.match(out, /^hello\ton\nhelp-desk\ton\nother\/\t.*\n$/)
  assert.deepEqual([code, err], [0, ''])
})
