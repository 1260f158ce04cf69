import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plan, type PlanOptions } from '#src/decide/plan.js'
import { decideWanted } from '#src/decide/wanted.js'
import type { Candidate } from '#src/model/decision.js'
import type { Plan, RunningFact } from '#src/model/plan.js'
import { allRunning, broken, candidate, config, fact, facts, input } from './build.js'

const NOTHING: Plan = { stop: [], start: [], restart: [], changed: [] }

/** `edited` names have another identity than what runs. */
function planned(
  running: ReadonlyMap<string, RunningFact>,
  candidates: readonly Candidate[],
  {
    edited = [],
    off = [],
    ...options
  }: PlanOptions & { edited?: readonly string[]; off?: readonly string[] } = {},
): Plan {
  const entries = off.map((name) => ({ name, enabled: false }))
  const wanted = decideWanted(input(candidates, { running, config: config(entries) }))
  return plan(running, wanted, (name) => (edited.includes(name) ? `${name}'` : name), options)
}

const diamond = [
  candidate('base'),
  candidate('left', { dependencies: ['base'] }),
  candidate('right', { dependencies: ['base'] }),
  candidate('top', { dependencies: ['left', 'right'] }),
  candidate('aside'),
]
const diamondRuns = allRunning(decideWanted(input(diamond)))

test('at a cold start everything that is on is started, dependencies first', () => {
  const start = ['aside', 'base', 'left', 'right', 'top']
  assert.deepEqual(planned(new Map(), diamond), { ...NOTHING, start })
})

test('nothing changed, nothing to do', () => {
  assert.deepEqual(planned(diamondRuns, diamond), NOTHING)
})

test('G6 an edit of the base of a diamond, and of its other members: who depends on it is restarted, each once, and nobody else', () => {
  assert.deepEqual(planned(diamondRuns, diamond, { edited: ['left'] }), {
    ...NOTHING,
    restart: ['left', 'top'],
    changed: ['left'],
  })
  assert.deepEqual(planned(diamondRuns, diamond, { edited: ['top', 'base'] }), {
    ...NOTHING,
    restart: ['base', 'left', 'right', 'top'],
    changed: ['base', 'top'],
  })
})

test('a plugin turned off stops with its dependents, dependents first', () => {
  assert.deepEqual(planned(diamondRuns, diamond, { off: ['base'] }), {
    ...NOTHING,
    stop: ['top', 'right', 'left', 'base'],
  })
})

test('a plugin whose folder is gone stops with its dependents', () => {
  const left = diamond.filter((one) => one.name !== 'left')
  assert.deepEqual(planned(diamondRuns, left), { ...NOTHING, stop: ['top', 'left'] })
})

test('a plugin that comes starts, with what waited for it', () => {
  const running = new Map([...diamondRuns].filter(([name]) => name === 'aside'))
  assert.deepEqual(planned(running, diamond, { touched: ['base'] }).start, ['base', 'left', 'right', 'top'])
})

test('an optional dependency that comes or goes restarts its dependents', () => {
  const candidates = [
    candidate('a', { optionalDependencies: ['z'] }),
    candidate('b', { dependencies: ['a'] }),
    candidate('z'),
  ]
  const before = candidates.slice(0, 2)
  const running = allRunning(decideWanted(input(before)))
  const comes = { stop: [], start: ['z'], restart: ['a', 'b'], changed: ['a'] }
  assert.deepEqual(planned(running, candidates), comes)
  assert.deepEqual(planned(running, candidates, { touched: ['z'] }), comes)
  const all = allRunning(decideWanted(input(candidates)))
  const goes = { stop: ['z'], start: [], restart: ['a', 'b'], changed: ['a'] }
  assert.deepEqual(planned(all, before), goes)
  assert.deepEqual(planned(all, before, { touched: ['z'] }), goes)
})

test('a plugin that has one dependency in the place of another restarts', () => {
  const candidates = [candidate('a'), candidate('b'), candidate('c', { dependencies: ['b'] })]
  const running = facts(fact('a'), fact('b'), fact('c', { dependencies: ['a'] }))
  assert.deepEqual(planned(running, candidates), { ...NOTHING, restart: ['c'], changed: ['c'] })
})

test('an edit that opens a circle of optional dependencies restarts who can use one now, and not who is in between', () => {
  const circle = (more: readonly string[]): Candidate[] => [
    candidate('a', { optionalDependencies: ['b'] }),
    candidate('b', { optionalDependencies: ['c'] }),
    candidate('c', { optionalDependencies: ['b', ...more] }),
  ]
  const running = allRunning(decideWanted(input(circle(['a']))))
  assert.ok([...running.values()].every((one) => one.dependencies.length === 0))
  const opened = { ...NOTHING, restart: ['a', 'c'], changed: ['a', 'c'] }
  assert.deepEqual(planned(running, circle([]), { edited: ['c'], touched: ['c'] }), opened)
})

test('a plugin with a new dependency restarts after it was started', () => {
  const running = facts(fact('a'), fact('c', { dependencies: ['a'] }))
  const candidates = [
    candidate('a', { dependencies: ['b'] }),
    candidate('b'),
    candidate('c', { dependencies: ['a'] }),
  ]
  assert.deepEqual(planned(running, candidates), {
    stop: [],
    start: ['b'],
    restart: ['a', 'c'],
    changed: ['a'],
  })
})

test('a running plugin with unusable files is left alone, and restarts with what it depends on', () => {
  const candidates = [candidate('a', { dependencies: ['b'] }), broken('b'), candidate('c')]
  const running = facts(fact('a', { dependencies: ['b'] }), fact('b', { dependencies: ['c'] }), fact('c'))
  assert.deepEqual(planned(running, candidates, { edited: ['b'] }), NOTHING)
  assert.deepEqual(planned(running, candidates, { edited: ['b', 'c'] }), {
    ...NOTHING,
    restart: ['c', 'b', 'a'],
    changed: ['c'],
  })
})

test('a running plugin with unusable files is not restarted for an optional dependency that it could have besides', () => {
  const candidates = [broken('a'), candidate('b')]
  const running = facts(fact('a', { optionalDependencies: ['b'] }, { dependencies: [] }), fact('b'))
  assert.deepEqual(planned(running, candidates), NOTHING)
  assert.deepEqual(planned(running, candidates, { touched: ['a'] }), NOTHING)
})

test('a forced plugin restarts with its dependents', () => {
  const plan = { ...NOTHING, restart: ['right', 'top'], changed: ['right'] }
  assert.deepEqual(planned(diamondRuns, diamond, { forced: new Set(['right']) }), plan)
  assert.deepEqual(planned(diamondRuns, diamond, { forced: new Set(['right']), touched: [] }), plan)
})

test('a kept plugin is not tried again, until what it depends on moves', () => {
  const running = new Map([...diamondRuns].filter(([name]) => name !== 'top'))
  const kept = new Set(['top', 'left'])
  assert.deepEqual(planned(running, diamond, { kept, edited: ['left'] }), NOTHING)
  const moves = planned(running, diamond, { kept, edited: ['base'] })
  assert.deepEqual(moves, {
    ...NOTHING,
    restart: ['base', 'left', 'right'],
    start: ['top'],
    changed: ['base'],
  })
  assert.deepEqual(planned(running, diamond, { kept, forced: new Set(['top']) }).start, ['top'])
})

test('a kept plugin moves with a dependency that starts, comes or goes', () => {
  const running = new Map([...diamondRuns].filter(([name]) => name === 'base'))
  assert.deepEqual(planned(running, diamond, { kept: new Set(['top']) }).start, [
    'aside',
    'left',
    'right',
    'top',
  ])
  const candidates = [candidate('a', { optionalDependencies: ['z'] }), candidate('z')]
  const [without, all] = [candidates.slice(0, 1), candidates].map((some) =>
    allRunning(decideWanted(input(some))),
  )
  const kept = new Set(['a'])
  for (const touched of [undefined, ['z']]) {
    const options = { kept, ...(touched && { touched }) }
    const comes = planned(without!, candidates, options)
    assert.deepEqual(comes, { ...NOTHING, start: ['z'], restart: ['a'] })
    const goes = planned(all!, candidates, { ...options, off: ['z'] })
    assert.deepEqual(goes, { ...NOTHING, stop: ['z'], restart: ['a'] })
  }
})

test('a plugin that two things restart has changed once', () => {
  const candidates = [candidate('a', { optionalDependencies: ['y', 'z'] }), candidate('y'), candidate('z')]
  const running = allRunning(decideWanted(input(candidates.slice(0, 1))))
  const expected = { ...NOTHING, start: ['y', 'z'], restart: ['a'], changed: ['a'] }
  assert.deepEqual(planned(running, candidates, { touched: ['y', 'z'] }), expected)
  assert.deepEqual(planned(running, candidates), expected)
})

test('a plugin whose files are unusable is not started with what it depends on, if it stopped meanwhile', () => {
  const candidates = [candidate('a'), broken('b')]
  const before = facts(fact('a'), fact('b', { dependencies: ['a'] }))
  const wanted = decideWanted(input(candidates, { running: before }))
  const identity = (name: string): string => `${name}'`
  assert.deepEqual(plan(before, wanted, identity).restart, ['a', 'b'])
  assert.deepEqual(plan(facts(fact('a')), wanted, identity), { ...NOTHING, restart: ['a'], changed: ['a'] })
})

test('what nobody needs any more stops with the plugin that needed it', () => {
  const candidates = [
    candidate('web', { dependencies: ['api'] }),
    candidate('api', { dependencies: ['db'] }),
    candidate('db'),
  ]
  const on = config([{ name: 'web', enabled: true }], 'off')
  const running = allRunning(decideWanted(input(candidates, { config: on })))
  assert.deepEqual([...running.keys()], ['db', 'api', 'web'])
  const wanted = decideWanted(input(candidates, { running, config: config([], 'off') }))
  const all = plan(running, wanted, (name) => name)
  assert.deepEqual(all, { ...NOTHING, stop: ['web', 'api', 'db'] })
  assert.deepEqual(
    plan(running, wanted, (name) => name, { touched: ['web'] }),
    all,
  )
})

test('what an edited plugin needs now starts with it, and what it does not need any more stops', () => {
  const web = (need: string): Candidate[] => [
    candidate('cache'),
    candidate('db'),
    candidate('web', { dependencies: [need] }),
  ]
  const on = config([{ name: 'web', enabled: true }], 'off')
  const running = allRunning(decideWanted(input(web('db'), { config: on })))
  assert.deepEqual([...running.keys()], ['db', 'web'])
  const wanted = decideWanted(input(web('cache'), { running, config: on }))
  const edited = plan(running, wanted, (name) => name, { touched: ['web'] })
  assert.deepEqual(edited, { stop: ['db'], start: ['cache'], restart: ['web'], changed: ['web'] })
})

test('what a touched plugin needs from now on is started with it', () => {
  const candidates = [
    candidate('web', { dependencies: ['api'] }),
    candidate('api', { dependencies: ['db'] }),
    candidate('db'),
  ]
  const on = config([{ name: 'web', enabled: true }], 'off')
  const wanted = decideWanted(input(candidates, { config: on }))
  const start = ['db', 'api', 'web']
  for (const options of [{}, { touched: ['web'] }])
    assert.deepEqual(
      plan(new Map(), wanted, (name) => name, options),
      { ...NOTHING, start },
    )
})

test('plugins that could use each other, and cannot use what is edited, are left alone', () => {
  const candidates = [
    candidate('a', { optionalDependencies: { b: '*', c: '^9' } }),
    candidate('b', { optionalDependencies: ['a'] }),
    candidate('c'),
  ]
  const running = allRunning(decideWanted(input(candidates)))
  assert.deepEqual(planned(running, candidates, { edited: ['c'], touched: ['c'] }), {
    ...NOTHING,
    restart: ['c'],
    changed: ['c'],
  })
})

test('only what is touched is asked for its identity, once', () => {
  const asked: string[] = []
  const wanted = decideWanted(input(diamond, { running: diamondRuns }))
  const identity = (name: string): string => {
    asked.push(name)
    return `${name}'`
  }
  const { restart } = plan(diamondRuns, wanted, identity, { touched: ['left', 'left', 'nobody'] })
  assert.deepEqual(restart, ['left', 'top'])
  assert.deepEqual(asked, ['left'])
  plan(diamondRuns, wanted, (name) => (name === 'base' ? 'new' : identity(name).slice(0, -1)), {
    touched: ['base', 'left', 'top'],
  })
  assert.deepEqual(asked, ['left', 'left', 'top'])
})

test('the cost of a touched plugin does not depend on how many there are', () => {
  const plugins = (count: number): Candidate[] =>
    Array.from({ length: count }, (_, at) => candidate(`p${at}`))
  const reads = (count: number): number => {
    const wanted = decideWanted(input(plugins(count)))
    const running = allRunning(wanted)
    let reads = 0
    const counted = <Key, Value>(map: ReadonlyMap<Key, Value>): ReadonlyMap<Key, Value> =>
      new Proxy(map, {
        get(target, key) {
          reads++
          if (key !== 'get' && key !== 'has') throw new Error(`walks all: ${String(key)}`)
          return target[key].bind(target)
        },
      })
    const order = new Proxy(wanted.order, {
      get() {
        throw new Error('walks the order')
      },
    })
    const { restart } = plan(
      counted(running),
      {
        ...wanted,
        order,
        verdicts: counted(wanted.verdicts),
        position: counted(wanted.position),
        dependents: counted(wanted.dependents),
      },
      () => 'new',
      { touched: ['p5'] },
    )
    assert.deepEqual(restart, ['p5'])
    return reads
  }
  assert.equal(reads(10), reads(3000))
})
