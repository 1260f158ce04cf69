import { codePosition } from '../model/code-position.ts'
import type { Candidate } from '../model/decision.ts'
import type { Problem, ProblemCode } from '../model/problem.ts'
import type { Clock } from '../model/system.ts'
import type { EffectsOptions, EffectTrouble } from './effects.ts'
import type { GenerationHost } from './generation.ts'
import { messageOf } from './message-of.ts'
import { problemOf } from './load/problem-of.ts'

const failures = new WeakSet<object>()

/** Carries a problem out of a step that failed. */
export class StepFailure extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message, { cause: problem.cause })
    this.problem = problem
    failures.add(this)
  }
}

/** Not by `instanceof`, which a proxy that a plugin throws could answer by throwing. */
export function isStepFailure(cause: unknown): cause is StepFailure {
  return typeof cause === 'object' && cause !== null && failures.has(cause)
}

const MEND = 'Mend it and save; the next good save takes over.'

const commonjs = /^(?:exports|module|require) is not defined\b/
const USE_EXPORT = 'It is an ES module: write import and export, or call the file .cjs.'

const HINTS: Partial<Record<ProblemCode, string>> = {
  ERR_PLUGIN_LOAD: MEND,
  ERR_PLUGIN_LOAD_TIMEOUT:
    'Let its top-level await settle; move slow work into activate, or raise timeouts.activate.',
  ERR_PLUGIN_EXPORTS: 'export function activate(ctx) { … }, by name or in a default export.',
  ERR_PLUGIN_CONTEXT: "Mend the host's `context` function.",
  ERR_PLUGIN_ACTIVATE: MEND,
  ERR_PLUGIN_ACTIVATE_TIMEOUT:
    'Heed ctx.signal, await neither slow work nor the manager, or raise timeouts.activate.',
  ERR_PLUGIN_PUBLISH: "Mend the onPublish callback in the host's `context`.",
  ERR_PLUGIN_DRAIN_TIMEOUT: 'They are cut off. Raise timeouts.drain if they need longer.',
  ERR_PLUGIN_DEACTIVATE: 'Mend it. The rest was undone all the same; no state is handed over.',
  ERR_PLUGIN_DEACTIVATE_TIMEOUT: 'It was given up; the rest was undone. Let deactivate settle.',
  ERR_PLUGIN_DISPOSE: 'Mend it. The rest was undone all the same.',
  ERR_PLUGIN_DISPOSE_TIMEOUT: 'It was given up; the rest was undone. Let the disposer settle.',
  ERR_PLUGIN_LATE_EFFECT: 'It was undone at once. Check ctx.signal.aborted after each await.',
}

/** What can go wrong in the life of one generation, put into words. */
export class GenerationProblems implements EffectsOptions {
  /** For each disposer, in ms. */
  readonly timeout: number
  readonly clock: Clock
  readonly #candidate: Candidate
  readonly #number: number
  readonly #onProblem: (problem: Problem) => void
  #lateReported = false

  constructor(
    candidate: Candidate,
    number: number,
    { timeouts, clock, onProblem }: Pick<GenerationHost, 'timeouts' | 'clock' | 'onProblem'>,
  ) {
    this.#candidate = candidate
    this.#number = number
    this.timeout = timeouts.deactivate
    this.clock = clock
    this.#onProblem = onProblem
  }

  /** A disposer went wrong. */
  onTrouble(trouble: EffectTrouble): void {
    if (trouble.kind === 'threw') this.warn('ERR_PLUGIN_DISPOSE', 'threw in a disposer', trouble.cause)
    else this.warn('ERR_PLUGIN_DISPOSE_TIMEOUT', `did not finish a disposer within ${this.timeout} ms`)
  }

  /** Something was registered after the end; said once. */
  onLate(): void {
    if (this.#lateReported) return
    this.#lateReported = true
    this.warn('ERR_PLUGIN_LATE_EFFECT', `registered something after generation ${this.#number} had ended`)
  }

  /** A step that did not do what it must. */
  failure(code: ProblemCode, what: string): StepFailure {
    return new StepFailure(this.#problem(code, what))
  }

  /** A step that threw. What the loader knows better (a syntax error, a missing import) is said as it says it. */
  thrown(code: ProblemCode, what: string, cause: unknown): StepFailure {
    const message = messageOf(cause)
    const problem = {
      ...this.#problem(code, `${what}: ${message}`),
      ...this.#position(cause),
      ...(commonjs.test(message) && { hint: USE_EXPORT }),
      cause,
    }
    return new StepFailure({ ...problem, ...problemOf(cause), plugin: this.#candidate.name })
  }

  /** Something that harms nobody else, and that somebody should know. */
  warn(code: ProblemCode, what: string, cause?: unknown): void {
    this.#onProblem({
      ...this.#problem(code, cause === undefined ? `${what}.` : `${what}: ${messageOf(cause)}`),
      ...this.#position(cause),
      severity: 'warning',
      ...(cause !== undefined && { cause }),
    })
  }

  #problem(code: ProblemCode, what: string): Problem {
    const { name, directory, entry } = this.#candidate
    return {
      code,
      severity: 'error',
      plugin: name,
      ...(entry !== undefined && directory !== '' && { file: `${directory}/${entry}` }),
      message: `${name} ${what}`,
      hint: HINTS[code] ?? '',
    }
  }

  #position(cause: unknown): object {
    const { directory, real } = this.#candidate
    return codePosition(cause, directory === '' ? [] : [directory, real]) ?? {}
  }
}
