import { isPluginError } from '../../model/problem.ts'
import type { Problem } from '../../model/problem.ts'

const known = new WeakMap<object, Problem>()

/**
 * The problem that an error stands for, where the loader knows one: a syntax error, an import that cannot be resolved,
 * another plugin's file. `undefined` for what the plugin's own code threw.
 */
export function problemOf(error: unknown): Problem | undefined {
  if (isPluginError(error)) return error.problem
  return typeof error === 'object' && error !== null ? known.get(error) : undefined
}

/** Remembers the problem that an error stands for, for as long as the error lives. */
export function rememberProblem(error: unknown, problem: Problem): void {
  if (typeof error === 'object' && error !== null) known.set(error, problem)
}
