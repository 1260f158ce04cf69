// Runs the tests in the process that the mutants are switched on in. What there is for node:test starts a process for
// each mutant and test file, which is hours instead of minutes.
import { readdirSync } from 'node:fs'
import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core'
import { PluginKind, declareClassPlugin } from '@stryker-mutator/api/plugin'
import {
  DryRunStatus,
  TestStatus,
  determineHitLimitReached,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { collectFrom, collected } from './collected.js'

const BUILT = join('.build', 'test')
const TESTS = ['decide/', 'act/effects.test.js', 'act/transaction.test.js']
/** Compares what the build makes of ajv, which is not changed here, and counts on more cases than there are. */
const APART = 'decide/compiled-schemas.test.js'
/** What they measure, time, memory and stack, is another one where every branch asks which mutant is on. */
const MEASURES = /within a second|in the time of a blink|none is kept|stack|too many/
/** What takes longest has its turn when nothing else has noticed. */
const SLOW = /properties|without a throw|a chain of|suggested is valid/
/** For a test without what it awaits, in ms. */
const LONGEST = { quick: 5000, slow: 60_000 }

class Runner {
  #world = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {})
  #loading

  capabilities() {
    return { reloadEnvironment: false }
  }

  init() {
    register('./resolve.js', import.meta.url)
  }

  async dryRun({ coverageAnalysis }) {
    if (coverageAnalysis !== 'off') this.#world.mutantCoverage = { static: {}, perTest: {} }
    const tests = await this.#run(await this.#load(), true)
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.#world.mutantCoverage }
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit, disableBail }) {
    const world = this.#world
    world.hitLimit = hitLimit
    world.hitCount = hitLimit === undefined ? undefined : 0
    world.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined
    let tests
    try {
      tests = await this.#load()
    } catch (cause) {
      return toMutantRunResult({
        status: DryRunStatus.Complete,
        tests: [resultOf('the tests load', { cause }, 0)],
      })
    }
    world.activeMutant = activeMutant.id
    const chosen = testFilter ? tests.filter(({ id }) => testFilter.includes(id)) : tests
    const results = await this.#run(chosen, disableBail)
    return toMutantRunResult(
      determineHitLimitReached(world.hitCount, hitLimit) ?? { status: DryRunStatus.Complete, tests: results },
    )
  }

  #load() {
    return (this.#loading ??= collect())
  }

  async #run(tests, all) {
    const results = []
    for (const { id, run } of tests) {
      this.#world.currentTestId = id
      const start = performance.now()
      const failure = await run(SLOW.test(id) ? LONGEST.slow : LONGEST.quick)
      this.#world.currentTestId = undefined
      results.push(resultOf(id, failure, performance.now() - start))
      if (failure !== undefined && !all) break
    }
    return results
  }
}

async function collect() {
  const files = readdirSync(BUILT, { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.js') && TESTS.some((part) => file.startsWith(part)))
    .filter((file) => file !== APART)
  for (const file of files.sort()) {
    collectFrom(file)
    await import(pathToFileURL(join(BUILT, file)))
  }
  const tests = collected.filter(({ id }) => !MEASURES.test(id))
  return tests.sort((one, other) => Number(SLOW.test(one.id)) - Number(SLOW.test(other.id)))
}

function resultOf(id, failure, timeSpentMs) {
  const result = { id, name: id, timeSpentMs }
  if (failure === undefined) return { ...result, status: TestStatus.Success }
  const failureMessage = String(failure.cause?.message ?? failure.cause)
  return { ...result, status: TestStatus.Failed, failureMessage }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', Runner)]
