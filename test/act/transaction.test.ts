import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Generation } from '#src/act/generation.js'
import type { GenerationHost, GenerationParts } from '#src/act/generation.js'
import { realClock } from '#src/read/real-clock.js'
import { transact } from '#src/act/transaction.js'
import type { Outcome } from '#src/act/transaction.js'
import type { OwnedTimers } from '#src/act/code.js'
import type { Plan } from '#src/model/plan.js'
import type { PluginContext, Previous, Scope } from '#src/model/plugin.js'
import type { Problem } from '#src/model/problem.js'
import { candidate, metadata } from '../decide/build.ts'
import type { Sketch } from '../decide/build.ts'

interface Behaviour extends Sketch {
  /** As the verdict lists them: those that are there. Default: the declared ones. */
  readonly runsWith?: readonly string[]
  readonly load?: (timers: OwnedTimers) => unknown
  readonly activate?: (ctx: PluginContext) => unknown
  readonly deactivate?: () => unknown
}

const fail = (message: string) => (): never => {
  throw new Error(message)
}

/** Plugins whose code is in memory, what happens to them in one list, and what runs. */
class Bay {
  readonly seen: string[] = []
  readonly live = new Map<string, Generation>()
  readonly previous = new Map<string, Previous>()
  readonly newest = new Map<string, GenerationParts>()
  readonly problems: Problem[] = []
  readonly asked: string[] = []
  readonly closing = new AbortController()
  readonly #order: readonly string[]
  onProblem = (problem: Problem): void => void this.problems.push(problem)

  /** @param order names in the order of starting */
  constructor(order: readonly string[]) {
    this.#order = order
  }

  /** Makes this the newest version of a plugin. */
  save(name: string, version: number, behaviour: Behaviour = {}): void {
    const { runsWith, load, activate, deactivate, ...sketch } = behaviour
    const { seen } = this
    const id = `${name}${version}`
    const made = metadata(name, { ...sketch, version: `${version}.0.0` })
    const exports = {
      activate: (ctx: PluginContext) => {
        seen.push(`start ${id}`)
        return activate ? activate(ctx) : id
      },
      deactivate: () => {
        seen.push(`stop ${id}`)
        return deactivate ? deactivate() : `left by ${id}`
      },
    }
    const evaluate = (timers: () => OwnedTimers): { exports: unknown } => {
      seen.push(`load ${id}`)
      load?.(timers())
      return { exports }
    }
    this.newest.set(name, {
      candidate: { ...candidate(name), metadata: made },
      code: { id, kind: 'object', once: false, evaluate },
      settings: {},
      identity: id,
      dependencies: runsWith ?? Object.keys(made.dependencies),
    })
  }

  /** Applies a plan and publishes it, as the hall does. */
  async apply(plan: Partial<Plan>): Promise<Outcome> {
    const host: GenerationHost = {
      context: ({ name, onDrain, onPublish, onSettle }: Scope) => {
        const version = this.#versionOf(name)
        onDrain(() => void this.seen.push(`drain ${version()}`))
        onPublish(() => void this.seen.push(`live ${version()}`))
        onSettle(() => void this.seen.push(`over ${version()}`))
        return {}
      },
      timeouts: { activate: 1000, deactivate: 1000, drain: 1000 },
      clock: realClock,
      log: console,
      closing: this.closing.signal,
      onProblem: (problem) => this.onProblem(problem),
      retry: () => undefined,
    }
    const outcome = await transact(
      { stop: [], start: [], restart: [], changed: [], ...plan },
      {
        host,
        part: (name) => {
          this.asked.push(name)
          const live = this.live.get(name)
          const number = (live?.number ?? 0) + 1
          return { parts: this.newest.get(name), live, number, previous: this.previous.get(name) }
        },
        withDependencies: (parts, dependencies) => ({ ...parts, dependencies }),
        position: (name) => this.#order.indexOf(name),
        entering: (name, state) => void this.seen.push(`${state} ${name}`),
      },
    )
    this.seen.push('published:')
    outcome.publish()
    for (const name of outcome.ended.keys()) this.live.delete(name)
    for (const [name, generation] of outcome.live) this.live.set(name, generation)
    return outcome
  }

  /** What has happened since this was asked last. */
  happened(): readonly string[] {
    return this.seen.splice(0)
  }

  get running(): readonly string[] {
    return [...this.live.values()].map((one) => one.parts.identity).sort()
  }

  #versionOf(name: string): () => string {
    const line = this.seen.findLast((one) => one.startsWith(`load ${name}`)) ?? ''
    return () => line.replace('load ', '')
  }
}

/** `base`, `left` that needs it, and `aside`, of version 1, all running. */
async function running(changes: Readonly<Record<string, Behaviour>> = {}): Promise<Bay> {
  const bay = new Bay(['base', 'left', 'aside'])
  bay.save('base', 1, changes['base'])
  bay.save('left', 1, { dependencies: ['base'], ...changes['left'] })
  bay.save('aside', 1, changes['aside'])
  await bay.apply({ start: ['base', 'left', 'aside'] })
  bay.happened()
  return bay
}

const both: Partial<Plan> = { restart: ['base', 'left'], changed: ['base'] }
const messages = (outcome: Outcome): Record<string, string> =>
  Object.fromEntries([...outcome.failed].map(([name, { code, message }]) => [name, `${code}: ${message}`]))
const usedBy = ({ live }: Outcome): Record<string, readonly string[]> =>
  Object.fromEntries([...live].map(([name, { parts }]) => [name, parts.dependencies]))
const timeouts = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length

test('everything is loaded, then started, dependencies first, whatever order the plan has, and goes public last', async () => {
  const bay = new Bay(['base', 'left'])
  bay.save('base', 1)
  bay.save('left', 1, { dependencies: ['base'], activate: (ctx) => `left on ${ctx.plugin<string>('base')}` })
  const { live, ended, failed } = await bay.apply({ start: ['left', 'base'] })
  assert.deepEqual(bay.happened(), [
    'load base1',
    'load left1',
    'loading base',
    'start base1',
    'loading left',
    'start left1',
    'published:',
    'live base1',
    'live left1',
  ])
  assert.deepEqual(
    [...live].map(([name, { number, api }]) => [name, number, api]),
    [
      ['base', 1, 'base1'],
      ['left', 1, 'left on base1'],
    ],
  )
  assert.equal(ended.size + failed.size, 0)
})

test('the old runs until all of the new is loaded; dependents stop first and start last', async () => {
  const bay = await running()
  bay.save('base', 2, { activate: (ctx) => ctx.previous })
  const { live, ended } = await bay.apply(both)
  assert.deepEqual(bay.happened(), [
    'load base2',
    'load left1',
    'drain left1',
    'drain base1',
    'stopping left',
    'stop left1',
    'stopping base',
    'stop base1',
    'loading base',
    'start base2',
    'loading left',
    'start left1',
    'published:',
    'live base2',
    'live left1',
    'over left1',
    'over base1',
  ])
  const left = { generation: 1, version: '1.0.0', state: 'left by left1' }
  const base = { generation: 1, version: '1.0.0', state: 'left by base1' }
  assert.deepEqual([...ended], Object.entries({ left, base }))
  assert.deepEqual(live.get('base')?.api, base)
  assert.deepEqual(bay.running, ['aside1', 'base2', 'left1'])
})

test('what there is of a plugin is asked for once a transaction', async () => {
  const bay = await running()
  bay.asked.length = 0
  await bay.apply({ ...both, start: ['aside'] })
  assert.deepEqual(bay.asked.toSorted(), ['aside', 'base', 'left'])
})

test('what only stops is drained and stopped, dependents first, and nothing is loaded', async () => {
  const bay = await running()
  await bay.apply({ stop: ['base', 'left'] })
  assert.deepEqual(bay.happened(), [
    'drain left1',
    'drain base1',
    'stopping left',
    'stop left1',
    'stopping base',
    'stop base1',
    'published:',
    'over left1',
    'over base1',
  ])
  assert.deepEqual(bay.running, ['aside1'])
})

test('what a plugin left when it stopped is handed to the generation that starts later', async () => {
  const bay = new Bay(['a'])
  const left = { generation: 3, version: '1.0.0', state: 'kept' }
  bay.previous.set('a', left)
  bay.save('a', 1, { activate: (ctx) => ctx.previous })
  const { live } = await bay.apply({ start: ['a'] })
  assert.deepEqual(live.get('a')?.api, left)
})

test('a new plugin that does not load keeps only itself and what needs it from starting', async () => {
  const bay = await running()
  const before = timeouts()
  bay.save('new', 1, { load: fail('no way') })
  bay.save('user', 1, {
    dependencies: ['new'],
    load: (timers) => timers.setInterval(() => undefined, 60_000),
  })
  bay.save('end', 1, { dependencies: ['user'] })
  bay.save('guest', 1, { optionalDependencies: ['new'], runsWith: ['new'] })
  bay.save('friend', 1, { optionalDependencies: ['aside', 'new'], runsWith: ['aside', 'new'] })
  const outcome = await bay.apply({ start: ['new', 'user', 'end', 'guest', 'friend'] })
  const file = '/plugins/new/plugin.js'
  assert.deepEqual(messages(outcome), {
    new: 'ERR_PLUGIN_LOAD: new threw while it was loaded: no way',
    user: 'ERR_PLUGIN_DEPENDENCY_FAILED: user needs new, which failed: new threw while it was loaded: no way',
    end: 'ERR_PLUGIN_DEPENDENCY_FAILED: end needs user, which needs new, which failed: new threw while it was loaded: no way',
  })
  const { file: where, severity, plugin, hint } = outcome.failed.get('user')!
  assert.deepEqual({ where, severity, plugin }, { where: file, severity: 'error', plugin: 'user' })
  assert.equal(hint, 'Mend new; user starts by itself then.')
  assert.equal(outcome.failed.get('end')?.hint, 'Mend new; end starts by itself then.')
  assert.equal(timeouts(), before)
  assert.deepEqual(bay.running, ['aside1', 'base1', 'friend1', 'guest1', 'left1'])
  assert.deepEqual(usedBy(outcome), { friend: ['aside'], guest: [] })
})

test('a save that does not load stops nobody', async () => {
  const bay = await running()
  bay.save('base', 2, { load: fail('torn') })
  const { live, ended, failed } = await bay.apply(both)
  assert.deepEqual([...failed.keys()], ['base'])
  assert.equal(live.size + ended.size, 0)
  assert.deepEqual(bay.happened(), ['load base2', 'published:'])
  assert.deepEqual(bay.running, ['aside1', 'base1', 'left1'])
})

test('a save that does not load keeps nobody else from going on, and restarts its old code where it must', async () => {
  const bay = await running()
  bay.save('base', 2)
  bay.save('left', 2, { dependencies: ['base'], load: fail('torn') })
  bay.save('aside', 2)
  const outcome = await bay.apply({ restart: ['base', 'left', 'aside'], changed: ['aside', 'base', 'left'] })
  assert.deepEqual([...outcome.failed.keys()], ['left'])
  assert.deepEqual(
    bay.happened().filter((line) => /^(?:load|start|stop) /.test(line)),
    [
      'load base2',
      'load left2',
      'load left1',
      'load aside2',
      'stop aside1',
      'stop left1',
      'stop base1',
      'start base2',
      'start left1',
      'start aside2',
    ],
  )
  assert.deepEqual(bay.running, ['aside2', 'base2', 'left1'])
})

test('where not even the old code loads again, nothing that it depends on is touched', async () => {
  let loads = 0
  const bay = await running({
    left: {
      load: () => {
        loads += 1
        if (loads > 1) throw new Error('once only')
      },
    },
  })
  const before = timeouts()
  bay.save('base', 2, { load: (timers) => timers.setInterval(() => undefined, 60_000) })
  bay.save('left', 2, { dependencies: ['base'], load: fail('torn') })
  bay.save('aside', 2)
  const outcome = await bay.apply({ restart: ['base', 'left', 'aside'], changed: ['aside', 'base', 'left'] })
  assert.deepEqual(messages(outcome), { left: 'ERR_PLUGIN_LOAD: left threw while it was loaded: torn' })
  assert.deepEqual(bay.running, ['aside2', 'base1', 'left1'])
  assert.equal(timeouts(), before)
  assert.deepEqual(
    bay.happened().filter((line) => line.startsWith('stop ')),
    ['stop aside1'],
  )
})

test('unchanged code that does not load a second time is asked once, and what it depends on stays', async () => {
  let loads = 0
  const bay = await running({
    left: {
      load: () => {
        loads += 1
        if (loads > 1) throw new Error('once only')
      },
    },
  })
  bay.save('base', 2)
  const outcome = await bay.apply(both)
  assert.deepEqual([...outcome.failed.keys()], ['left'])
  assert.deepEqual(bay.happened(), ['load base2', 'load left1', 'published:'])
  assert.deepEqual(bay.running, ['aside1', 'base1', 'left1'])
})

test('a new plugin that would make one restart that cannot be loaded again is not started', async () => {
  let loads = 0
  const bay = await running({
    left: {
      load: () => {
        loads += 1
        if (loads > 1) throw new Error('once only')
      },
    },
  })
  bay.save('more', 1)
  const { parts } = bay.live.get('left')!
  bay.newest.set('left', { ...parts, dependencies: ['base', 'more'] })
  const outcome = await bay.apply({ start: ['more'], restart: ['left'], changed: ['left'] })
  assert.deepEqual([...outcome.failed.keys()], ['left'])
  assert.deepEqual(bay.running, ['aside1', 'base1', 'left1'])
})

test('what would restart only with a new plugin that does not load is left alone', async () => {
  const bay = await running()
  bay.save('new', 1, { load: fail('torn') })
  bay.save('aside', 1, { optionalDependencies: ['new'], runsWith: ['new'] })
  const { live, ended, failed } = await bay.apply({ start: ['new'], restart: ['aside'] })
  assert.deepEqual([...failed.keys()], ['new'])
  assert.equal(live.size + ended.size, 0)
})

test('one that cannot be loaded again is left as it runs, even when what it used stops', async () => {
  let loads = 0
  const bay = await running({
    left: {
      load: () => {
        loads += 1
        if (loads > 1) throw new Error('once only')
      },
    },
  })
  const outcome = await bay.apply({ stop: ['base'], restart: ['left'] })
  assert.deepEqual([...outcome.failed.keys()], ['left'])
  assert.deepEqual(bay.running, ['aside1', 'left1'])
})

test('a dependent whose old code throws when it is gone back to says both', async () => {
  let starts = 0
  const bay = await running({
    aside: {
      activate: () => {
        starts += 1
        if (starts > 1) throw new Error('once only')
      },
    },
  })
  bay.save('base', 2, { activate: fail('no port') })
  bay.save('more', 1, { activate: fail('no disk') })
  bay.save('aside', 2, { dependencies: ['more'] })
  const outcome = await bay.apply({ start: ['more'], restart: ['aside'], changed: ['aside'] })
  assert.deepEqual(messages(outcome), {
    more: 'ERR_PLUGIN_ACTIVATE: more threw in activate: no disk',
    aside:
      'ERR_PLUGIN_ROLLBACK: aside needs more, which failed: more threw in activate: no disk. The version before it could not be started again either: aside threw in activate: once only',
  })
})

test('a save that does not start goes back to the code before it, and its dependents start on that', async () => {
  const bay = await running({ left: { activate: (ctx) => `left on ${ctx.plugin<string>('base')}` } })
  const old = bay.newest.get('base')
  bay.save('base', 2, { activate: fail('no port') })
  const { live, ended, failed } = await bay.apply(both)
  assert.deepEqual([...failed.keys()], ['base'])
  assert.equal(live.get('base')?.parts, old)
  assert.deepEqual([...ended.keys()], ['left', 'base'])
  assert.equal(live.get('left')?.api, 'left on base1')
  assert.deepEqual(
    bay.happened().filter((line) => /^(?:load|start|stop|loading) /.test(line)),
    [
      'load base2',
      'load left1',
      'stop left1',
      'stop base1',
      'loading base',
      'start base2',
      'load base1',
      'start base1',
      'loading left',
      'start left1',
    ],
  )
  assert.deepEqual(bay.running, ['aside1', 'base1', 'left1'])
})

test('the old code is started after those that it needs and the new did not', async () => {
  const bay = new Bay(['a', 'z'])
  bay.save('z', 1)
  bay.save('a', 1, { dependencies: ['z'] })
  await bay.apply({ start: ['z'] })
  await bay.apply({ start: ['a'] })
  bay.happened()
  bay.save('a', 2, { activate: fail('no') })
  bay.save('z', 2)
  await bay.apply({ restart: ['a', 'z'], changed: ['a', 'z'] })
  assert.deepEqual(
    bay.happened().filter((line) => line.startsWith('start ')),
    ['start a2', 'start z2', 'start a1'],
  )
  assert.deepEqual(bay.running, ['a1', 'z2'])
})

for (const [what, broken] of [
  ['load', { load: fail('torn') }],
  ['start', { activate: fail('torn') }],
] as const) {
  test(`old code that comes back as the new does not ${what} goes without what stops, and keeps the rest`, async () => {
    const bay = await running()
    bay.save('guest', 1, { optionalDependencies: ['left', 'aside'], runsWith: ['left', 'aside'] })
    await bay.apply({ start: ['guest'] })
    bay.save('guest', 2, { optionalDependencies: ['aside'], runsWith: ['aside'], ...broken })
    bay.save('aside', 2)
    const outcome = await bay.apply({
      stop: ['left'],
      restart: ['aside', 'guest'],
      changed: ['aside', 'guest'],
    })
    assert.deepEqual(bay.running, ['aside2', 'base1', 'guest1'])
    assert.deepEqual(usedBy(outcome), { aside: [], guest: ['aside'] })
  })

  test(`old code that comes back as the new does not ${what} goes without what needs it by now`, async () => {
    const order = ['a', 'm', 'z', 'y']
    const bay = new Bay(order)
    for (const name of ['m', 'y', 'z']) bay.save(name, 1)
    bay.save('a', 1, { optionalDependencies: ['y', 'z'], runsWith: ['y', 'z'] })
    await bay.apply({ start: ['m', 'y', 'z'] })
    await bay.apply({ start: ['a'] })
    bay.save('a', 2, broken)
    bay.save('m', 2, { dependencies: ['a'] })
    bay.save('z', 2, { dependencies: ['m'] })
    bay.save('y', 2)
    bay.happened()
    const outcome = await bay.apply({ restart: order, changed: order })
    assert.deepEqual(bay.running, ['a1', 'm2', 'y2', 'z2'])
    assert.deepEqual(usedBy(outcome), { a: ['y'], m: ['a'], y: [], z: ['m'] })
    assert.deepEqual(
      bay.happened().filter((line) => line.startsWith('start ') && line !== 'start a2'),
      ['start y2', 'start a1', 'start m2', 'start z2'],
    )
  })
}

test('old code that is kept before anything stops is loaded after those that it needs', async () => {
  const bay = new Bay(['a', 'z'])
  bay.save('z', 1)
  bay.save('a', 1, { dependencies: ['z'] })
  await bay.apply({ start: ['z'] })
  await bay.apply({ start: ['a'] })
  bay.happened()
  bay.save('a', 2, { load: fail('torn') })
  bay.save('z', 2)
  await bay.apply({ restart: ['a', 'z'], changed: ['a', 'z'] })
  assert.deepEqual(
    bay.happened().filter((line) => /^(?:load|start) /.test(line)),
    ['load a2', 'load z2', 'load a1', 'start z2', 'start a1'],
  )
  assert.deepEqual(bay.running, ['a1', 'z2'])
})

test('a version that cannot be gone back to either says both, and dependents name the first cause', async () => {
  let starts = 0
  const bay = await running({
    base: {
      activate: () => {
        starts += 1
        if (starts > 1) throw new Error('once only')
      },
    },
  })
  bay.save('base', 2, { activate: fail('no port 1.5') })
  const outcome = await bay.apply(both)
  const base =
    'base threw in activate: no port 1.5. The version before it could not be started again either: base threw in activate: once only'
  assert.deepEqual(messages(outcome), {
    base: `ERR_PLUGIN_ROLLBACK: ${base}`,
    left: `ERR_PLUGIN_DEPENDENCY_FAILED: left needs base, which failed: ${base}`,
  })
  assert.equal(outcome.failed.get('base')?.hint, 'Mend it and save; what depends on it comes back with it.')
  assert.match(outcome.failed.get('base')?.file ?? '', /plugin\.js$/)
  assert.deepEqual(bay.running, ['aside1'])
})

test('a version that does not even load when it is gone back to is a rollback that failed', async () => {
  let loads = 0
  const bay = await running({
    aside: {
      load: () => {
        loads += 1
        if (loads > 1) throw new Error('once only')
      },
    },
  })
  bay.save('aside', 2, { activate: fail('What?') })
  const outcome = await bay.apply({ restart: ['aside'], changed: ['aside'] })
  assert.deepEqual(messages(outcome), {
    aside:
      'ERR_PLUGIN_ROLLBACK: aside threw in activate: What? The version before it could not be started again either: aside threw while it was loaded: once only',
  })
  assert.deepEqual(bay.running, ['base1', 'left1'])
})

test('a plugin whose dependency does not run says so', async () => {
  const bay = new Bay(['a'])
  bay.save('a', 1, { dependencies: ['gone'] })
  const outcome = await bay.apply({ start: ['a'] })
  assert.deepEqual(messages(outcome), {
    a: 'ERR_PLUGIN_DEPENDENCY_FAILED: a needs gone, which failed: it does not run',
  })
  assert.equal(outcome.failed.get('a')?.hint, 'Mend gone; a starts by itself then.')
  assert.deepEqual(Object.keys(outcome.failed.get('a')!), ['code', 'severity', 'plugin', 'message', 'hint'])
})

test('a dependent has the place of the first cause', async () => {
  const bay = new Bay(['a', 'b'])
  bay.save('b', 1, { dependencies: ['a'] })
  bay.save('a', 1, {
    activate: () => {
      const error = new Error('here')
      error.stack = 'Error: here\n    at activate (/plugins/a/plugin.js:7:9)'
      throw error
    },
  })
  const { failed } = await bay.apply({ start: ['a', 'b'] })
  const { file, line, column } = failed.get('b')!
  assert.deepEqual({ file, line, column }, { file: '/plugins/a/plugin.js', line: 7, column: 9 })
})

test('a plugin whose start is undone while somebody throws at hearing of a problem has failed all the same', async () => {
  const bay = new Bay(['a'])
  bay.onProblem = fail('deaf')
  bay.save('a', 1, {
    activate: (ctx) => {
      ctx.onDispose(fail('stuck'))
      throw new Error('no')
    },
  })
  const { failed } = await bay.apply({ start: ['a'] })
  const { cause, ...problem } = failed.get('a')!
  assert.equal((cause as Error).message, 'deaf')
  assert.deepEqual(problem, {
    code: 'ERR_PLUGIN_LOAD',
    severity: 'error',
    plugin: 'a',
    message: 'a could not be started: deaf',
    hint: 'Mend it and save; the next good save takes over.',
  })
})

test('a close while the new is loaded stops nothing, starts nothing and fails nobody', async () => {
  for (const load of [() => undefined, fail('torn by the close')]) {
    const bay = await running()
    const before = timeouts()
    bay.save('base', 2, {
      load: (timers) => {
        timers.setInterval(() => undefined, 60_000)
        bay.closing.abort()
        load()
      },
    })
    const { live, ended, failed } = await bay.apply(both)
    assert.equal(live.size + ended.size + failed.size, 0)
    assert.deepEqual(bay.happened(), ['load base2', 'published:'])
    assert.equal(timeouts(), before)
  }
})

test('a close while the old stops starts nothing again and fails nobody', async () => {
  const bay = await running({ left: { deactivate: () => bay.closing.abort() } })
  const before = timeouts()
  bay.save('base', 2, { load: (timers) => timers.setInterval(() => undefined, 60_000) })
  const { live, ended, failed } = await bay.apply(both)
  assert.deepEqual([...ended.keys()], ['left', 'base'])
  assert.equal(live.size + failed.size, 0)
  assert.equal(timeouts(), before)
  assert.ok(!bay.happened().some((line) => line.startsWith('start ')))
})

test('a start that is cut short by a close has not failed, and is not gone back on', async () => {
  const bay = await running()
  bay.save('base', 2, {
    activate: () => {
      bay.closing.abort()
      throw new Error('cut short')
    },
  })
  const { live, failed } = await bay.apply(both)
  assert.equal(live.size + failed.size, 0)
  assert.deepEqual(
    bay.happened().filter((line) => line.startsWith('start ')),
    ['start base2'],
  )
})
