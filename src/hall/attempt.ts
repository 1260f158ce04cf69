import type { Verdict } from '../model/decision.ts'
import type { Problem } from '../model/problem.ts'
import { codeFiles, preparedIdentity } from './identity.ts'
import type { Intent } from './intent.ts'
import type { Roster } from './roster.ts'

/** What a plugin was to be started with: unless this differs, an attempt that failed would fail again. */
export interface Attempt {
  /** Of what it was made. */
  readonly identity: string | undefined
  /** The names of its code files: a module that was missing may have come. */
  readonly files: string
  readonly dependencies: readonly string[]
  /** The generations of these that ran. */
  readonly beside: string
}

/** An attempt that failed, and why. */
export interface FailedAttempt extends Attempt {
  readonly problem: Problem
}

/** The attempt that would be made now. */
export function attemptOf(verdict: Verdict, roster: Roster, intent: Intent): Attempt {
  const facts = intent.facts(verdict)
  const { name, dependencies } = verdict
  return {
    identity: preparedIdentity(intent.files, roster.slots.get(name), verdict)?.text,
    files: facts ? codeFiles(facts) : '',
    dependencies,
    beside: generations(dependencies, roster),
  }
}

/** The same attempt, made beside those who run by now. */
export function besideNewest(failed: FailedAttempt, roster: Roster): FailedAttempt {
  return { ...failed, beside: generations(failed.dependencies, roster) }
}

export function sameAttempt(one: Attempt, other: Attempt): boolean {
  return one.identity === other.identity && one.beside === other.beside && one.files === other.files
}

function generations(names: readonly string[], roster: Roster): string {
  return names.map((name) => roster.slots.get(name)?.live?.sequence ?? 0).join()
}
