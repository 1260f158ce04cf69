import type { Graph, GraphState } from './graph-of.ts'
import { printable } from '../terminal/terminal.ts'

const FILLS: Readonly<Record<GraphState, string>> = {
  on: '#dcfce7',
  off: '#f3f4f6',
  blocked: '#fef3c7',
  invalid: '#fee2e2',
  missing: '#ffffff',
}

/**
 * A graph for graphviz: an arrow leads from a plugin to what it needs, dashed where that is optional, red in a circle.
 * States are words in the boxes as well as colours.
 */
export function graphDot({ plugins }: Graph): string {
  const boxes = plugins.map(({ name, version, state }) => {
    const label = [version === null ? name : `${name} ${version}`, state].map(escaped).join('\\n')
    const dashed = state === 'missing' ? ', style="rounded,dashed"' : ''
    return `  "${escaped(name)}" [label="${label}", fillcolor="${FILLS[state]}"${dashed}]`
  })
  const arrows = plugins.flatMap(({ name, dependencies }) =>
    dependencies.map((edge) => {
      const said = [...(edge.optional ? ['optional'] : []), ...(edge.circle ? ['circle'] : [])].join(', ')
      const attributes = [
        ...(said === '' ? [] : [`label="${said}"`]),
        ...(edge.optional ? ['style=dashed'] : []),
        ...(edge.circle ? ['color="#b91c1c"'] : []),
      ]
      const list = attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`
      return `  "${escaped(name)}" -> "${escaped(edge.name)}"${list}`
    }),
  )
  return [
    'digraph plugins {',
    '  rankdir=LR',
    '  node [shape=box, style="rounded,filled", fontname="sans-serif"]',
    '  edge [fontname="sans-serif"]',
    ...boxes,
    ...arrows,
    '}',
  ].join('\n')
}

/** Graphviz reads backslashes and HTML entities in labels. A folder can be named anything. */
function escaped(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}
