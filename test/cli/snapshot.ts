import type { PluginSnapshot } from '#src/model/snapshot.js'

/** A snapshot of a plugin that runs, but for what is said. */
export function snapshot(name: string, more: Partial<PluginSnapshot> = {}): PluginSnapshot {
  return {
    name,
    version: '1.0.0',
    state: 'active',
    generation: 1,
    because: 'unlisted is "on"',
    problem: undefined,
    ms: 2.34,
    dependencies: [],
    dependents: [],
    description: undefined,
    directory: `/app/plugins/${name}`,
    decision: undefined,
    timings: { load: 1, activate: 1.34, reload: 12.3 },
    reloads: 0,
    failures: 0,
    ...more,
  }
}
