import type { Graph, GraphState } from './graph-of.ts'
import { printable } from '../terminal/terminal.ts'

/** Fill, stroke and text are given together, so that each reads on a light page and on a dark one. */
const STYLES: Readonly<Record<GraphState, string>> = {
  on: 'fill:#dcfce7,stroke:#15803d,color:#14532d',
  off: 'fill:#f3f4f6,stroke:#6b7280,color:#374151',
  blocked: 'fill:#fef3c7,stroke:#b45309,color:#78350f',
  invalid: 'fill:#fee2e2,stroke:#b91c1c,color:#7f1d1d',
  missing: 'fill:#ffffff,stroke:#b91c1c,color:#7f1d1d,stroke-dasharray:4',
}

/**
 * A Mermaid flowchart: an arrow leads from a plugin to what it needs, dotted where that is optional, red in a circle.
 * States are words in the boxes as well as colours.
 */
export function graphMermaid({ plugins }: Graph): string {
  // Names stand in labels only: `end` and the like are words of Mermaid's own.
  const ids = new Map(plugins.map(({ name }, at) => [name, `p${at}`]))
  const boxes = plugins.map(({ name, version, state }) => {
    const label = version === null ? escaped(name) : `${escaped(name)} ${escaped(version)}`
    return `  ${ids.get(name)}["${label}<br>${state}"]`
  })
  const arrows: string[] = []
  const inCircle: number[] = []
  for (const { name, dependencies } of plugins) {
    for (const edge of dependencies) {
      const said = [...(edge.optional ? ['optional'] : []), ...(edge.circle ? ['circle'] : [])].join(', ')
      const text = said === '' ? '' : `|${said}|`
      if (edge.circle) inCircle.push(arrows.length)
      arrows.push(`  ${ids.get(name)} ${edge.optional ? '-.->' : '-->'}${text} ${ids.get(edge.name)}`)
    }
  }
  const styles = Object.entries(STYLES).flatMap(([state, style]) => {
    const members = plugins.filter((plugin) => plugin.state === state).map(({ name }) => ids.get(name))
    return members.length === 0
      ? []
      : [`  classDef ${state} ${style}`, `  class ${members.join(',')} ${state}`]
  })
  const red = inCircle.length === 0 ? [] : [`  linkStyle ${inCircle.join(',')} stroke:#b91c1c`]
  return ['flowchart LR', ...boxes, ...arrows, ...styles, ...red].join('\n')
}

/** Whatever Mermaid could take for something of its own, as its entity codes. A folder can be named anything. */
function escaped(text: string): string {
  return printable(text).replace(/[^\p{L}\p{N} ._+-]/gu, (letter) => `#${letter.codePointAt(0)};`)
}
