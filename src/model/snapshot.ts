import type { Decision } from './decision.ts'
import type { Plan } from './plan.ts'
import type { Problem } from './problem.ts'

export type PluginState =
  | 'found'
  | 'invalid'
  | 'off'
  | 'blocked'
  | 'loading'
  | 'active'
  | 'failed'
  | 'stopping'

/** One route of a plugin. */
export interface Route {
  /** `ALL` for every method. */
  readonly method: string
  /** With the plugin's prefix, as the framework writes patterns. */
  readonly path: string
}

/** What a plugin answers, and has answered since its first start. */
export interface HttpSnapshot {
  readonly prefix: string
  readonly routes: readonly Route[]
  readonly requests: number
  /** Requests that ended in an error of the plugin's code. */
  readonly errors: number
  readonly inFlight: number
}

/** What a host may add to a plugin's snapshot. */
export interface SnapshotAdditions {
  /** Given by the routes of `plugbay/hono`, `/express`, `/fastify` and `/http`. */
  readonly http?: HttpSnapshot
}

/** One plugin, at one moment. Plain data. */
export interface PluginSnapshot extends SnapshotAdditions {
  readonly name: string
  readonly version: string | undefined
  readonly state: PluginState
  /** The generation that is live, or was last; 0 before the first. */
  readonly generation: number
  /** Why it is in this state, in one line. */
  readonly because: string
  /** The newest error; `undefined` when all is well. */
  readonly problem: Problem | undefined
  /** Milliseconds that its last start took: load and activate. */
  readonly ms: number
  readonly dependencies: readonly string[]
  readonly dependents: readonly string[]
  readonly description: string | undefined
  readonly directory: string
  readonly decision: Decision | undefined
  /** Milliseconds of the last load, the last activate, and the last reload from plan to publish. */
  readonly timings: { readonly load: number; readonly activate: number; readonly reload: number }
  /** Starts after the first that went live. */
  readonly reloads: number
  /** Attempts that did not go live. */
  readonly failures: number
}

/** The outcome of one look: names by what became of them. */
export interface Report {
  readonly active: readonly string[]
  readonly off: readonly string[]
  readonly blocked: readonly string[]
  readonly failed: readonly string[]
  readonly invalid: readonly string[]
  /** Active plugins in the order of their start. */
  readonly order: readonly string[]
  readonly problems: readonly Problem[]
  /** Milliseconds from the look to the publish. */
  readonly ms: number
}

/** What `manager.on` can hear. */
export interface ManagerEvents {
  /** A plugin changed its state. */
  state: {
    readonly name: string
    readonly from: PluginState | undefined
    readonly to: PluginState
    readonly plugin: PluginSnapshot
  }
  /** A plan with something in it is about to be applied. */
  plan: Plan
  /** A plan was applied. */
  report: Report
  /** A problem came up that was not there before. */
  problem: Problem
  /** The watcher heard something, or is in trouble. */
  watch: { readonly kind: 'hint' | 'ready' | 'trouble'; readonly path: string; readonly problem?: Problem }
}
