import type { Scope } from '#src/model/plugin.js'

/** One generation, lived by hand. */
export interface Life {
  readonly scope: Scope
  publish(): void
  drain(): Promise<void>
  dispose(): Promise<void>
}

/** A scope, and what the manager would do with it. */
export function life(name: string, generation = 1, prefix?: string): Life {
  const abort = new AbortController()
  const calls = {
    publish: [] as (() => unknown)[],
    drain: [] as (() => unknown)[],
    dispose: [] as (() => unknown)[],
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
      onPublish: (callback) => void calls.publish.push(callback),
      onDrain: (callback) => void calls.drain.push(callback),
      onDispose: (callback) => void calls.dispose.push(callback),
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
  }
}
