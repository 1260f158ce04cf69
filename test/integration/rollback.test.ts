import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { ProblemCode } from 'plugbay'
import { endingOf, freshEnding, managerFor, snapshot, until, valueOf } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { formats, pluginCode, valueCode } from '../plugin-code.ts'
import type { CodeParts, Format } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'

/** A save that is no good. */
interface Fault {
  readonly code: ProblemCode
  /** Where the problem is, if it has a line. */
  readonly line?: number
  /** The old code is stopped, and started again. */
  readonly restarts: boolean
  text(format: Format, good: CodeParts): string
}

const timeouts = { activate: 60, deactivate: 60, drain: 60 }

const faults = {
  syntax: {
    code: 'ERR_PLUGIN_SYNTAX',
    line: 3,
    restarts: false,
    text: (format, good) => `// one\n// two\nconst = 3\n${pluginCode(format, good)}`,
  },
  importThrows: {
    code: 'ERR_PLUGIN_LOAD',
    line: 2,
    restarts: false,
    text: (format, good) => `// one\nthrow new Error('while loading')\n${pluginCode(format, good)}`,
  },
  importOfNothing: {
    code: 'ERR_PLUGIN_IMPORT_MISSING',
    line: 2,
    restarts: false,
    text: (format, good) =>
      `// one\n${format === 'cjs' ? `require('./nothing.cjs')` : `import './nothing.${format}'`}\n${pluginCode(format, good)}`,
  },
  endlessAwait: {
    code: 'ERR_PLUGIN_LOAD_TIMEOUT',
    restarts: false,
    text: (format, good) => pluginCode(format, { ...good, top: 'await new Promise(() => undefined)' }),
  },
  noActivate: {
    code: 'ERR_PLUGIN_EXPORTS',
    restarts: false,
    text: (format) => (format === 'cjs' ? 'exports.start = 1\n' : 'export const start = 1\n'),
  },
  throws: {
    code: 'ERR_PLUGIN_ACTIVATE',
    line: 4,
    restarts: true,
    text: (format) =>
      `\n\n${format === 'cjs' ? 'exports.activate =' : 'export const activate ='} () => {\n  throw new Error('at once') }\n`,
  },
  rejects: {
    code: 'ERR_PLUGIN_ACTIVATE',
    line: 2,
    restarts: true,
    text: (format) => pluginCode(format, { activate: `await 0; throw new Error('later')` }),
  },
  throwsUndefined: {
    code: 'ERR_PLUGIN_ACTIVATE',
    restarts: true,
    text: (format) => pluginCode(format, { activate: 'throw undefined' }),
  },
  neverSettles: {
    code: 'ERR_PLUGIN_ACTIVATE_TIMEOUT',
    restarts: true,
    text: (format) => pluginCode(format, { activate: 'await new Promise(() => undefined)' }),
  },
  settlesLate: {
    code: 'ERR_PLUGIN_ACTIVATE_TIMEOUT',
    restarts: true,
    text: (format) =>
      pluginCode(format, {
        activate: `await new Promise((resolve) => globalThis.setTimeout(resolve, 120)); return { value: 'late' }`,
      }),
  },
} satisfies Record<string, Fault>

const chain = ['base', 'middle', 'top'] as const
type Link = (typeof chain)[number]

/** The API's value of each link names the version of itself and of all below it. */
function good(link: Link, version: number): CodeParts {
  const below = chain[chain.indexOf(link) - 1]
  const inner = below === undefined ? `''` : `'(' + ctx.plugin('${below}').value + ')'`
  return {
    activate: `ctx.host.seen.push('+${link}'); return { value: '${link}${version}' + ${inner} }`,
    deactivate: `ctx.host.seen.push('-${link}')`,
  }
}

const values = (versions: Readonly<Record<Link, number>>): Record<Link, string> => {
  const base = `base${versions.base}`
  const middle = `middle${versions.middle}(${base})`
  return { base, middle, top: `top${versions.top}(${middle})` }
}

/** Looks at what all answer all the time, and fails if one of them does not, or answers something else. */
function watchAnswers(manager: TestManager, allowed: () => readonly string[]): () => void {
  const timer = setInterval(() => {
    for (const link of chain) {
      const value = valueOf(manager, link)
      if (!allowed().includes(String(value))) wrong.push(`${link} answers ${String(value)}`)
    }
  }, 1)
  const wrong: string[] = []
  return () => {
    clearInterval(timer)
    assert.deepEqual(wrong, [])
  }
}

/** A save that is no good leaves the old answering in all of a chain, and the next good one takes over. */
async function survives(t: TestContext, fault: Fault, link: Link, format: Format): Promise<void> {
  const seen: string[] = []
  const folder = pluginsFolder(t, {
    'base/metadata.json': {},
    'middle/metadata.json': { dependencies: ['base'] },
    'top/metadata.json': { dependencies: { middle: '^1' } },
    'bystander/metadata.json': {},
    [`bystander/plugin.${format}`]: pluginCode(format, { activate: 'return { value: "bystander" }' }),
    ...Object.fromEntries(
      chain.map((name) => [`${name}/plugin.${format}`, pluginCode(format, good(name, 1))]),
    ),
  })
  const options = { timeouts, context: { seen } }
  const manager = managerFor(t, folder, options)
  const { problems } = await manager.start()
  assert.deepEqual(problems, [])
  const old = values({ base: 1, middle: 1, top: 1 })
  const bystander = manager.api('bystander')
  seen.length = 0

  let allowed: readonly string[] = Object.values(old)
  const stopWatching = watchAnswers(manager, () => allowed)
  const entry = `${link}/plugin.${format}`
  folder.write({ [entry]: fault.text(format, good(link, 2)) })
  await manager.settled()

  const above = chain.slice(chain.indexOf(link) + 1)
  const { problem, state, generation } = snapshot(manager, link)
  assert.equal(problem?.code, fault.code, JSON.stringify(problem))
  assert.equal(problem.plugin, link)
  assert.equal(problem.file, folder.file(entry))
  if (fault.line !== undefined) assert.equal(problem.line, fault.line, JSON.stringify(problem))
  assert.equal(state, 'active')
  assert.equal(generation, fault.restarts ? 2 : 1)
  assert.match(snapshot(manager, link).because, /keeps running/)
  for (const name of chain) {
    if (name === link) continue
    assert.equal(snapshot(manager, name).problem, undefined, name)
    assert.equal(snapshot(manager, name).generation, above.includes(name) && fault.restarts ? 2 : 1, name)
  }
  const down = [...above].toReversed().map((name) => `-${name}`)
  const up = above.map((name) => `+${name}`)
  const own = seen.filter((event) => event !== `+${link}` || fault.restarts)
  if (fault.restarts) assert.deepEqual(own.slice(0, down.length + 1), [...down, `-${link}`])
  if (fault.restarts) assert.deepEqual(own.slice(-up.length - 1), [`+${link}`, ...up])
  else assert.deepEqual(own, [])
  assert.deepEqual(manager.heard.codes(), [fault.code])

  seen.length = 0
  const fresh = values({ base: 1, middle: 1, top: 1, [link]: 3 })
  allowed = [...Object.values(old), ...Object.values(fresh)]
  folder.write({ [entry]: pluginCode(format, good(link, 3)) })
  const after = await manager.settled()
  assert.deepEqual(after.problems, [])
  for (const name of chain) {
    assert.equal(valueOf(manager, name), fresh[name])
    assert.equal(snapshot(manager, name).problem, undefined)
  }
  assert.deepEqual(seen, [...down, `-${link}`, `+${link}`, ...up])
  stopWatching()
  assert.equal(manager.api('bystander'), bystander)
  assert.equal(snapshot(manager, 'bystander').generation, 1)
  assert.deepEqual(endingOf(manager), await freshEnding(t, folder, options))
}

for (const format of formats) {
  for (const link of chain) {
    test(`P1 a syntax error (${link}, ${format}): the old answers, and the next good save takes over`, (t) =>
      survives(t, faults.syntax, link, format))
    test(`P2 a module that throws while it is imported (${link}, ${format}): the old answers, and the mended one is loaded`, (t) =>
      survives(t, faults.importThrows, link, format))
    test(`P3 an import of nothing (${link}, ${format}): the old answers, and the next good save takes over`, (t) =>
      survives(t, faults.importOfNothing, link, format))
    test(`P6 an activate that throws (${link}, ${format}): the old is started again, and the next good save takes over`, (t) =>
      survives(t, faults.throws, link, format))
    test(`P6 an activate that rejects (${link}, ${format}): the old is started again, and the next good save takes over`, (t) =>
      survives(t, faults.rejects, link, format))
    test(`P6 an activate that throws undefined (${link}, ${format}): the old is started again, and the next good save takes over`, (t) =>
      survives(t, faults.throwsUndefined, link, format))
    test(`P7 an activate that never settles (${link}, ${format}): given up after its limit, and the old is started again`, (t) =>
      survives(t, faults.neverSettles, link, format))
    test(`P7 an activate that settles after its limit (${link}, ${format}): given up, ignored, and the old is started again`, (t) =>
      survives(t, faults.settlesLate, link, format))
    test(`an entry without activate (${link}, ${format}): the old answers, and the next good save takes over`, (t) =>
      survives(t, faults.noActivate, link, format))
    if (format !== 'cjs')
      test(`P4 a top-level await that never settles (${link}, ${format}): given up after its limit, and the old answers`, (t) =>
        survives(t, faults.endlessAwait, link, format))
  }

  test(`a rollback starts the old code from memory, also when its files are gone (${format})`, async (t) => {
    const helper = format === 'cjs' ? 'exports.helper = 1\n' : 'export const helper = 1\n'
    const load =
      format === 'cjs'
        ? `const { helper } = require('./helper.cjs')`
        : `import { helper } from './helper.${format}'`
    const folder = pluginsFolder(t, {
      [`a/plugin.${format}`]: pluginCode(format, { top: load, activate: 'return { value: helper }' }),
      [`a/helper.${format}`]: helper,
    })
    const manager = managerFor(t, folder)
    await manager.start()
    folder.remove(`a/helper.${format}`)
    folder.write({ [`a/plugin.${format}`]: pluginCode(format, { activate: 'throw new Error("no")' }) })
    await manager.settled()
    assert.equal(valueOf(manager, 'a'), 1)
    assert.deepEqual([snapshot(manager, 'a').generation, snapshot(manager, 'a').reloads], [2, 1])
    assert.equal(snapshot(manager, 'a').failures, 1)
  })

  test(`when the old code can’t be started again either, dependents wait for a good save (${format})`, async (t) => {
    const seen: string[] = []
    const once = (version: number): string =>
      pluginCode(format, {
        top:
          'let starts = (globalThis as any)'.replace(' as any', format === 'ts' ? ' as any' : '') +
          `[Symbol.for('plugbay.once')]`,
        activate: `if (starts.count++ > 0) throw new Error('port taken'); return { value: ${version} }`,
      })
    const starts = { count: 0 }
    Object.assign(globalThis, { [Symbol.for('plugbay.once')]: starts })
    t.after(() => Reflect.deleteProperty(globalThis, Symbol.for('plugbay.once')))
    const folder = pluginsFolder(t, {
      [`base/plugin.${format}`]: once(1),
      'middle/metadata.json': { dependencies: ['base'] },
      [`middle/plugin.${format}`]: pluginCode(format, good('middle', 1)),
      'top/metadata.json': { dependencies: ['middle'] },
      [`top/plugin.${format}`]: pluginCode(format, good('top', 1)),
      [`bystander/plugin.${format}`]: pluginCode(format, { activate: 'return { value: "bystander" }' }),
    })
    const manager = managerFor(t, folder, { context: { seen } })
    await manager.start()
    const bystander = manager.api('bystander')
    folder.write({ [`base/plugin.${format}`]: once(2) })
    const report = await manager.settled()
    assert.deepEqual(
      [report.active, report.failed, report.blocked],
      [['bystander'], ['base'], ['middle', 'top']],
    )
    const { problem } = snapshot(manager, 'base')
    assert.equal(problem?.code, 'ERR_PLUGIN_ROLLBACK')
    assert.equal(problem.line, 2)
    assert.match(problem.message, /port taken.*port taken/)
    for (const name of ['middle', 'top']) {
      const blocked = snapshot(manager, name)
      assert.equal(blocked.problem?.code, 'ERR_PLUGIN_DEPENDENCY_FAILED')
      assert.match(blocked.problem.message, /base/)
      assert.match(blocked.problem.message, /port taken/)
      assert.equal(manager.api(name), undefined)
    }
    assert.deepEqual(seen, ['+middle', '+top', '-top', '-middle'])
    starts.count = 0
    folder.write({ [`base/plugin.${format}`]: once(3) })
    const after = await manager.settled()
    assert.deepEqual([after.active, after.problems], [['base', 'bystander', 'middle', 'top'], []])
    assert.equal(valueOf(manager, 'top'), 'top1(middle1(3))')
    assert.equal(manager.api('bystander'), bystander)
  })
}

test('P8 an activate that comes back after its time: it is deactivated once, its effects undone, and the old goes on', async (t) => {
  const seen: string[] = []
  let finish = (): void => undefined
  const slow = new Promise<void>((resolve) => {
    finish = resolve
  })
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': pluginCode('cjs', {
      activate: 'return { value: 1 }',
      deactivate: 'ctx.host.seen.push("old deactivated")',
    }),
  })
  const manager = managerFor(t, folder, { timeouts, context: { seen, slow } })
  await manager.start()
  folder.write({
    'a/plugin.cjs': pluginCode('cjs', {
      activate: [
        `ctx.onDispose(() => ctx.host.seen.push('early effect undone'))`,
        `ctx.signal.addEventListener('abort', () => ctx.host.seen.push('signal'))`,
        `await ctx.host.slow`,
        `ctx.onDispose(() => ctx.host.seen.push('late effect undone'))`,
        `setInterval(() => ctx.host.seen.push('late interval'), 1)`,
        `return { value: 2 }`,
      ].join('; '),
      deactivate: 'ctx.host.seen.push("late deactivated")',
    }),
  })
  await manager.settled()
  assert.equal(snapshot(manager, 'a').problem?.code, 'ERR_PLUGIN_ACTIVATE_TIMEOUT')
  assert.equal(valueOf(manager, 'a'), 1)
  assert.deepEqual(seen.splice(0), ['old deactivated', 'signal', 'early effect undone'])
  finish()
  await until(() => seen.includes('late deactivated'))
  await manager.rescan()
  assert.deepEqual(seen, ['late effect undone', 'late deactivated'])
  assert.equal(valueOf(manager, 'a'), 1)
  assert.deepEqual(manager.heard.codes('a').sort(), ['ERR_PLUGIN_ACTIVATE_TIMEOUT', 'ERR_PLUGIN_LATE_EFFECT'])
})

test('what is said of a plugin that goes on is said of its newest files', async (t) => {
  const folder = pluginsFolder(t, { 'a/plugin.cjs': valueCode('cjs', 1) })
  const manager = managerFor(t, folder)
  await manager.start()
  const said = async (): Promise<string> => {
    await manager.settled()
    const { state, because } = snapshot(manager, 'a')
    assert.deepEqual([state, valueOf(manager, 'a')], ['active', 1])
    return because
  }
  folder.write({ 'a/plugin.cjs': 'exports.activate = (' })
  assert.match(await said(), /^generation 1 keeps running: .*Unexpected/)
  folder.remove('a/plugin.cjs')
  assert.match(await said(), /^generation 1 keeps running: settling: no entry yet/)
  folder.write({ 'a/metadata.json': '{' })
  assert.match(await said(), /^generation 1 keeps running: The file ends/)
  folder.write({ 'a/metadata.json': {}, 'a/plugin.cjs': valueCode('cjs', 1) })
  assert.doesNotMatch(await said(), /keeps running/)
})
