import { Script } from 'node:vm'

// Stands in for node:test where tests are run again and again in one process, which node:test itself cannot do.
export const collected = []
const call = new Script('plugbayWork()')
let file = ''
let afterEachTest = []

export function collectFrom(name) {
  file = name
  afterEachTest = []
}

export function test(name, ...rest) {
  const body = rest.at(-1)
  const hooks = afterEachTest
  collected.push({ id: `${file}: ${name}`, run: (limit) => outcome(name, body, hooks, limit) })
}

export function afterEach(hook) {
  afterEachTest.push(hook)
}

async function outcome(name, body, hooks, limit) {
  const after = []
  let failure
  const step = async (work) => {
    try {
      await work()
    } catch (cause) {
      failure ??= { cause }
    }
  }
  const context = { name, after: (hook) => after.push(hook), diagnostic: () => undefined }
  await step(() => interruptible(limit, () => body(context)))
  for (const hook of [...after, ...hooks]) await step(hook)
  return failure
}

/** A mutant may turn a loop into one without an end, which nothing else can interrupt, or wait for ever. */
async function interruptible(timeout, work) {
  globalThis.plugbayWork = work
  const done = call.runInThisContext({ timeout })
  if (typeof done?.then !== 'function') return
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, timeout, new Error(`not done within ${timeout} ms`))
  })
  await Promise.race([done, late]).finally(() => clearTimeout(timer))
}

export default test
