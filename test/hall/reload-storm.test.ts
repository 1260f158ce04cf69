import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReloadStorm } from '#src/hall/reload-storm.js'
import type { Cause } from '#src/hall/reload-storm.js'

/** Reloads a plugin so many times; each is as much later as it has to wait. Gives the waits, in ms. */
function reloads(storm: ReloadStorm, causes: readonly (Cause | undefined)[]): number[] {
  let now = 0
  return causes.map((cause, at) => {
    const wait = storm.due(`state ${at}`, cause, now)
    now += wait
    if (wait > 0) assert.equal(storm.due(`state ${at}`, undefined, now), 0)
    storm.goes()
    return wait
  })
}

const times = (count: number, cause: Cause): Cause[] => Array.from({ length: count }, () => cause)

test('after three reloads in a row that it brought about itself a plugin waits, twice as long each time, up to a minute', () => {
  assert.deepEqual(
    reloads(new ReloadStorm(), times(12, 'own')),
    [0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000],
  )
})

test('reloads that somebody else brought about never wait', () => {
  assert.deepEqual(reloads(new ReloadStorm(), times(1000, 'other')), Array<number>(1000).fill(0))
})

test('a reload for another reason ends the row, and so does one of which nothing was seen', () => {
  for (const cause of ['other', undefined] as const) {
    const row = times(4, 'own')
    assert.deepEqual(reloads(new ReloadStorm(), [...row, cause, ...row]), [0, 0, 0, 1000, 0, 0, 0, 0, 1000])
  }
})

test('reloads of which nobody can say who brought them about never begin a row, and do not end one', () => {
  assert.deepEqual(reloads(new ReloadStorm(), times(1000, 'unclear')), Array<number>(1000).fill(0))
  assert.deepEqual(
    reloads(new ReloadStorm(), ['own', 'unclear', 'own', 'unclear', 'own', 'unclear']),
    [0, 0, 0, 0, 0, 1000],
  )
})

test('what waits goes on waiting however often it is asked, and goes when the time is over', () => {
  const storm = new ReloadStorm()
  reloads(storm, times(3, 'own'))
  assert.equal(storm.rages, true)
  assert.equal(storm.due('x', 'own', 100), 1000)
  assert.equal(storm.due('x', undefined, 600), 500)
  assert.equal(storm.due('x', 'own', 700), 400)
  assert.equal(storm.due('y', 'own', 800), 300)
  assert.equal(storm.due('y', undefined, 1099), 1)
  assert.equal(storm.due('y', undefined, 1100), 0)
  storm.goes()
  assert.equal(storm.due('z', 'own', 1200), 2000)
})

test('what waits goes at once when somebody edits it, or when it is due for another reason', () => {
  for (const [identity, cause] of [
    ['x', 'other'],
    ['with other settings', undefined],
  ] as const) {
    const storm = new ReloadStorm()
    reloads(storm, times(3, 'own'))
    assert.equal(storm.due('x', 'own', 0), 1000)
    assert.equal(storm.due(identity, cause, 10), 0)
    assert.equal(storm.rages, false)
  }
})
