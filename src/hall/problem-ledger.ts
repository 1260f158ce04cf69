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
  #others = ''

  constructor(onProblem: (problem: Problem) => void) {
    this.#onProblem = onProblem
  }

  /** Standing problems first, then the latest that happened. */
  get current(): readonly Problem[] {
    return [...this.#standing.values(), ...this.#happened]
  }

  /** Something went wrong once. */
  note(problem: Problem): void {
    // What was thrown may hold on to the generation that threw it.
    this.#happened.push({ ...problem, cause: undefined })
    if (this.#happened.length > REMEMBERED) this.#happened.shift()
    this.#onProblem(problem)
  }

  /** Whether the problems of no single plugin are not those of the time before. */
  areNews(others: readonly Problem[]): boolean {
    return keyOf(others) !== this.#others
  }

  /**
   * Takes stock of what is wrong now.
   * @returns whether that differs from the time before
   */
  update(engine: Engine, others: readonly Problem[]): boolean {
    const before = this.#standing
    this.#others = keyOf(others)
    this.#standing = new Map()
    for (const problem of problemsOf(engine, others)) this.#standing.set(problemKey(problem), problem)
    const added = [...this.#standing].filter(([key]) => !before.has(key))
    for (const [, problem] of added) this.#onProblem(problem)
    return added.length > 0 || before.size !== this.#standing.size
  }
}

function keyOf(problems: readonly Problem[]): string {
  return problems.map(problemKey).join('\n')
}
