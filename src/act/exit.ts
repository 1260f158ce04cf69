import { codePosition } from '../model/code-position.ts'
import type { Problem } from '../model/problem.ts'
import { attribution, keepAttribution } from './attribution.ts'

/** Who wants to know. */
interface Captor {
  /** The folders of a plugin, for the place in its code; `undefined` for one that is not theirs. */
  readonly folders: (plugin: string) => readonly string[] | undefined
  readonly onProblem: (problem: Problem) => void
}

/** Several managers of one process share the listener. */
const captors = new Set<Captor>()

/**
 * Says which plugin ends the process, if one calls `process.exit()`. Nothing in the process can stop it then, and
 * nothing else would tell who it was.
 * @param folders the folders of a plugin, for the place in its code; `undefined` for one that is not there
 * @returns a function that stops listening
 */
export function captureExit(folders: Captor['folders'], onProblem: Captor['onProblem']): () => void {
  const captor: Captor = { folders, onProblem }
  if (captors.size === 0) process.on('exit', onExit)
  captors.add(captor)
  const forget = keepAttribution()
  return () => {
    if (!captors.delete(captor)) return
    forget()
    if (captors.size === 0) process.off('exit', onExit)
  }
}

function onExit(code: number): void {
  const plugin = attribution()?.name
  if (plugin === undefined) return
  const here = new Error('here')
  for (const { folders, onProblem } of captors) {
    const own = folders(plugin)
    if (!own) continue
    onProblem({
      code: 'ERR_PLUGIN_EXIT',
      severity: 'error',
      plugin,
      ...codePosition(here, own),
      message: `${plugin} ended the process (exit code ${code}).`,
      hint: 'Take process.exit() out of it: the application ends with it.',
    })
  }
}
