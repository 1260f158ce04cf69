import assert from 'node:assert/strict'
import { test } from 'node:test'
import { versionFits } from '#src/decide/version-fits.js'

/** Answers are remembered: a version that nobody has asked about yet. */
let asked = 0
const unknown = (): string => `1.0.${++asked}`

test('a version fits as semver has it, and any version fits where nothing is asked', () => {
  const version = unknown()
  for (const time of ['asked for the first time', 'remembered']) {
    assert.equal(versionFits(version, '^1'), true, time)
    assert.equal(versionFits(version, '>=1 <2'), true, time)
    assert.equal(versionFits(version, '>=1 <1.0'), false, time)
    assert.equal(versionFits(version, '1.0.0 - 1.9.9'), true, time)
    assert.equal(versionFits(version, '^2'), false, time)
    assert.equal(versionFits(version, 'not a range'), false, time)
  }
  for (const range of ['', '*']) assert.equal(versionFits('2.0.0-beta.1', range), true)
})
