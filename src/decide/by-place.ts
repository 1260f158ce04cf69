import type { Problem } from '../model/problem.ts'

/** Compares two problems of one file: in the order of the text, what has no place last. */
export function byPlace(one: Problem, other: Problem): number {
  return (one.line ?? Infinity) - (other.line ?? Infinity) || (one.column ?? 0) - (other.column ?? 0) || 0
}
