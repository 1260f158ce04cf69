import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Problem } from '../../model/problem.ts'
import type { Survey } from '../../survey.ts'
import { EVENTS_FD, LATE_HINT } from './load-order.ts'
import type { LoadEvent, LoadOrder } from './load-order.ts'

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const CHILD = fileURLToPath(import.meta.resolve('./check-load.child.js'))
/** Compiling, and importing packages, is given that long at least, in ms. */
const COMPILING = 30_000
/** What does not heed its limit is given that much more before it is ended, in ms. */
const GRACE = 500

/**
 * Compiles and evaluates plugins, one after another, in a process of their own, without `activate`. One that ends the
 * process, or does not come to an end, is what is wrong with that plugin; the others go on in a new process.
 * @param timeout for each plugin, in ms
 */
export async function checkLoad(
  names: readonly string[],
  found: Survey,
  timeout: number,
): Promise<Problem[]> {
  const problems: Problem[] = []
  let waiting = names
  while (waiting.length > 0) {
    const round = await run(waiting, found, timeout)
    problems.push(...round.problems)
    waiting = round.left
  }
  return problems
}

interface Round {
  readonly problems: Problem[]
  readonly left: readonly string[]
}

/** One process, for as long as it lives. */
async function run(names: readonly string[], found: Survey, timeout: number): Promise<Round> {
  const stdio = ['ignore', 2, 2, 'ipc', 'pipe'] as const
  const child = fork(CHILD, { serialization: 'advanced', stdio: [...stdio] })
  // One that loops would not hear that nobody listens any more.
  const give = (signal: NodeJS.Signals): void => {
    child.kill('SIGKILL')
    process.kill(process.pid, signal)
  }
  for (const signal of ENDS) process.once(signal, give)
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  child.send(orderFor(names, found, timeout))

  const problems: Problem[] = []
  const left = new Set(names)
  let current: string | undefined
  let exit: (LoadEvent & { kind: 'exit' }) | undefined
  let alarm: NodeJS.Timeout | undefined
  let isLate = false
  const limit = (ms: number | undefined): void => {
    clearTimeout(alarm)
    if (ms === undefined) return
    alarm = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, ms)
  }
  for await (const line of createInterface({ input: child.stdio[EVENTS_FD] as Readable })) {
    const event = JSON.parse(line) as LoadEvent
    if (event.kind === 'problem') problems.push(event.problem)
    else if (event.kind === 'exit') exit = event
    else {
      current = event.kind === 'done' ? undefined : event.name
      if (event.kind === 'compiling') limit(Math.max(timeout, COMPILING))
      else limit(event.kind === 'evaluating' ? timeout + GRACE : undefined)
      if (event.kind === 'done') left.delete(event.name)
    }
  }
  limit(undefined)
  const [code, signal] = await ended
  for (const one of ENDS) process.off(one, give)
  if (left.size === 0 && !exit?.by) return { problems, left: [] }

  const culprit = (isLate ? undefined : exit?.by?.name) ?? current
  if (culprit === undefined) throw new Error(`The process that loads plugins ended (${signal ?? code}).`)
  left.delete(culprit)
  problems.push(
    isLate ? late(culprit, found, timeout) : endedBy(culprit, found, signal ?? exit?.code ?? code, exit),
  )
  return { problems, left: [...left] }
}

function orderFor(names: readonly string[], { wanted, facts }: Survey, timeout: number): LoadOrder {
  const plugins = names.flatMap((name) => {
    const { candidate } = wanted.verdicts.get(name)!
    const { directory, real, entry, metadata } = candidate
    const files = facts.get(directory)?.files
    if (entry === undefined || metadata === undefined || files === undefined) return []
    // What was thrown cannot always be sent, and what is wrong is known by now.
    return [
      { candidate: { ...candidate, metadata, problems: [] }, files: { name, directory, real, entry, files } },
    ]
  })
  const owners = [...wanted.verdicts.values(), ...wanted.rejected].map(({ candidate: { name, real } }) => ({
    name,
    real,
  }))
  return { plugins, owners, timeout }
}

function late(name: string, found: Survey, timeout: number): Problem {
  return {
    ...base(name, found),
    code: 'ERR_PLUGIN_LOAD_TIMEOUT',
    message: `${name} was not loaded within ${timeout} ms.`,
    hint: LATE_HINT,
  }
}

function endedBy(
  name: string,
  found: Survey,
  how: number | string | null,
  exit: (LoadEvent & { kind: 'exit' }) | undefined,
): Problem {
  const what = typeof how === 'string' ? `signal ${how}` : `exit code ${how}`
  return {
    ...base(name, found),
    ...exit?.by?.place,
    code: 'ERR_PLUGIN_LOAD',
    message: `${name} ended the process while it was loaded (${what}).`,
    hint: 'Take process.exit() and the like out of it: the application would end with it.',
  }
}

function base(name: string, { wanted }: Survey): Pick<Problem, 'severity' | 'plugin' | 'file'> {
  const { directory, entry } = wanted.verdicts.get(name)!.candidate
  return { severity: 'error', plugin: name, file: `${directory}/${entry}` }
}
