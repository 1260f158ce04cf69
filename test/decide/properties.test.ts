import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { components } from '#src/decide/components.js'
import { plan } from '#src/decide/plan.js'
import { takedown } from '#src/decide/takedown.js'
import { decideWanted } from '#src/decide/wanted.js'
import { versionFits } from '#src/decide/version-fits.js'
import type { Wanted } from '#src/model/decision.js'
import { apply, change, identityIn, inputOf, started, world, type World } from './world.js'

const RUNS = { numRuns: 2000 }

/** A change, seen by plugins that run: everything that most properties ask about. */
function seen([before, after]: readonly [World, World]) {
  const { running } = started(before, plan)
  const wanted = decideWanted(inputOf(after, running))
  const identity = identityIn(after)
  return { running, wanted, identity, plan: plan(running, wanted, identity) }
}

test('G14 folders that are found in any other order: the same plugins run, in the same order, with the same problems', () => {
  const shuffled = change.chain((pair) =>
    fc.record({
      pair: fc.constant(pair),
      folders: fc.shuffledSubarray([...pair[1].folders], { minLength: pair[1].folders.length }),
    }),
  )
  fc.assert(
    fc.property(shuffled, ({ pair: [before, after], folders }) => {
      const { running } = started(before, plan)
      for (const runs of [new Map(), running]) {
        const straight = decideWanted(inputOf(after, runs))
        const mixed = decideWanted(inputOf({ ...after, folders }, runs))
        assert.deepEqual(mixed, straight)
        assert.deepEqual([...mixed.verdicts.keys()], [...straight.verdicts.keys()])
        assert.deepEqual(plan(runs, mixed, identityIn(after)), plan(runs, straight, identityIn(after)))
      }
    }),
    RUNS,
  )
})

test('what runs comes after everything that it depends on, and all of that runs', () => {
  fc.assert(
    fc.property(change, (pair) => {
      const { wanted } = seen(pair)
      for (const [at, name] of wanted.order.entries()) {
        const verdict = wanted.verdicts.get(name)
        assert.ok(verdict?.state === 'on' || verdict?.kept)
        assert.deepEqual(verdict.dependencies, verdict.dependencies.toSorted())
        for (const dependency of verdict.dependencies) {
          assert.ok((wanted.position.get(dependency) ?? Infinity) < at, `${dependency} before ${name}`)
        }
      }
    }),
    RUNS,
  )
})

test('at a cold start exactly those run whose dependencies can all be had', () => {
  fc.assert(
    fc.property(world, (world) => {
      const failed = started(world, plan).failed
      const wanted = decideWanted(inputOf(world, new Map(), failed))
      assert.deepEqual(new Set(wanted.order), runnable(world, wanted, failed))
    }),
    RUNS,
  )
})

/** The same by another way: from nothing, whatever can be added is, until nothing can. */
function runnable(world: World, wanted: Wanted, failed: ReadonlyMap<string, unknown>): Set<string> {
  const running = new Set<string>()
  for (let before = -1; before < running.size;) {
    before = running.size
    for (const { name, files, dependencies } of world.folders) {
      if (files !== 'whole' || wanted.verdicts.get(name)?.decision?.enabled !== true) continue
      const had = Object.entries(dependencies).every(([other, range]) => {
        const version = world.folders.find((one) => one.name === other)?.version ?? ''
        return running.has(other) && !failed.has(other) && versionFits(version, range)
      })
      if (had) running.add(name)
    }
  }
  return running
}

test('a blocked plugin says a cause, a hint, and a path that begins with itself', () => {
  fc.assert(
    fc.property(world, (world) => {
      for (const { name, state, problem, because } of decideWanted(inputOf(world)).verdicts.values()) {
        if (state !== 'blocked') continue
        assert.ok(problem)
        assert.match(problem.code, /^ERR_PLUGIN_DEPENDENCY_/)
        assert.equal(problem.message, `${name} ${because}.`)
        assert.notEqual(problem.hint, '')
        const path = /; path (.*)$/.exec(because)?.[1]
        if (path !== undefined) assert.equal(path.split(' -> ')[0], name)
      }
    }),
    RUNS,
  )
})

const stepByStep = (): fc.IProperty<[readonly [World, World]]> =>
  fc.property(change, (pair) => {
    const { running, wanted, identity, plan: first } = seen(pair)
    const now = apply(first, running, wanted, identity, takedown)
    assert.deepEqual(new Set(now.keys()), new Set(wanted.order))
    for (const { name, dependencies, identity: runs } of now.values()) {
      const verdict = wanted.verdicts.get(name)
      assert.deepEqual(dependencies, verdict?.dependencies)
      assert.equal(runs, verdict?.state === 'on' ? identity(name) : running.get(name)?.identity)
    }
    const nothing = { stop: [], start: [], restart: [], changed: [] }
    assert.deepEqual(plan(now, wanted, identity), nothing)
    const again = decideWanted(inputOf(pair[1], now))
    assert.deepEqual(plan(now, again, identity), nothing)
    assert.deepEqual(again.order, wanted.order)
  })

test('applying a plan, step by step, gives what is wanted, and then there is nothing to do', () => {
  fc.assert(stepByStep(), RUNS)
})

test('the same, where what closes a circle with an edit stops', () => {
  fc.assert(stepByStep(), { seed: 42, numRuns: 2000 })
  fc.assert(stepByStep(), { seed: 399_085_487, numRuns: 2000 })
})

test('what runs in the end is what a fresh start would run, except where something is kept', () => {
  let runs = 0
  let compared = 0
  fc.assert(
    fc.property(change, (pair) => {
      runs++
      const { wanted } = seen(pair)
      if ([...wanted.verdicts.values()].some((one) => one.kept)) return
      const fresh = decideWanted(inputOf(pair[1]))
      assert.deepEqual(wanted.order, fresh.order)
      assert.deepEqual(wanted.verdicts, fresh.verdicts)
      compared++
    }),
    RUNS,
  )
  assert.ok(compared > runs / 2)
})

test('only running plugins are kept, and only while everything they run with can be had', () => {
  fc.assert(
    fc.property(change, (pair) => {
      const { running, wanted } = seen(pair)
      for (const { name, kept, state, dependencies, decision } of wanted.verdicts.values()) {
        if (!kept) continue
        assert.ok(running.has(name))
        assert.ok(state !== 'on' && state !== 'off')
        assert.ok(decision?.enabled)
        for (const dependency of dependencies) assert.ok(wanted.position.has(dependency))
      }
    }),
    RUNS,
  )
})

test('nobody is in a plan without a reason', () => {
  fc.assert(
    fc.property(change, (pair) => {
      const { running, wanted, identity, plan: made } = seen(pair)
      const all = [...made.stop, ...made.start, ...made.restart]
      assert.equal(new Set(all).size, all.length)
      for (const name of made.stop) assert.ok(running.has(name) && !wanted.position.has(name))
      for (const name of made.start)
        assert.ok(!running.has(name) && wanted.verdicts.get(name)?.state === 'on')
      const moving = new Set(all)
      for (const name of made.restart) {
        const fact = running.get(name)
        const verdict = wanted.verdicts.get(name)
        assert.ok(fact && verdict && wanted.position.has(name))
        // What stays as it runs is not restarted for an optional dependency that it could have besides.
        const own =
          verdict.state === 'on'
            ? identity(name) !== fact.identity || fact.dependencies.join() !== verdict.dependencies.join()
            : fact.dependencies.some((one) => !verdict.dependencies.includes(one))
        assert.equal(own, made.changed.includes(name))
        const pushed = [...fact.dependencies, ...verdict.dependencies].some((one) => moving.has(one))
        assert.ok(own || pushed, `${name} is a bystander`)
      }
    }),
    RUNS,
  )
})

test('a plan of what was touched is the plan of everything, if nothing else changed', () => {
  let runs = 0
  let moved = 0
  fc.assert(
    fc.property(change, ([before, after]) => {
      runs++
      const { running } = started(before, plan)
      const old = decideWanted(inputOf(before, running))
      const wanted = decideWanted(inputOf(after, running))
      const identity = identityIn(after)
      const whole = plan(running, wanted, identity)
      const touched = new Set<string>()
      for (const name of new Set([...old.verdicts.keys(), ...wanted.verdicts.keys()])) {
        const [one, other] = [old.verdicts.get(name), wanted.verdicts.get(name)]
        const same =
          identityIn(before)(name) === identity(name) &&
          one?.decision?.enabled === other?.decision?.enabled &&
          one?.decision?.source === other?.decision?.source &&
          one?.decision?.because === other?.decision?.because
        if (!same) touched.add(name)
      }
      for (const name of before.failing) touched.add(name)
      const asked: string[] = []
      const part = plan(
        running,
        wanted,
        (name) => {
          asked.push(name)
          return identity(name)
        },
        { touched },
      )
      assert.deepEqual(part, whole)
      for (const name of asked) assert.ok(touched.has(name))
      assert.equal(new Set(asked).size, asked.length)
      if (whole.restart.length > 0) moved++
    }),
    RUNS,
  )
  assert.ok(moved > runs / 20)
})

test('the groups of a plan are the plan, and do not depend on each other', () => {
  fc.assert(
    fc.property(change, (pair) => {
      const { running, wanted, plan: whole } = seen(pair)
      const groups = components(whole, wanted, running)
      for (const list of ['stop', 'start', 'restart', 'changed'] as const) {
        const joined = groups.flatMap((group) => group[list])
        assert.deepEqual(joined.toSorted(), whole[list].toSorted())
        for (const group of groups) {
          assert.deepEqual(
            group[list],
            whole[list].filter((name) => group[list].includes(name)),
          )
        }
      }
      const groupOf = new Map<string, number>()
      for (const [at, { stop, start, restart }] of groups.entries()) {
        for (const name of [...stop, ...start, ...restart]) groupOf.set(name, at)
      }
      for (const [name, at] of groupOf) {
        const needs = [
          running.get(name)?.dependencies ?? [],
          wanted.verdicts.get(name)?.dependencies ?? [],
        ].flat()
        for (const need of needs) if (groupOf.has(need)) assert.equal(groupOf.get(need), at)
      }
      const firsts = groups.map(({ start, restart }) =>
        Math.min(...[...start, ...restart].map((name) => wanted.position.get(name) ?? Number.NaN)),
      )
      const starting = firsts.filter((first) => first !== Infinity)
      assert.deepEqual(firsts.slice(firsts.length - starting.length), starting)
      assert.deepEqual(
        starting,
        starting.toSorted((a, b) => a - b),
      )
    }),
    RUNS,
  )
})

test('a plan is the same whatever order the running plugins come in', () => {
  fc.assert(
    fc.property(change, (pair) => {
      const { running, wanted, identity, plan: made } = seen(pair)
      const turned = new Map([...running].toReversed())
      assert.deepEqual(plan(turned, wanted, identity), made)
      assert.deepEqual(decideWanted(inputOf(pair[1], turned)), wanted)
    }),
    RUNS,
  )
})
