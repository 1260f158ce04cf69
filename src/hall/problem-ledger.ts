import type { Problem } from '../model/problem.ts'
import type { Engine } from './engine.ts'
import { problemKey, problemsOf } from './view.ts'

/** How many problems that only happened (a disposer threw, a rejection nobody caught) are remembered. */
const REMEMBERED = 100

/** What is wrong now, and what went wrong lately; says each new problem once. */
export class ProblemLedger {
  readonly #onProblem: (problem: Problem) => void
  readonly #happened: Problem[] = []
  #standing = new Map<string, Problem>()

  constructor(onProblem: (problem: Problem) => void) {
    this.#onProblem = onProblem
  }

  /** Standing problems first, then the latest that happened. */
  get current(): readonly Problem[] {
    return [...this.#standing.values(), ...this.#happened]
  }

  /** Something went wrong once. */
  note(problem: Problem): void {
    this.#happened.push(problem)
    if (this.#happened.length > REMEMBERED) this.#happened.shift()
    this.#onProblem(problem)
  }

  /** Takes stock of what is wrong now. */
  update(engine: Engine, others: readonly Problem[]): void {
    const before = this.#standing
    this.#standing = new Map()
    for (const problem of problemsOf(engine, others)) this.#standing.set(problemKey(problem), problem)
    for (const [key, problem] of this.#standing) if (!before.has(key)) this.#onProblem(problem)
  }
}
