import assert from 'node:assert/strict'
import { test } from 'node:test'
import { components } from '#src/decide/components.js'
import { plan } from '#src/decide/plan.js'
import { decideWanted } from '#src/decide/wanted.js'
import { candidate, fact, facts, input } from './build.js'

test('a plan falls into groups that do not depend on each other, in the order of their first start', () => {
  const candidates = [
    candidate('b', { dependencies: ['x'] }),
    candidate('a'),
    candidate('x'),
    candidate('y', { dependencies: ['x'] }),
    candidate('m', { dependencies: ['n'] }),
    candidate('n'),
  ]
  const running = facts(
    fact('gone', { dependencies: ['n'] }),
    fact('n'),
    fact('alone'),
    fact('m', { dependencies: ['n'] }),
  )
  const wanted = decideWanted(input(candidates, { running }))
  const whole = plan(running, wanted, (name) => (name === 'n' ? 'new' : name))
  assert.deepEqual(components(whole, wanted, running), [
    { stop: ['alone'], start: [], restart: [], changed: [] },
    { stop: [], start: ['a'], restart: [], changed: [] },
    { stop: [], start: ['x', 'b', 'y'], restart: [], changed: [] },
    { stop: ['gone'], start: [], restart: ['n', 'm'], changed: ['n'] },
  ])
})

test('what only runs together is one group', () => {
  const running = facts(fact('a', { dependencies: ['b'] }), fact('b'))
  const wanted = decideWanted(input([candidate('a'), candidate('b')], { running }))
  const whole = plan(running, wanted, (name) => `${name}'`)
  assert.deepEqual(components(whole, wanted, running), [whole])
})

test('what shares only a dependency that is not in the plan is not one group', () => {
  const running = facts(fact('base'))
  const candidates = [
    candidate('base'),
    candidate('a', { dependencies: ['base'] }),
    candidate('b', { dependencies: ['base'] }),
  ]
  const wanted = decideWanted(input(candidates, { running }))
  const whole = plan(running, wanted, (name) => name)
  assert.deepEqual(
    components(whole, wanted, running).map((part) => part.start),
    [['a'], ['b']],
  )
})

test('an empty plan has no groups', () => {
  const wanted = decideWanted(input([]))
  assert.deepEqual(components({ stop: [], start: [], restart: [], changed: [] }, wanted, new Map()), [])
})
