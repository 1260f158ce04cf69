import type { ProblemCode } from '../model/problem.ts'

/** One plugin, as far as the order must know it. */
export interface Subject {
  readonly name: string
  readonly version: string
  /** By name, with a semver range; `*` takes any version. */
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  /** Set where the plugin is not going to run: what a dependent says of it. */
  readonly absent?: { readonly code: ProblemCode; readonly because: string; readonly hint: string }
  /** Set where it should run, and does not, as it could not be started: what went wrong. */
  readonly failed?: string
}

/** Why a plugin that is on cannot run. */
export interface Blocked {
  readonly code: ProblemCode
  /** One line that goes on from the plugin's name: `needs db, which is off (…)`. */
  readonly because: string
  readonly hint: string
  /** From this plugin to what blocks it, both ends included; a very long one has `…` in its middle. */
  readonly path?: readonly string[]
  /** Set for a member of a circle, not for what depends on one. */
  readonly circle?: true
}
