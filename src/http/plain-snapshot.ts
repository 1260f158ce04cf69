import type { Problem } from '../model/problem.ts'
import type { PluginSnapshot } from '../model/snapshot.ts'

/** A snapshot that `JSON.stringify` can take: of what was thrown, only the message. */
export function plainSnapshot(plugin: PluginSnapshot): PluginSnapshot {
  return plugin.problem ? { ...plugin, problem: plainProblem(plugin.problem) } : plugin
}

/** A problem that `JSON.stringify` can take: of what was thrown, only the message. */
function plainProblem(problem: Problem): Problem {
  const { cause, ...rest } = problem
  return cause === undefined ? rest : { ...rest, cause: causeMessage(cause) }
}

// Anything can be thrown: a cycle, a bigint, an object whose getters throw.
function causeMessage(cause: unknown): string {
  try {
    return String(typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause)
  } catch {
    return 'something that cannot be shown'
  }
}
