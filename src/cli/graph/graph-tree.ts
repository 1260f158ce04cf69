import type { Graph, GraphEdge, GraphPlugin, GraphState } from './graph-of.ts'
import { printable, wrapped } from '../terminal/terminal.ts'
import type { Terminal, Tone } from '../terminal/terminal.ts'

const TONES: Readonly<Record<GraphState, Tone>> = {
  on: 'good',
  off: 'soft',
  blocked: 'odd',
  invalid: 'bad',
  missing: 'bad',
}

/** Columns of a terminal that has none: lines stay readable in a file, too. */
const WIDEST = 100
/** What stands right of the lines of the tree has at least this many columns. */
const ROOM = 30
/** Lines of why. */
const MOST_LINES = 3
const STEP = 3
const GAP = '  '

/**
 * Plugins as trees, each with what it needs below it. Fits the terminal from 60 columns up: what lies too deep goes on as
 * a tree of its own further down.
 */
export function graphTree({ plugins, roots }: Graph, terminal: Terminal): string {
  const width = Math.min(terminal.width, WIDEST)
  const deepest = Math.max(1, Math.floor((width - ROOM) / STEP))
  const known = new Map(plugins.map((plugin) => [plugin.name, plugin]))
  const lines: string[] = []
  const met = new Set<string>()
  const path = new Set<string>()
  const later = [...roots]

  const add = (plugin: GraphPlugin, edge: GraphEdge | undefined, lead: string, below: string): void => {
    const { name, dependencies } = plugin
    const again = met.has(name)
    const leaf = dependencies.length === 0
    const tooDeep = !again && !leaf && path.size >= deepest
    const mark = path.has(name) ? 'circle' : again && !leaf ? 'above' : tooDeep ? 'below' : undefined
    const marks = [...(edge?.optional ? ['optional'] : []), ...(mark === undefined ? [] : [mark])]
    const head = headOf(plugin, marks, lead, width)
    if (again || tooDeep) {
      lines.push(painted(head, terminal))
      if (tooDeep) later.push(name)
      return
    }
    met.add(name)
    const rail = below + (leaf ? '   ' : '│  ')
    const because = why(plugin)
    if (lengthOf(head) + because.length + 2 <= width) {
      lines.push(painted(head, terminal) + terminal.paint('soft', because === '' ? '' : `  ${because}`))
    } else {
      lines.push(painted(head, terminal))
      for (const text of broken(because, width - rail.length)) lines.push(terminal.paint('soft', rail + text))
    }
    path.add(name)
    for (const [at, next] of dependencies.entries()) {
      const last = at === dependencies.length - 1
      const [to, under] = last ? ['└─ ', '   '] : ['├─ ', '│  ']
      add(known.get(next.name)!, next, below + to, below + under)
    }
    path.delete(name)
  }
  // What lies too deep is added to it on the way.
  for (const name of later) if (!met.has(name)) add(known.get(name)!, undefined, '', '')
  return lines.join('\n')
}

/** The parts of a line, in their order. */
interface Head {
  readonly lead: string
  readonly name: string
  readonly version: string
  readonly state: GraphState
  readonly marks: string
}

function headOf(plugin: GraphPlugin, marks: readonly string[], lead: string, width: number): Head {
  const { state } = plugin
  const marked = marks.length > 0 ? ` (${marks.join(', ')})` : ''
  const left = width - lead.length - GAP.length - state.length - marked.length
  const name = printable(plugin.name)
  const version = plugin.version === null ? '' : ` ${printable(plugin.version)}`
  const fits = name.length + version.length <= left
  return { lead, name: shortened(name, left), version: fits ? version : '', state, marks: marked }
}

function lengthOf({ lead, name, version, state, marks }: Head): number {
  return [lead, name, version, GAP, state, marks].join('').length
}

function painted({ lead, name, version, state, marks }: Head, out: Terminal): string {
  const tone = marks.includes('circle') ? 'bad' : 'soft'
  return [
    out.paint('soft', lead),
    name,
    out.paint('soft', version),
    GAP,
    out.paint(TONES[state], state),
    out.paint(tone, marks),
  ].join('')
}

/** Why it does not run; of what is missing the state says it all. */
function why({ state, because }: GraphPlugin): string {
  return state === 'on' || state === 'missing' ? '' : printable(because)
}

function broken(text: string, width: number): string[] {
  const lines = wrapped(text, width)
  const kept = lines.slice(0, MOST_LINES).map((line) => shortened(line, width))
  if (lines.length > MOST_LINES) kept.push(shortened(`${kept.pop()}…`, width))
  return kept
}

function shortened(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
