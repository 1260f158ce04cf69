import assert from 'node:assert/strict'
import { test } from 'node:test'
import { order } from '#src/decide/order.js'
import type { Subject } from '#src/decide/subject.js'
import { processorTime, subjects } from './build.js'

const off = (because: string): NonNullable<Subject['absent']> => ({
  code: 'ERR_PLUGIN_DEPENDENCY_OFF',
  because: `is off (${because})`,
  hint: 'Turn it on.',
})
const chain = (length: number): Map<string, Subject> => {
  const graph: Record<string, readonly string[]> = {}
  for (let at = 0; at < length; at++) graph[`p${at}`] = at === 0 ? [] : [`p${at - 1}`]
  return subjects(graph)
}
const why = (graph: Parameters<typeof subjects>[0]): Record<string, string> => {
  const { blocked } = order(subjects(graph))
  return Object.fromEntries([...blocked].map(([name, { because }]) => [name, because]))
}

test('names come sorted, each after its dependencies', () => {
  const { order: names } = order(subjects({ z: [], a: ['m'], m: ['z'], b: [], c: ['a', 'b'] }))
  assert.deepEqual(names, ['z', 'm', 'a', 'b', 'c'])
})

test('the dependencies of each come sorted, the optional ones among them', () => {
  const { dependencies } = order(
    subjects({ z: [], m: [], b: [], a: { dependencies: ['z', 'b'], optionalDependencies: ['m'] } }),
  )
  assert.deepEqual(dependencies.get('a'), ['b', 'm', 'z'])
})

test('G6 a diamond: its base starts first and once, its top last', () => {
  const { order: names } = order(
    subjects({ top: ['left', 'right'], left: ['base'], right: ['base'], base: [] }),
  )
  assert.deepEqual(names, ['base', 'left', 'right', 'top'])
})

test('nothing gives nothing', () => {
  assert.deepEqual(order(new Map()).order, [])
})

const rows: readonly (readonly [
  title: string,
  graph: Parameters<typeof subjects>[0],
  texts: Record<string, string>,
])[] = [
  [
    'G1 a missing dependency: the plugin and what depends on it are blocked, with the range, the nearest name that is there, and the path',
    { a: ['b'], b: { dependencies: { datbase: '^1' } }, database: [], other: [] },
    {
      a: 'needs datbase ^1, which is not there; the nearest name is database; path a -> b -> datbase',
      b: 'needs datbase ^1, which is not there; the nearest name is database',
    },
  ],
  [
    'G8 a dependency that is turned off: its dependents are blocked and say whose decision it was',
    { a: ['b'], b: ['c'], c: { absent: off('plugins.config.json:3:5') }, d: [] },
    {
      a: 'needs c, which is off (plugins.config.json:3:5); path a -> b -> c',
      b: 'needs c, which is off (plugins.config.json:3:5)',
    },
  ],
  [
    'G7 two plugins that need one dependency in different versions: the one that is not content is blocked, with both ranges',
    {
      a: { dependencies: { db: '^2' } },
      b: { dependencies: { db: '^1' } },
      db: { version: '1.4.0' },
      top: ['a'],
    },
    {
      a: 'needs db ^2, and db is 1.4.0; b asks for ^1',
      top: 'needs db ^2, and db is 1.4.0; b asks for ^1; path top -> a -> db',
    },
  ],
  [
    'G9 a dependency that failed: its dependents are blocked and say what went wrong there',
    { a: ['b'], b: ['db'], db: { failed: 'no connection' } },
    {
      a: 'needs db, which failed: no connection; path a -> b -> db',
      b: 'needs db, which failed: no connection',
    },
  ],
  [
    'G3 a plugin that depends on itself: it is blocked as a circle of one, a -> a',
    { a: ['a'], b: [] },
    { a: 'depends on itself: a -> a' },
  ],
  [
    'G2 a circle of dependencies: all of its members are blocked and show it, dependents show the way to it, and the others run',
    { b: ['c'], c: ['d'], d: ['b'], a: ['c'], free: [] },
    {
      a: 'needs c, which depends on itself: b -> c -> d -> b; path a -> c',
      b: 'depends on itself: b -> c -> d -> b',
      c: 'depends on itself: b -> c -> d -> b',
      d: 'depends on itself: b -> c -> d -> b',
    },
  ],
  [
    'G2 circles that share a member: each member shows a shortest one that it is in',
    { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['b'] },
    {
      a: 'depends on itself: a -> b -> a',
      b: 'depends on itself: a -> b -> a',
      c: 'depends on itself: c -> d -> b -> c',
      d: 'depends on itself: c -> d -> b -> c',
    },
  ],
  [
    'G13 a dependency named constructor or __proto__: it is missing like any other',
    { a: ['constructor'], b: { dependencies: JSON.parse('{"__proto__": "*"}') as Record<string, string> } },
    { a: 'needs constructor, which is not there', b: 'needs __proto__, which is not there' },
  ],
  [
    'the nearest of several root causes is the one that counts',
    { a: ['b', 'gone'], b: ['c'], c: ['lost'] },
    {
      a: 'needs gone, which is not there',
      b: 'needs lost, which is not there; path b -> c -> lost',
      c: 'needs lost, which is not there',
    },
  ],
  [
    'only who asks for a range, and gets it, is content; the first by name counts',
    {
      f: { dependencies: { db: '^1' } },
      e: { dependencies: { db: '^1.2' } },
      d: { dependencies: { db: '^3' } },
      c: ['db'],
      a: { dependencies: { db: '^2' } },
      db: { version: '1.4.0' },
      only: { dependencies: { lib: '^2' } },
      lib: [],
    },
    {
      a: 'needs db ^2, and db is 1.4.0; e asks for ^1.2',
      d: 'needs db ^3, and db is 1.4.0; e asks for ^1.2',
      only: 'needs lib ^2, and lib is 1.0.0',
    },
  ],
  [
    'of root causes that are as near the one on the way that is first by name counts',
    { z: ['z'], b: ['gone'], m: ['b', 'z'], c: ['lost'], y: ['b'], x: ['c'], w: ['x', 'y'] },
    {
      b: 'needs gone, which is not there',
      c: 'needs lost, which is not there',
      m: 'needs gone, which is not there; path m -> b -> gone',
      w: 'needs lost, which is not there; path w -> x -> c -> lost',
      x: 'needs lost, which is not there; path x -> c -> lost',
      y: 'needs gone, which is not there; path y -> b -> gone',
      z: 'depends on itself: z -> z',
    },
  ],
]
for (const [title, graph, texts] of rows) test(title, () => assert.deepEqual(why(graph), texts))

test('a path of twelve is whole, and one longer is not', () => {
  const graph: Record<string, readonly string[]> = {}
  for (let at = 10; at < 22; at++) graph[`p${at}`] = [at === 21 ? 'gone' : `p${at + 1}`]
  const { blocked } = order(subjects(graph))
  const path = (name: string): string => blocked.get(name)?.path?.join(' ') ?? ''
  assert.equal(path('p11'), 'p11 p12 p13 p14 p15 p16 p17 p18 p19 p20 p21 gone')
  assert.equal(path('p10'), 'p10 p11 p12 p13 p14 p15 … p17 p18 p19 p20 p21 gone')
})

test('each member of a circle has a path round it, and a dependent the way to it', () => {
  const { blocked } = order(subjects({ b: ['c'], c: ['d'], d: ['b'], a: ['c'] }))
  const ways = Object.fromEntries(
    [...blocked].map(([name, { path, circle }]) => [name, [path?.join(' '), circle]]),
  )
  assert.deepEqual(ways, {
    a: ['a c', undefined],
    b: ['b c d b', true],
    c: ['c d b c', true],
    d: ['d b c d', true],
  })
})

test('what depends on something that failed is told to mend that', () => {
  const { blocked } = order(subjects({ a: ['b'], b: { failed: 'x' } }))
  assert.equal(blocked.get('a')?.hint, 'Mend b; its dependents start with it.')
})

test('the end of a chain of 4,001 is blocked and says so', () => {
  assert.deepEqual(
    [...order(chain(4001)).blocked].map(([name, one]) => ({ name, ...one })),
    [
      {
        name: 'p4000',
        code: 'ERR_PLUGIN_DEPENDENCY_DEPTH',
        because: 'ends a chain of 4001 dependencies, and at most 4000 can be ordered',
        hint: 'Make the chain shorter.',
      },
    ],
  )
})

test('a plugin in a circle of optional dependencies keeps those that are not in it', () => {
  const { dependencies, warnings } = order(
    subjects({ a: { dependencies: ['base'], optionalDependencies: ['c'] }, b: ['a'], c: ['b'], base: [] }),
  )
  assert.deepEqual(dependencies.get('a'), ['base'])
  assert.deepEqual(warnings, [
    {
      plugin: 'a',
      code: 'ERR_PLUGIN_DEPENDENCY_CYCLE',
      because: 'goes without its optional dependency c, which would close a circle',
      hint: 'Take c out of the "optionalDependencies" of a, or break the circle elsewhere.',
    },
  ])
})

test('each cause has its own code', () => {
  const codes = (graph: Parameters<typeof subjects>[0]): string[] =>
    [...order(subjects(graph)).blocked.values()].map((one) => one.code)
  assert.deepEqual(codes({ a: ['b'] }), ['ERR_PLUGIN_DEPENDENCY_MISSING'])
  assert.deepEqual(codes({ a: ['b'], b: { absent: off('x') } }), ['ERR_PLUGIN_DEPENDENCY_OFF'])
  assert.deepEqual(codes({ a: { dependencies: { b: '^2' } }, b: [] }), ['ERR_PLUGIN_DEPENDENCY_VERSION'])
  assert.deepEqual(codes({ a: ['b'], b: { failed: 'x' } }), ['ERR_PLUGIN_DEPENDENCY_FAILED'])
  assert.deepEqual(codes({ a: ['a'] }), ['ERR_PLUGIN_DEPENDENCY_CYCLE'])
})

test('only the plugin and its dependents are blocked', () => {
  const { order: names } = order(subjects({ a: ['gone'], b: ['a'], c: [], d: ['c'] }))
  assert.deepEqual(names, ['c', 'd'])
})

test('the middle of a very long path is left out', () => {
  const graph: Record<string, readonly string[]> = {}
  for (let at = 10; at < 60; at++) graph[`p${at}`] = [at === 59 ? 'gone' : `p${at + 1}`]
  assert.equal(
    why(graph)['p10'],
    'needs gone, which is not there; path p10 -> p11 -> p12 -> p13 -> p14 -> p15 -> … -> p55 -> p56 -> p57 -> p58 -> p59 -> gone',
  )
})

test('G2 a circle of 1,000: each member is blocked and shows it whole', () => {
  const graph: Record<string, readonly string[]> = {}
  for (let at = 0; at < 1000; at++) graph[`p${at}`] = [`p${(at + 1) % 1000}`]
  const { blocked } = order(subjects(graph))
  assert.equal(blocked.size, 1000)
  for (const { because } of blocked.values()) assert.equal(because.split(' -> ').length, 1001)
})

test('an optional dependency only orders', () => {
  const { order: names, dependencies } = order(
    subjects({ a: { optionalDependencies: ['z', 'gone'] }, z: [] }),
  )
  assert.deepEqual(names, ['z', 'a'])
  assert.deepEqual(dependencies.get('a'), ['z'])
})

test('G10 an optional dependency that is missing, blocked, off or failed: it blocks nobody', () => {
  const { order: names, blocked } = order(
    subjects({
      a: { optionalDependencies: ['b', 'c', 'd'] },
      b: ['gone'],
      c: { absent: off('x') },
      d: { failed: 'x' },
    }),
  )
  assert.deepEqual(names, ['a', 'd'])
  assert.deepEqual([...blocked.keys()], ['b'])
})

test('an optional dependency in a version out of range counts as absent, with a warning', () => {
  const { dependencies, warnings } = order(subjects({ a: { optionalDependencies: { b: '^2' } }, b: [] }))
  assert.deepEqual(dependencies.get('a'), [])
  assert.equal(warnings.length, 1)
  assert.equal(warnings[0]?.code, 'ERR_PLUGIN_DEPENDENCY_VERSION')
  assert.match(warnings[0].because, /asks for \^2, and b is 1\.0\.0/)
  assert.match(warnings[0].hint, /version of b .* metadata\.json of a\.$/)
})

test('an optional dependency that would close a circle is left out, with a warning', () => {
  const {
    order: names,
    dependencies,
    warnings,
    blocked,
  } = order(
    subjects({ a: { optionalDependencies: ['c'] }, b: ['a'], c: ['b'], d: { optionalDependencies: ['d'] } }),
  )
  assert.equal(blocked.size, 0)
  assert.deepEqual(names, ['a', 'b', 'c', 'd'])
  assert.deepEqual(dependencies.get('a'), [])
  assert.deepEqual(
    warnings.map((one) => [one.plugin, one.code]),
    [
      ['a', 'ERR_PLUGIN_DEPENDENCY_CYCLE'],
      ['d', 'ERR_PLUGIN_DEPENDENCY_CYCLE'],
    ],
  )
})

test('a plugin named as needed and as optional is needed', () => {
  const { dependencies } = order(subjects({ a: { dependencies: ['b'], optionalDependencies: ['b'] }, b: [] }))
  assert.deepEqual(dependencies.get('a'), ['b'])
})

test('a prerelease is any version, and in a range only as semver has it', () => {
  const graph = (range: string): Parameters<typeof subjects>[0] => ({
    a: { dependencies: { b: range } },
    b: { version: '2.0.0-beta.1' },
  })
  assert.deepEqual(why(graph('*')), {})
  assert.deepEqual(why(graph('^2.0.0-beta')), {})
  assert.equal(order(subjects(graph('^1'))).blocked.size, 1)
})

test('G4 a chain of 3,000 dependencies: it is ordered, also far down an asynchronous stack', async () => {
  const expected = Array.from({ length: 3000 }, (_, at) => `p${at}`)
  const nested = async (depth: number): Promise<readonly string[]> => {
    if (depth > 0) return nested(depth - 1)
    return order(chain(3000)).order
  }
  assert.deepEqual(await nested(1000), expected)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await nested(0), expected)
})

test('G4 a chain of up to 100,000 dependencies: the first 4,000 run, the rest is blocked and says so, and no stack overflows', () => {
  for (const length of [4001, 20_000, 100_000]) {
    const { order: names, blocked } = order(chain(length))
    assert.equal(names.length, 4000)
    assert.equal(blocked.size, length - 4000)
    assert.equal(blocked.get('p4000')?.code, 'ERR_PLUGIN_DEPENDENCY_DEPTH')
    assert.match(blocked.get('p4000')?.because ?? '', /chain of 4001 dependencies.*at most 4000/)
  }
})

test('where the stack is nearly used up, the order is shorter and says so, and nothing is thrown', () => {
  // How much stack is left differs by Node: go down to the end of it, and ask on the way back.
  let answered = 0
  let shortened = 0
  const deep = chain(4000)
  const down = (): void => {
    try {
      down()
    } catch {}
    if (answered > 0 && shortened > 0) return
    try {
      const { order: names, blocked } = order(deep)
      answered++
      assert.equal(names.length + blocked.size, 4000)
      for (const { code } of blocked.values()) assert.equal(code, 'ERR_PLUGIN_DEPENDENCY_DEPTH')
      if (blocked.size > 0) shortened++
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  down()
  assert.ok(shortened > 0)
})

test('G5 10,000 plugins that depend on nothing: they are ordered by name within a second', () => {
  const graph: Record<string, readonly string[]> = {}
  for (let at = 0; at < 10_000; at++) graph[`p${at}`] = []
  const made = subjects(graph)
  const ms = processorTime(() => assert.deepEqual(order(made).order, Object.keys(graph).sort()))
  assert.ok(ms < 1000, `${ms} ms`)
})

test('G5 1,000 plugins with 500,000 dependencies: they are ordered within a second', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `p${at}`)
  const made = subjects(Object.fromEntries(names.map((name, at) => [name, names.slice(0, at)])))
  const ms = processorTime(() => assert.deepEqual(order(made).order, names))
  assert.ok(ms < 1000, `${ms} ms`)
})
