import { circles } from '../../decide/circles.ts'
import type { Verdict, Wanted } from '../../model/decision.ts'

/** What a start would make of a plugin; `missing`: it is needed, and no folder has it. */
export type GraphState = 'on' | 'off' | 'blocked' | 'invalid' | 'missing'

/** A dependency of one plugin on another. */
export interface GraphEdge {
  readonly name: string
  /** Semver; `*` takes any version. */
  readonly range: string
  readonly optional: boolean
  /** It leads back to the plugin that it comes from, through any number of others. */
  readonly circle: boolean
}

/** One plugin, with what it needs. */
export interface GraphPlugin {
  readonly name: string
  /** `null` where metadata.json could not be read, and for what is missing. */
  readonly version: string | null
  readonly state: GraphState
  /** Why it is in that state, in one line. */
  readonly because: string
  /** Sorted by name. */
  readonly dependencies: readonly GraphEdge[]
}

/** Who needs whom. */
export interface Graph {
  /** Sorted by name, with those that are missing. */
  readonly plugins: readonly GraphPlugin[]
  /** Where a tree begins: plugins that nobody needs, and one of each circle that nobody outside of it needs. */
  readonly roots: readonly string[]
  /** Groups of plugins that all need each other. */
  readonly circles: readonly (readonly string[])[]
}

/** The dependencies that plugins declare, optional ones too, whether or not they can be had. */
export function graphOf({ verdicts }: Wanted): Graph {
  const edges = new Map<string, readonly string[]>()
  for (const verdict of verdicts.values()) {
    const names = declared(verdict).map(({ name }) => name)
    edges.set(verdict.name, names)
  }
  for (const name of [...edges.values()].flat()) if (!edges.has(name)) edges.set(name, [])

  const groups = circles(edges)
  const groupOf = new Map<string, number>()
  for (const [at, group] of groups.entries()) for (const name of group) groupOf.set(name, at)
  const closes = (from: string, to: string): boolean =>
    groupOf.has(from) && groupOf.get(from) === groupOf.get(to)

  const plugins = [...edges.keys()].sort().map((name): GraphPlugin => {
    const verdict = verdicts.get(name)
    if (!verdict) {
      const because = 'no folder has a plugin of that name'
      return { name, version: null, state: 'missing', because, dependencies: [] }
    }
    return {
      name,
      version: verdict.candidate.metadata?.version ?? null,
      state: verdict.state === 'incomplete' ? 'invalid' : verdict.state,
      because: verdict.because,
      dependencies: declared(verdict).map((edge) => ({ ...edge, circle: closes(name, edge.name) })),
    }
  })
  return { plugins, roots: rootsOf(plugins, groups, closes), circles: groups }
}

function declared({ candidate: { metadata } }: Verdict): Omit<GraphEdge, 'circle'>[] {
  const needs = metadata?.dependencies ?? {}
  const likes = Object.entries(metadata?.optionalDependencies ?? {}).filter(
    ([name]) => !Object.hasOwn(needs, name),
  )
  return [
    ...Object.entries(needs).map(([name, range]) => ({ name, range, optional: false })),
    ...likes.map(([name, range]) => ({ name, range, optional: true })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function rootsOf(
  plugins: readonly GraphPlugin[],
  groups: readonly (readonly string[])[],
  closes: (from: string, to: string) => boolean,
): string[] {
  const needed = new Set<string>()
  for (const { name, dependencies } of plugins) {
    for (const edge of dependencies) if (!closes(name, edge.name)) needed.add(edge.name)
  }
  const grouped = new Set(groups.flat())
  const alone = plugins.filter(({ name }) => !needed.has(name) && !grouped.has(name)).map(({ name }) => name)
  const ofGroups = groups
    .filter((group) => !group.some((name) => needed.has(name)))
    .flatMap((group) => group.slice(0, 1))
  return [...alone, ...ofGroups].sort()
}
