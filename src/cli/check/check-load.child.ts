// Run by check-load.ts: evaluates plugins, and says what becomes of each.
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { Generation } from '../../act/generation.ts'
import { StepFailure } from '../../act/generation-problems.ts'
import { createLoader } from '../../act/load/loader.ts'
import { captureUnhandled } from '../../act/unhandled.ts'
import { codePosition } from '../../model/code-position.ts'
import type { CodePosition } from '../../model/code-position.ts'
import type { Problem } from '../../model/problem.ts'
import { realClock } from '../../read/real-clock.ts'
import { EVENTS_FD, LATE_HINT } from './load-order.ts'
import type { LoadEvent, LoadOrder } from './load-order.ts'
import { plainProblem } from '../../model/plain-problem.ts'

const exit = process.exit.bind(process)
const [{ plugins, owners, timeout }] = (await once(process, 'message')) as [LoadOrder]
// Nobody listens any more.
process.once('disconnect', () => exit())

const folders = new Map(plugins.map(({ files: { name, directory, real } }) => [name, [directory, real]]))
let isOver = false
process.on('exit', (code) => {
  if (isOver) return
  const by = whoseCode()
  tell({ kind: 'exit', code, ...(by && { by }) })
})
captureUnhandled((name) => folders.get(name), report)

const loader = createLoader({
  cacheDirectory: undefined,
  owner: (path) => owners.find(({ real }) => real !== '' && path.startsWith(`${real}/`))?.name,
  onProblem: report,
})
const host = {
  context: {},
  timeouts: { activate: timeout, deactivate: timeout, drain: timeout },
  log: console,
  clock: realClock,
  closing: new AbortController().signal,
  onProblem: report,
  retry: () => undefined,
}
for (const { candidate, files } of plugins) {
  const { name } = files
  tell({ kind: 'compiling', name })
  const prepared = await loader.prepare(files)
  if ('problem' in prepared) report(prepared.problem)
  else {
    const parts = { candidate, code: prepared.code, settings: {}, identity: '', dependencies: [] }
    const generation = new Generation(parts, 1, host)
    tell({ kind: 'evaluating', name })
    try {
      await generation.evaluate()
      // A rejection is known to be unhandled only now.
      await setImmediate()
      await generation.stop()
    } catch (cause) {
      if (!(cause instanceof StepFailure)) throw cause
      report(cause.problem)
    }
  }
  tell({ kind: 'done', name })
}
await loader.close()
isOver = true
exit()

function report(problem: Problem): void {
  const hint = problem.code === 'ERR_PLUGIN_LOAD_TIMEOUT' ? LATE_HINT : problem.hint
  tell({ kind: 'problem', problem: { ...plainProblem(problem), hint } })
}

function tell(event: LoadEvent): void {
  writeSync(EVENTS_FD, `${JSON.stringify(event)}\n`)
}

/** Who is in the middle of something, seen from here. */
function whoseCode(): { name: string; place: CodePosition } | undefined {
  Error.stackTraceLimit = 100
  const here = new Error('here')
  for (const [name, directories] of folders) {
    const place = codePosition(here, directories)
    if (place) return { name, place }
  }
  return undefined
}
