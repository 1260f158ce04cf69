import type { Problem } from './problem.ts'

/** A problem as JSON has it. */
export type PlainProblem = Omit<Problem, 'cause'>

/** Leaves out what was thrown: it can be anything, also what has no JSON, and its message is part of the problem's. */
export function plainProblem(problem: Problem): PlainProblem {
  const plain: { -readonly [K in keyof Problem]: Problem[K] } = { ...problem }
  delete plain.cause
  return plain
}
