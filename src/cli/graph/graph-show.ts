import path from 'node:path'
import { noPlugins } from '../no-plugins.ts'
import { survey } from '../../survey.ts'
import type { GraphOptions } from '../graph.ts'
import { graphDot } from './graph-dot.ts'
import { graphMermaid } from './graph-mermaid.ts'
import { graphOf } from './graph-of.ts'
import { graphTree } from './graph-tree.ts'
import { printJson } from '../terminal/print-json.ts'
import { problemsNote } from '../problems/problems-note.ts'
import { surveyProblems } from '../problems/survey-problems.ts'
import { terminal } from '../terminal/terminal.ts'

/**
 * Prints the dependencies in the form that was asked for.
 * @returns the exit code: 1 if something is wrong
 */
export async function showGraph(options: GraphOptions): Promise<number> {
  const found = await survey(options)
  const graph = graphOf(found.wanted)
  const out = terminal(process.stdout, process.env)
  const notes = terminal(process.stderr, process.env)
  if (options.json) printJson({ directory: found.directory, config: found.configFile, ...graph })
  else if (options.mermaid) out.print(graphMermaid(graph))
  else if (options.dot) out.print(graphDot(graph))
  else if (graph.plugins.length > 0) out.print(graphTree(graph, out))
  if (graph.plugins.length === 0) {
    notes.print(noPlugins(path.relative(process.cwd(), found.directory) || '.'))
  }
  const problems = surveyProblems(found)
  problemsNote(problems, options, notes)
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0
}
