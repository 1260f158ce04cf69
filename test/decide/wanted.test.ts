import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enabledPlugins } from '#src/decide/enabled-plugins.js'
import { decideWanted } from '#src/decide/wanted.js'
import type { Candidate, Wanted } from '#src/model/decision.js'
import { broken, candidate, config, fact, facts, input, metadata, problem, processorTime } from './build.js'

const states = (wanted: Wanted): Record<string, string> =>
  Object.fromEntries(
    [...wanted.verdicts].map(([name, { state, kept }]) => [name, kept ? `${state}, kept` : state]),
  )
const unfinished = (name: string): Candidate =>
  candidate(name, {}, { entry: undefined as never, incomplete: true })

test('a dropped folder is on, with its configured settings', () => {
  const wanted = decideWanted(
    input([candidate('hello')], {
      config: config([{ name: 'hello', settings: { port: 1, deep: { a: 1 }, host: 'x' } }]),
      program: new Map([['hello', { settings: { port: 2, deep: { b: 2 } }, because: 'the plugins option' }]]),
    }),
  )
  const verdict = wanted.verdicts.get('hello')
  assert.equal(verdict?.state, 'on')
  assert.equal(verdict.because, 'unlisted is "on"')
  assert.deepEqual(verdict.settings, { port: 2, deep: { b: 2 }, host: 'x' })
  assert.deepEqual(wanted.problems, [])
})

test('settings are judged once for each plugin that is on, and for no other', () => {
  const asked: string[] = []
  decideWanted(
    input(
      [candidate('a', { dependencies: ['b'] }), candidate('b'), candidate('c'), broken('d'), unfinished('e')],
      {
        config: config(
          [
            { name: 'a', enabled: true },
            { name: 'd', enabled: true },
            { name: 'e', enabled: true },
          ],
          'off',
        ),
        settings: ({ name }) => {
          asked.push(name)
          return { settings: {} }
        },
      },
    ),
  )
  assert.deepEqual(asked.sort(), ['a', 'b'])
})

test('settings that do not fit make the plugin invalid and block its dependents', () => {
  const wanted = decideWanted(
    input([candidate('a', { dependencies: ['b'] }), candidate('b'), candidate('c')], {
      settings: ({ name }) =>
        name === 'b'
          ? { problems: [problem('ERR_PLUGIN_SETTINGS_INVALID', '`port` should be a number.')] }
          : { settings: {} },
    }),
  )
  assert.deepEqual(states(wanted), { a: 'blocked', b: 'invalid', c: 'on' })
  assert.equal(wanted.verdicts.get('b')?.problem?.code, 'ERR_PLUGIN_SETTINGS_INVALID')
  const blocked = wanted.verdicts.get('a')
  assert.equal(blocked?.problem?.code, 'ERR_PLUGIN_DEPENDENCY_INVALID')
  assert.equal(blocked.because, 'needs b, which is invalid: `port` should be a number')
  assert.equal(blocked.problem.message, 'a needs b, which is invalid: `port` should be a number.')
  assert.equal(blocked.problem.file, '/plugins/a/metadata.json')
  assert.notEqual(blocked.problem.hint, '')
  assert.equal(blocked.problem.severity, 'error')
  assert.deepEqual(blocked.path, ['a', 'b'])
})

test('a plugin that is turned off is off, whatever is wrong with it', () => {
  const wanted = decideWanted(
    input([broken('a'), unfinished('b'), candidate('c', { dependencies: ['gone'] })], {
      config: config([
        { name: 'a', enabled: false },
        { name: 'b', enabled: false },
        { name: 'c', enabled: false },
      ]),
    }),
  )
  assert.deepEqual(states(wanted), { a: 'off', b: 'off', c: 'off' })
})

test('a plugin without an entry is settling, and invalid when it has had its time', () => {
  const early = decideWanted(input([unfinished('a'), candidate('b', { dependencies: ['a'] })]))
  assert.deepEqual(states(early), { a: 'incomplete', b: 'blocked' })
  assert.match(early.verdicts.get('a')?.because ?? '', /^settling: no entry yet, /)
  assert.match(early.verdicts.get('b')?.because ?? '', /^needs a, which is not whole yet/)
  const late = decideWanted(input([unfinished('a')], { incompleteIsInvalid: () => true }))
  assert.deepEqual(states(late), { a: 'invalid' })
  assert.equal(late.verdicts.get('a')?.problem?.code, 'ERR_PLUGIN_ENTRY_MISSING')
  assert.equal(late.verdicts.get('a')?.problem?.severity, 'error')
})

test('a plugin that failed stays on, and its dependents are blocked by it', () => {
  const candidates = [candidate('a', { dependencies: ['b'] }), candidate('b')]
  const failed = new Map([['b', problem('ERR_PLUGIN_ACTIVATE', 'b threw: no connection.')]])
  const wanted = decideWanted(input(candidates, { failed }))
  assert.deepEqual(states(wanted), { a: 'blocked', b: 'on' })
  assert.equal(wanted.verdicts.get('a')?.problem?.code, 'ERR_PLUGIN_DEPENDENCY_FAILED')
  assert.match(wanted.verdicts.get('a')?.because ?? '', /no connection/)
  const older = decideWanted(input(candidates, { failed, running: facts(fact('b')) }))
  assert.deepEqual(states(older), { a: 'on', b: 'on' })
})

test('K15 a plugin that is on needs one that is off: it is blocked, and says whose decision that was', () => {
  const candidates = [
    candidate('web', { dependencies: ['api'] }),
    candidate('api', { dependencies: ['db'] }),
    candidate('db'),
  ]
  const entries = [{ name: 'web', enabled: true }]
  const pulled = decideWanted(input(candidates, { config: config(entries, 'off') }))
  assert.deepEqual(states(pulled), { api: 'on', db: 'on', web: 'on' })
  assert.equal(pulled.verdicts.get('db')?.because, 'needed by api')
  const refused = decideWanted(
    input(candidates, { config: config([...entries, { name: 'db', enabled: false }], 'off') }),
  )
  assert.deepEqual(states(refused), { api: 'blocked', db: 'off', web: 'blocked' })
  assert.equal(
    refused.verdicts.get('web')?.because,
    'needs db, which is off (plugins.config.json:4:5); path web -> api -> db',
  )
})

test('a running plugin whose files became unusable is kept, and still counts for its dependents', () => {
  const running = facts(
    fact('a', { dependencies: ['b'] }),
    fact('b'),
    fact('c'),
    fact('d', {}, { directory: '/plugins/dee' }),
  )
  const wanted = decideWanted(
    input([candidate('a', { dependencies: ['b'] }), broken('b'), unfinished('c'), broken('dee')], {
      running,
    }),
  )
  assert.deepEqual(states(wanted), { a: 'on', b: 'invalid, kept', c: 'incomplete, kept', d: 'invalid, kept' })
  assert.deepEqual(wanted.order, ['b', 'a', 'c', 'd'])
})

test('a kept plugin still pulls in what it runs with, and is let go with it', () => {
  const running = facts(fact('a', { dependencies: ['b'] }), fact('b'))
  const off = config([{ name: 'a', enabled: true }], 'off')
  const kept = decideWanted(input([broken('a'), candidate('b')], { running, config: off }))
  assert.deepEqual(states(kept), { a: 'invalid, kept', b: 'on' })
  const gone = decideWanted(input([broken('a')], { running, config: off }))
  assert.deepEqual(states(gone), { a: 'invalid' })
})

test('a kept plugin that is turned off is off', () => {
  const running = facts(fact('a'))
  const wanted = decideWanted(
    input([broken('a')], { running, config: config([{ name: 'a', enabled: false }]) }),
  )
  assert.deepEqual(states(wanted), { a: 'off' })
})

test('an edit that closes a circle among running plugins is refused, and the plugins stay as they run', () => {
  const running = facts(fact('a', { dependencies: ['b'] }), fact('b', { dependencies: ['c'] }), fact('c'))
  const candidates = [
    candidate('a', { dependencies: ['b'] }),
    candidate('b', { dependencies: ['c'] }),
    candidate('c', { dependencies: ['a'] }),
  ]
  const wanted = decideWanted(input(candidates, { running }))
  assert.deepEqual(states(wanted), { a: 'on', b: 'on', c: 'blocked, kept' })
  assert.equal(wanted.verdicts.get('c')?.because, 'depends on itself: a -> b -> c -> a')
  assert.deepEqual(wanted.verdicts.get('c')?.dependencies, [])
  assert.deepEqual(wanted.order, ['c', 'b', 'a'])
  assert.deepEqual(states(decideWanted(input(candidates))), { a: 'blocked', b: 'blocked', c: 'blocked' })
})

test('only who closes a circle is refused: another edit in it is taken, and who only leads to one is blocked', () => {
  const running = facts(fact('a', { dependencies: ['b'] }), fact('b'), fact('x'), fact('y'))
  const closed = [
    candidate('a', { dependencies: ['b', 'x'] }),
    candidate('b', { dependencies: ['a'] }),
    candidate('x'),
  ]
  const wanted = decideWanted(input(closed, { running }))
  assert.deepEqual(states(wanted), { a: 'on', b: 'blocked, kept', x: 'on' })
  assert.deepEqual(wanted.verdicts.get('a')?.dependencies, ['b', 'x'])
  const leads = [
    candidate('y', { dependencies: ['m'] }),
    candidate('m', { dependencies: ['n'] }),
    candidate('n', { dependencies: ['m'] }),
  ]
  assert.deepEqual(states(decideWanted(input(leads, { running }))), {
    m: 'blocked',
    n: 'blocked',
    y: 'blocked',
  })
  const more = [candidate('x', { dependencies: ['new', 'y'] }), candidate('y', { dependencies: ['x'] })]
  assert.deepEqual(
    states(decideWanted(input([...more, candidate('new')], { running: facts(fact('x'), fact('y')) }))),
    { new: 'on', x: 'blocked, kept', y: 'blocked, kept' },
  )
})

test('who needs what is in a circle, and does not run, is told of the circle', () => {
  const candidates = [
    candidate('a', { dependencies: ['b'] }),
    candidate('b', { dependencies: ['a'] }),
    candidate('c', { dependencies: ['a'] }),
  ]
  assert.equal(
    decideWanted(input(candidates)).verdicts.get('c')?.because,
    'needs a, which depends on itself: a -> b -> a; path c -> a',
  )
})

test('who depends on a plugin in several ways is listed once', () => {
  const a = (version: string): Candidate =>
    candidate('a', { version, dependencies: ['y', 'z'], optionalDependencies: ['z'] })
  const running = facts(fact('a', { dependencies: ['z', 'y'] }))
  const { dependents } = decideWanted(
    input([a('2.0.0'), candidate('b', { dependencies: ['z'] })], { running }),
  )
  assert.deepEqual(
    [...dependents],
    [
      ['y', ['a']],
      ['z', ['a', 'b']],
    ],
  )
})

test('the dependencies of a plugin that is off are sorted, too', () => {
  const off = config([{ name: 'a', enabled: false }])
  const wanted = decideWanted(input([candidate('a', { dependencies: ['z', 'b'] })], { config: off }))
  assert.deepEqual(wanted.verdicts.get('a')?.dependencies, ['b', 'z'])
})

test('a running plugin that was off by default and whose files broke is judged as a fresh start would', () => {
  const candidates = [broken('a')]
  const running = facts(fact('a', { enabled: false }))
  const wanted = decideWanted(input(candidates, { running }))
  assert.deepEqual(states(wanted), { a: 'invalid' })
  assert.deepEqual(states(decideWanted(input(candidates))), { a: 'invalid' })
})

test('a running plugin whose edit needs what is not there is blocked, and not kept', () => {
  const running = facts(fact('a'))
  const wanted = decideWanted(input([candidate('a', { dependencies: ['gone'] })], { running }))
  assert.deepEqual(states(wanted), { a: 'blocked' })
})

test('of two folders with one name the first by folder name has it at a cold start', () => {
  const one = candidate('db', {}, { directory: '/plugins/z/alpha' })
  const two = candidate('db', {}, { directory: '/plugins/a/beta' })
  for (const candidates of [
    [one, two],
    [two, one],
  ]) {
    const wanted = decideWanted(input(candidates))
    assert.equal(wanted.verdicts.get('db')?.candidate, one)
    assert.equal(wanted.rejected.length, 1)
    const [rejected] = wanted.rejected
    assert.equal(rejected?.state, 'invalid')
    assert.equal(rejected.candidate, two)
    assert.equal(rejected.problem?.code, 'ERR_PLUGIN_NAME_TAKEN')
    assert.equal(rejected.problem.file, '/plugins/a/beta/metadata.json')
    assert.match(rejected.problem.message, /\/plugins\/z\/alpha.*\/plugins\/a\/beta/)
  }
})

test('of two folders with one name the one that runs keeps it', () => {
  const one = candidate('db', {}, { directory: '/plugins/alpha' })
  const two = candidate('db', {}, { directory: '/plugins/beta' })
  const running = facts(fact('db', {}, { directory: '/plugins/beta' }))
  for (const candidates of [
    [one, two],
    [two, one],
  ]) {
    const wanted = decideWanted(input(candidates, { running }))
    assert.equal(wanted.verdicts.get('db')?.candidate, two)
    assert.equal(wanted.rejected[0]?.candidate, one)
  }
})

test('equal folder names in two plugin directories go by the full path', () => {
  const one = candidate('db', {}, { directory: '/a/db' })
  const two = candidate('db', {}, { directory: '/b/db' })
  assert.equal(decideWanted(input([two, one])).verdicts.get('db')?.candidate, one)
})

test('a folder that cannot be read does not take the name of its folder from a plugin that has it', () => {
  const good = candidate('db', {}, { directory: '/plugins/zed' })
  const bad = broken('db')
  for (const candidates of [
    [good, bad],
    [bad, good],
  ]) {
    const wanted = decideWanted(input(candidates))
    assert.equal(wanted.verdicts.get('db')?.candidate, good)
    assert.equal(wanted.rejected[0]?.problem?.code, 'ERR_PLUGIN_JSON_SYNTAX')
  }
})

test('a name in the program that nobody has begins a sentence, and the hint says what to do', () => {
  const program = new Map([['zzz', { enabled: true, because: 'the plugins option' }]])
  const [stranger] = decideWanted(input([], { program })).problems
  assert.equal(stranger?.message, 'The plugins option names zzz, which is not there.')
  assert.equal(
    stranger.hint,
    'Correct the name, or put a folder into the plugins folder whose metadata.json has that name.',
  )
})

test('K4 a name that no plugin has: a warning with its place and the nearest name', () => {
  const wanted = decideWanted(
    input([candidate('hello'), candidate('world')], {
      config: config([{ name: 'helo', enabled: true, line: 7, column: 9 }, { name: 'hello' }]),
      enabledPlugins: enabledPlugins('wrld,hello,!Hello'),
      program: new Map([['zzz', { enabled: false, because: 'manager.disable()' }]]),
    }),
  )
  assert.deepEqual(
    wanted.problems.map(({ code, severity, message }) => [code, severity, message]),
    [
      ['ERR_PLUGIN_NOT_FOUND', 'warning', 'manager.disable() names zzz, which is not there.'],
      [
        'ERR_PLUGIN_NOT_FOUND',
        'warning',
        'ENABLED_PLUGINS names Hello, which is not there; the nearest name is hello.',
      ],
      [
        'ERR_PLUGIN_NOT_FOUND',
        'warning',
        'ENABLED_PLUGINS names wrld, which is not there; the nearest name is world.',
      ],
      [
        'ERR_PLUGIN_NOT_FOUND',
        'warning',
        'plugins.config.json names helo, which is not there; the nearest name is hello.',
      ],
    ],
  )
  const last = wanted.problems.at(-1)
  assert.deepEqual([last?.file, last?.line, last?.column], ['/app/plugins.config.json', 7, 9])
})

test('what an optional dependency is not used for is a warning of the plugin', () => {
  const wanted = decideWanted(input([candidate('a', { optionalDependencies: { b: '^2' } }), candidate('b')]))
  assert.equal(wanted.problems.length, 1)
  const [warning] = wanted.problems
  assert.deepEqual([warning?.severity, warning?.plugin], ['warning', 'a'])
  assert.equal(warning?.file, '/plugins/a/metadata.json')
})

test('dependents are indexed by what they declare, or run with, whether it is there or not', () => {
  const wanted = decideWanted(
    input(
      [
        candidate('a', { dependencies: ['gone'], optionalDependencies: ['b'] }),
        candidate('b'),
        candidate('c'),
      ],
      {
        running: facts(fact('c', { dependencies: ['b'] })),
      },
    ),
  )
  assert.deepEqual(
    wanted.dependents,
    new Map([
      ['gone', ['a']],
      ['b', ['a', 'c']],
    ]),
  )
  assert.deepEqual(
    [...wanted.position],
    [
      ['b', 0],
      ['c', 1],
    ],
  )
})

test('metadata that says enabled: true beats unlisted, and is silent where it is not written', () => {
  const wanted = decideWanted(
    input([candidate('a', { enabled: true }), candidate('b'), candidate('c', { enabled: false })], {
      config: config([], 'off'),
    }),
  )
  assert.deepEqual(states(wanted), { a: 'on', b: 'off', c: 'off' })
})

test('a plugin that is an object needs no folder', () => {
  const wanted = decideWanted(
    input([
      candidate('a', { dependencies: ['gone'] }, { directory: '', real: '' }),
      candidate('b', {}, { directory: '' }),
    ]),
  )
  assert.deepEqual(states(wanted), { a: 'blocked', b: 'on' })
  assert.equal(wanted.verdicts.get('a')?.problem?.file, undefined)
})

test('5,000 plugins are decided in the time of a blink', () => {
  const candidates = Array.from({ length: 5000 }, (_, at) => {
    const dependencies = at % 5 === 0 ? {} : { [`p${at - (at % 5)}`]: '^1.0.0' }
    return candidate(`p${at}`, {}, { metadata: metadata(`p${at}`, { dependencies }) })
  })
  const ms = processorTime(() => assert.equal(decideWanted(input(candidates)).order.length, 5000), 8)
  assert.ok(ms < 200, `${ms} ms`)
})

test('what is kept does not gain an optional dependency that it does not run with', () => {
  const wanted = decideWanted(
    input([broken('a'), candidate('d')], {
      running: new Map([['a', fact('a', { optionalDependencies: ['d'] })]]),
    }),
  )
  const { kept, dependencies } = wanted.verdicts.get('a')!
  assert.equal(kept, true)
  assert.deepEqual(dependencies, [])
})

test('while the files of what runs cannot be used, it goes on unless the last usable ones in its folder turned it off', () => {
  for (const [directory, said, kept] of [
    ['/plugins/a', new Map([['/plugins/a', false]]), false],
    ['/plugins/a', new Map([['/plugins/a', undefined]]), true],
    ['/plugins/a', new Map([['/plugins/b', false]]), true],
    ['/plugins/older', new Map([['/plugins/a', false]]), true],
  ] as const) {
    const running = facts(fact('a', {}, { directory }))
    const { verdicts } = decideWanted(input([broken('a')], { running, said }))
    assert.equal(verdicts.get('a')?.kept, kept, `${directory} ${JSON.stringify([...said])}`)
  }
})
