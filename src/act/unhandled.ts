import type { Problem } from '../model/problem.ts'
import { codePosition } from '../model/code-position.ts'
import { attributionOf, keepAttribution } from './attribution.ts'
import { messageOf } from './message-of.ts'

/** Who wants to know. */
interface Captor {
  /** The folders of a plugin, for the place in its code; `undefined` for one that is not theirs. */
  readonly folders: (plugin: string) => readonly string[] | undefined
  readonly onProblem: (problem: Problem) => void
}

/** Several managers of one process share the listeners: each must know whether anybody else listens. */
const captors = new Set<Captor>()

/**
 * Listens for unhandled rejections and uncaught exceptions of the process and reports those that a plugin caused, so
 * that they do not end it. All others take the way they would have taken.
 * @param folders the folders of a plugin, for the place in its code; `undefined` for one that is not there
 * @returns a function that stops listening
 */
export function captureUnhandled(folders: Captor['folders'], onProblem: Captor['onProblem']): () => void {
  const captor: Captor = { folders, onProblem }
  if (captors.size === 0) listen()
  captors.add(captor)
  const forget = keepAttribution()
  return () => {
    if (!captors.delete(captor)) return
    forget()
    if (captors.size === 0) stopListening()
  }
}

function listen(): void {
  process.on('uncaughtException', onException)
  process.on('unhandledRejection', onRejection)
}

function stopListening(): void {
  process.off('uncaughtException', onException)
  process.off('unhandledRejection', onRejection)
}

function onException(cause: unknown): void {
  if (report(cause, 'threw outside of any call')) return
  if (process.listenerCount('uncaughtException') > 1) return
  // The host's own: without our listener it ends the process as it always would.
  stopListening()
  setImmediate(() => {
    throw cause
  })
}

function onRejection(cause: unknown): void {
  if (report(cause, 'left a rejection unhandled')) return
  if (process.listenerCount('unhandledRejection') > 1) return
  throw cause
}

function report(cause: unknown, what: string): boolean {
  const plugin = attributionOf(cause)?.name
  if (plugin === undefined) return false
  const concerned = [...captors].filter(({ folders }) => folders(plugin))
  // Of a plugin that is gone by now, somebody should know all the same.
  for (const { folders, onProblem } of concerned.length > 0 ? concerned : captors) {
    onProblem({
      code: 'ERR_PLUGIN_UNHANDLED',
      severity: 'error',
      plugin,
      ...codePosition(cause, folders(plugin) ?? []),
      message: `${plugin} ${what}: ${messageOf(cause)}`,
      hint: 'Catch it where it happens: await the promise, or try and catch in the callback.',
      cause,
    })
  }
  return true
}
