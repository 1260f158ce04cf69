import toposort from 'toposort'
import { block } from './block.ts'
import { circles } from './circles.ts'
import { depths } from './depths.ts'
import type { Blocked, Subject } from './subject.ts'
import { versionFits } from './version-fits.ts'

export interface Ordered {
  /** Names that can run: sorted, each preceded by its dependencies. */
  readonly order: readonly string[]
  /** Names that want to run and cannot. */
  readonly blocked: ReadonlyMap<string, Blocked>
  /** Of each name in `order`: its dependencies and those optional ones that run before it. Sorted. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>
  /** Optional dependencies that are there and not used: the plugin, and what is to be said of it. */
  readonly warnings: readonly (Blocked & { readonly plugin: string })[]
}

/**
 * toposort goes down one stack frame or more for each link of a chain, and a default stack holds 6,600 to 7,300 links
 * on Node 20, 22, 24 and 26. This leaves the caller more than a third of it.
 */
const DEEPEST = 4000

/**
 * Orders the plugins that want to run, dependencies first, the same whatever order they come in. A plugin that
 * cannot have its dependencies is blocked with its transitive dependents, and the others are ordered without them.
 */
export function order(subjects: ReadonlyMap<string, Subject>): Ordered {
  const blocked = block(subjects)
  const warnings: (Blocked & { readonly plugin: string })[] = []
  const all = link(subjects, blocked, warnings)
  const deep = depths(all)
  for (let deepest = DEEPEST; ; deepest = Math.floor(deepest / 2)) {
    const edges = new Map<string, readonly string[]>()
    const tooDeep: string[] = []
    for (const [name, dependencies] of all) {
      if ((deep.get(name) ?? 0) > deepest) tooDeep.push(name)
      else edges.set(name, dependencies)
    }
    const order = sort(edges)
    if (order === undefined) continue
    for (const name of tooDeep) blocked.set(name, depthProblem(deep.get(name) ?? 0, deepest))
    return { order, blocked, dependencies: edges, warnings }
  }
}

/** Each name that can run, sorted, with its dependencies and the optional ones that it can have. */
function link(
  subjects: ReadonlyMap<string, Subject>,
  blocked: ReadonlyMap<string, Blocked>,
  warnings: (Blocked & { readonly plugin: string })[],
): Map<string, readonly string[]> {
  const edges = new Map<string, readonly string[]>()
  const withOptional: string[] = []
  for (const name of [...subjects.keys()].sort()) {
    const subject = subjects.get(name)
    if (subject === undefined || subject.absent !== undefined || blocked.has(name)) continue
    const dependencies = Object.keys(subject.dependencies)
    for (const [optional, range] of Object.entries(subject.optionalDependencies)) {
      const other = subjects.get(optional)
      if (other === undefined || other.absent !== undefined || other.failed !== undefined) continue
      if (blocked.has(optional) || Object.hasOwn(subject.dependencies, optional)) continue
      if (versionFits(other.version, range)) {
        dependencies.push(optional)
        withOptional.push(name)
      } else {
        warnings.push({
          plugin: name,
          code: 'ERR_PLUGIN_DEPENDENCY_VERSION',
          because: `goes without its optional dependency ${optional}: it asks for ${range}, and ${optional} is ${other.version}`,
          hint: `Install a version of ${optional} that is in the range, or widen the range in the metadata.json of ${name}.`,
        })
      }
    }
    edges.set(name, dependencies.sort())
  }
  if (withOptional.length === 0) return edges
  for (const circle of circles(edges)) {
    const members = new Set(circle)
    for (const name of circle) {
      const subject = subjects.get(name)
      const closes = (to: string): boolean =>
        members.has(to) && !Object.hasOwn(subject?.dependencies ?? {}, to)
      const to = edges.get(name) ?? []
      for (const optional of to.filter(closes)) {
        warnings.push({
          plugin: name,
          code: 'ERR_PLUGIN_DEPENDENCY_CYCLE',
          because: `goes without its optional dependency ${optional}, which would close a circle`,
          hint: `Take ${optional} out of the "optionalDependencies" of ${name}, or break the circle elsewhere.`,
        })
      }
      edges.set(
        name,
        to.filter((one) => !closes(one)),
      )
    }
  }
  return edges
}

/** `undefined` if the stack that is left does not hold the deepest chain. */
function sort(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  // toposort starts with its last node and goes down the last edge first, and fills its answer from the end.
  const nodes = [...edges.keys()].toReversed()
  const pairs: [string, string][] = []
  for (const [name, dependencies] of edges) {
    for (let at = dependencies.length - 1; at >= 0; at--) pairs.push([name, dependencies[at] ?? ''])
  }
  if (pairs.length === 0) return nodes.toReversed()
  try {
    return toposort.array(nodes, pairs).toReversed()
  } catch {
    return undefined
  }
}

function depthProblem(depth: number, deepest: number): Blocked {
  return {
    code: 'ERR_PLUGIN_DEPENDENCY_DEPTH',
    because: `ends a chain of ${depth} dependencies, and at most ${deepest} can be ordered`,
    hint: 'Make the chain shorter.',
  }
}
