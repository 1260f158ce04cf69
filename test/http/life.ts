import type { Scope } from '#src/model/plugin.js'
import type { SnapshotAdditions } from '#src/model/snapshot.js'

/** One generation, lived by hand. */
export interface Life {
  readonly scope: Scope
  activate(): Promise<void>
  publish(): void
  drain(): Promise<void>
  dispose(): Promise<void>
  settle(): void
  retries(): number
  additions(): SnapshotAdditions
}

/** A scope, and what the manager would do with it. */
export function life(name: string, generation = 1, prefix?: string): Life {
  const abort = new AbortController()
  let retries = 0
  const calls = {
    activate: [] as (() => unknown)[],
    publish: [] as (() => unknown)[],
    drain: [] as (() => unknown)[],
    dispose: [] as (() => unknown)[],
    settle: [] as (() => unknown)[],
    snapshot: [] as (() => SnapshotAdditions)[],
  }
  return {
    scope: {
      name,
      generation,
      signal: abort.signal,
      metadata: {
        name,
        version: '1.0.0',
        dependencies: {},
        optionalDependencies: {},
        engines: {},
        watch: [],
        routes: prefix === undefined ? {} : { prefix },
        reload: 'restart',
        enabled: true,
      },
      onActivate: (callback) => void calls.activate.push(callback),
      onPublish: (callback) => void calls.publish.push(callback),
      onDrain: (callback) => void calls.drain.push(callback),
      onDispose: (callback) => void calls.dispose.push(callback),
      onSettle: (callback) => void calls.settle.push(callback),
      onSnapshot: (callback) => void calls.snapshot.push(callback),
      retry: () => void (retries += 1),
      run: (code) => code(),
    },
    activate: async () => {
      for (const call of calls.activate) await call()
    },
    publish: () => {
      for (const call of calls.publish) call()
    },
    drain: async () => {
      await Promise.all(calls.drain.map(async (call) => call()))
    },
    dispose: async () => {
      abort.abort()
      for (const call of calls.dispose.toReversed()) await call()
    },
    settle: () => {
      for (const call of calls.settle) call()
    },
    retries: () => retries,
    additions: () => Object.assign({}, ...calls.snapshot.map((call) => call())) as SnapshotAdditions,
  }
}
