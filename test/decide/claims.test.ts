import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { claims } from '#src/decide/claims.js'
import { broken, candidate, fact, facts, problem } from './build.js'

const directories = ['/p/one', '/p/two', '/p/a', '/q/a', '/q/one', '/r/b', String.raw`C:\p\a`]
const names = ['a', 'b', 'one']
const folders = fc
  .record({
    picked: fc.shuffledSubarray(directories, { minLength: 1 }),
    names: fc.array(fc.constantFrom(...names), { minLength: 7, maxLength: 7 }),
    broken: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
    runs: fc.array(fc.option(fc.constantFrom(...directories), { nil: undefined }), {
      minLength: 3,
      maxLength: 3,
    }),
  })
  .map(({ picked, names: given, broken: bad, runs }) => ({
    candidates: picked.map((directory, at) =>
      bad[at] ? broken(given[at] ?? '', { directory }) : candidate(given[at] ?? '', {}, { directory }),
    ),
    running: new Map(
      names.flatMap((name, at) => {
        const directory = runs[at]
        return directory === undefined || runs.indexOf(directory) < at
          ? []
          : [[name, fact(name, {}, { directory })]]
      }),
    ),
  }))

test('who has a name does not depend on the order of the folders', () => {
  fc.assert(
    fc.property(folders, ({ candidates, running }) => {
      const straight = claims(candidates, running)
      assert.deepEqual(claims(candidates.toReversed(), running), straight)
      assert.deepEqual([...claims(candidates.toReversed(), running).held.keys()], [...straight.held.keys()])
      assert.equal(straight.held.size + straight.rejected.length, candidates.length)
      for (const { state, problem, candidate } of straight.rejected) {
        assert.equal(state, 'invalid')
        assert.equal(problem?.severity, 'error')
        assert.ok(!new Set(straight.held.values()).has(candidate))
      }
    }),
    { numRuns: 2000 },
  )
})

test('a folder that runs keeps its name, as long as it says that name or cannot be read', () => {
  fc.assert(
    fc.property(folders, ({ candidates, running }) => {
      const { held } = claims(candidates, running)
      for (const { name, directory } of running.values()) {
        const own = candidates.find((one) => one.directory === directory)
        if (own !== undefined && (own.name === name || own.metadata === undefined))
          assert.equal(held.get(name), own)
      }
    }),
    { numRuns: 2000 },
  )
})

test('two objects of one name are told apart by their order', () => {
  const [one, two] = [candidate('a', {}, { directory: '' }), candidate('a', {}, { directory: '' })]
  const { held, rejected } = claims([one, two], new Map())
  assert.equal(held.get('a'), one)
  assert.equal(rejected[0]?.candidate, two)
  assert.match(rejected[0]?.because ?? '', /an object in the program/)
})

test('an object comes before a folder of the same name', () => {
  const folder = candidate('a')
  const object = candidate('a', {}, { directory: '' })
  assert.equal(claims([folder, object], new Map()).held.get('a'), object)
})

test('who does not get a name is told who has it, and what to do', () => {
  const first = candidate('a', {}, { directory: '/one/a' })
  const second = candidate(
    'a',
    {},
    { directory: '/two/b', problems: [problem('ERR_PLUGIN_METADATA_INVALID', 'Wrong.')] },
  )
  const { rejected } = claims([second, first], new Map())
  const message = 'Two plugins are named a: /one/a has the name, /two/b does not get it.'
  assert.deepEqual(rejected, [
    {
      name: 'a',
      state: 'invalid',
      candidate: second,
      because: message.slice(0, -1),
      problem: {
        code: 'ERR_PLUGIN_NAME_TAKEN',
        severity: 'error',
        plugin: 'a',
        file: '/two/b/metadata.json',
        message,
        hint: 'Change "name" in one metadata.json, or remove one of the two.',
      },
      kept: false,
      dependencies: [],
      settings: {},
    },
  ])
  const object = claims(
    [first, candidate('a', {}, { directory: '' })],
    facts(fact('a', {}, { directory: '/one/a' })),
  )
  assert.equal(object.rejected[0]?.problem?.file, undefined)
  assert.match(object.rejected[0]?.problem?.message ?? '', /an object in the program does not get it/)
})

test('a folder that cannot be read says what is wrong with it, and not that its name is taken', () => {
  const odd = { ...problem('ERR_PLUGIN_NAME_MISMATCH', 'Odd.'), severity: 'warning' as const }
  const wrong = problem('ERR_PLUGIN_JSON_SYNTAX', 'It does not parse.')
  const bad = broken('a', { directory: '/two/a', problems: [odd, wrong] })
  assert.equal(claims([candidate('a'), bad], new Map()).rejected[0]?.problem, wrong)
})

test('an object in the program is known by its name alone, and the first of two has it', () => {
  const object = { directory: '' }
  const running = facts(fact('x', {}, object))
  assert.deepEqual([...claims([broken('y', object)], running).held.keys()], ['y'])
  const [first, second] = [candidate('x', {}, object), candidate('x', {}, object)]
  const { held, rejected } = claims([first, second], running)
  assert.equal(held.get('x'), first)
  assert.equal(rejected[0]?.candidate, second)
})

test('a folder that runs and says another name by now has that one', () => {
  const [one, other] = [candidate('b', {}, { directory: '/p/one' }), candidate('a')]
  const { held } = claims([one, other], facts(fact('a', {}, { directory: '/p/one' })))
  assert.deepEqual(
    [...held],
    [
      ['a', other],
      ['b', one],
    ],
  )
})

test('of two that run from one folder that cannot be read, the one that no other folder is named after has it', () => {
  const candidates = [broken('a', { directory: '/p/a' }), candidate('b', {}, { directory: '/p/b' })]
  const facts = ['a', 'b'].map((name) => fact(name, {}, { directory: '/p/a' }))
  for (const order of [facts, facts.toReversed()]) {
    const { held, rejected } = claims(candidates, new Map(order.map((one) => [one.name, one])))
    assert.deepEqual(
      [...held].map(([name, { directory }]) => `${name} in ${directory}`),
      ['a in /p/a', 'b in /p/b'],
    )
    assert.deepEqual(rejected, [])
  }
})

test('of two that run from one folder that cannot be read, the first by name has it where both or neither have another folder', () => {
  const folder = broken('x', { directory: '/p/a' })
  const running = ['a', 'b'].map((name) => fact(name, {}, { directory: '/p/a' }))
  const elsewhere = ['a', 'b'].map((name) => candidate(name, {}, { directory: `/q/${name}` }))
  for (const order of [running, running.toReversed()])
    for (const [others, name] of [
      [[], 'a'],
      [elsewhere, 'a'],
      [elsewhere.slice(0, 1), 'b'],
    ] as const) {
      const { held } = claims([folder, ...others], facts(...order))
      assert.equal(held.get(name), folder)
    }
})

test('a folder that was to take over a name, and cannot be read, claims it, unless it runs under another', () => {
  const older = candidate('a', {}, { directory: '/p/a' })
  const newer = broken('x', { directory: '/p/new' })
  const runs = fact('a', {}, { directory: '/p/a', newest: '/p/new' })
  assert.deepEqual([...claims([newer], facts(runs)).held.keys()], ['a'])
  const { held, rejected } = claims([newer, older], facts(runs))
  assert.deepEqual([held.get('a'), rejected[0]?.candidate, held.size], [older, newer, 1])
  const itsOwn = fact('b', {}, { directory: '/p/new' })
  assert.deepEqual([...claims([newer, older], facts(runs, itsOwn)).held.keys()], ['a', 'b'])
})
