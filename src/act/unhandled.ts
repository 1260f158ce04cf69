import type { Problem } from '../model/problem.ts'
import { attributionOf } from './attribution.ts'
import { codePosition } from '../model/code-position.ts'
import { messageOf } from './message-of.ts'

/**
 * Listens for unhandled rejections and uncaught exceptions of the process and reports those that a plugin caused, so
 * that they do not end it. All others take the way they would have taken.
 * @param folder the folder of a plugin, for the place in its code
 * @returns a function that stops listening
 */
export function captureUnhandled(
  folder: (plugin: string) => string | undefined,
  onProblem: (problem: Problem) => void,
): () => void {
  const onException = (cause: unknown): void => {
    if (report(cause, 'threw outside of any call')) return
    if (process.listenerCount('uncaughtException') > 1) return
    // The host's own: without our listener it ends the process as it always would.
    stop()
    setImmediate(() => {
      throw cause
    })
  }
  const onRejection = (cause: unknown): void => {
    if (report(cause, 'left a rejection unhandled')) return
    if (process.listenerCount('unhandledRejection') > 1) return
    throw cause
  }
  const report = (cause: unknown, what: string): boolean => {
    const plugin = attributionOf(cause)?.name
    if (plugin === undefined) return false
    const directory = folder(plugin)
    onProblem({
      code: 'ERR_PLUGIN_UNHANDLED',
      severity: 'error',
      plugin,
      ...(directory !== undefined && codePosition(cause, [directory])),
      message: `${plugin} ${what}: ${messageOf(cause)}`,
      hint: 'Catch it where it happens: await the promise, or try and catch in the callback.',
      cause,
    })
    return true
  }
  const stop = (): void => {
    process.off('uncaughtException', onException)
    process.off('unhandledRejection', onRejection)
  }
  process.on('uncaughtException', onException)
  process.on('unhandledRejection', onRejection)
  return stop
}
