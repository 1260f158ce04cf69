import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Problem } from 'plugbay'
import { formats, pluginCode } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { runChild } from './child.ts'

/** What a plugin does wrong in the second line of its file. */
const wrongs: Readonly<Record<string, string>> = {
  'a rejection that nobody handles': 'void Promise.reject(new Error("oops"))',
  'a rejection some turns later':
    'void (async () => { await 0; await new Promise(setImmediate); throw new Error("oops") })()',
  'a throw from a timer': 'setTimeout(() => { throw new Error("oops") }, 5)',
  'a throw from a timer of the context': 'ctx.setTimeout(() => { throw new Error("oops") }, 5)',
  'a throw from a listener of ctx.on': 'ctx.on(ctx.host.emitter, "go", () => { throw new Error("oops") })',
}

const errorEvent =
  'const { EventEmitter } = process.getBuiltinModule("node:events"); const own = new EventEmitter(); setTimeout(() => own.emit("error", new Error("oops")), 5)'

function problemsIn(out: string): Problem[] {
  return out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Problem)
}

async function run(t: TestContext, activate: string, values: readonly string[]): ReturnType<typeof runChild> {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': pluginCode('cjs', { top: '// first line', activate }) })
  return runChild('unhandled', [folder.root, ...values])
}

async function isThePluginsProblem(t: TestContext, activate: string): Promise<void> {
  const folder = pluginsFolder(
    t,
    Object.fromEntries(
      formats.map((format) => [
        `in-${format}/plugin.${format}`,
        pluginCode(format, { top: '// first line', activate }),
      ]),
    ),
  )
  const { code, out, err } = await runChild('unhandled', [folder.root, 'plugin'])
  assert.deepEqual([code, err], [0, ''], out)
  const problems = problemsIn(out).sort((one, other) => (one.plugin! < other.plugin! ? -1 : 1))
  assert.deepEqual(
    problems.map(({ code, plugin, severity, file, line }) => ({ code, plugin, severity, file, line })),
    formats.map((format) => ({
      code: 'ERR_PLUGIN_UNHANDLED',
      plugin: `in-${format}`,
      severity: 'error',
      file: folder.file(`in-${format}/plugin.${format}`),
      line: 2,
    })),
  )
  for (const { message } of problems) assert.match(message, /oops/)
  assert.match(out, /alive active,active,active\nclosed 0\n/)
}

async function endsTheProcess(t: TestContext, activate: string): Promise<void> {
  const { code, out, err } = await run(t, activate, ['plugin', 'ignore'])
  assert.equal(code, 1)
  assert.match(err, /oops/)
  assert.doesNotMatch(out, /alive/)
}

for (const [what, activate] of Object.entries(wrongs)) {
  test(`P13 an error that nobody catches (${what}): with captureUnhandled the plugin’s problem with its place, and the host lives`, (t) =>
    isThePluginsProblem(t, activate))
  test(`P13 an error that nobody catches (${what}): without the option it ends the process as always`, (t) =>
    endsTheProcess(t, activate))
}

test('P14 an error event that nobody hears: with captureUnhandled the plugin’s problem with its place, and the host lives', (t) =>
  isThePluginsProblem(t, errorEvent))

test('P14 an error event that nobody hears: without the option it ends the process as always', (t) =>
  endsTheProcess(t, errorEvent))

for (const what of ['host-throws', 'host-rejects']) {
  test(`the host’s own error ends the process with its usual exit code and its own stack: ${what}`, async (t) => {
    const { code, signal, out, err } = await run(t, '', [what])
    assert.deepEqual([code, signal], [1, null])
    assert.match(err, /Error: the host itself\n\s+at /)
    assert.match(err, /unhandled\.child\.js/)
    assert.doesNotMatch(out, /alive/)
    assert.deepEqual(problemsIn(out), [])
  })
}

test('a host that listens itself hears its own errors, and not the plugin’s twice', async (t) => {
  const { code, out } = await run(t, 'setTimeout(() => { throw new Error("oops") }, 5)', ['own-listener'])
  assert.equal(code, 0)
  assert.match(out, /host heard the host itself/)
  assert.equal(problemsIn(out).length, 1)
  assert.match(out, /alive active/)
})

test('of two managers the one whose plugin it is hears of it, and the host’s own errors still end the process', async (t) => {
  const plugin = await run(t, 'setTimeout(() => { throw new Error("oops") }, 5)', ['plugin', 'two'])
  assert.deepEqual([plugin.code, plugin.err], [0, ''])
  assert.equal(problemsIn(plugin.out).length, 1)
  assert.doesNotMatch(plugin.out, /the other manager heard/)
  assert.match(plugin.out, /closed 0/)
  for (const what of ['host-throws', 'host-rejects']) {
    const { code, err } = await run(t, '', [what, 'two'])
    assert.equal(code, 1)
    assert.match(err, /the host itself/)
  }
})

test('P13 an error of a plugin that was stopped before: it is still known as the one to blame', async (t) => {
  const { code, out, err } = await run(
    t,
    'const late = new Promise((resolve) => globalThis.setTimeout(resolve, 60)); void late.then(() => { throw new Error("oops") })',
    ['stop'],
  )
  assert.deepEqual([code, err], [0, ''], out)
  assert.equal(problemsIn(out)[0]?.plugin, 'a')
})
