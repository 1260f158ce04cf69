import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { claims } from '#src/decide/claims.js'
import { broken, candidate, fact } from './build.js'

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
