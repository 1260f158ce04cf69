import path from 'node:path'
import { noPlugins } from '../no-plugins.ts'
import type { Decision, Verdict } from '../../model/decision.ts'
import { survey } from '../../survey.ts'
import { columns } from '../terminal/columns.ts'
import { printJson } from '../terminal/print-json.ts'
import type { ListOptions } from '../list.ts'
import { plainProblem } from '../../model/plain-problem.ts'
import type { PlainProblem } from '../../model/plain-problem.ts'
import { problemLines } from '../problems/problem-lines.ts'
import { problemsNote } from '../problems/problems-note.ts'
import { placed, surveyProblems } from '../problems/survey-problems.ts'
import { nameColumns } from '../terminal/table.ts'
import { terminal } from '../terminal/terminal.ts'
import { VERDICT_TONES } from '../terminal/verdict-tones.ts'

interface ListedPlugin {
  readonly name: string
  readonly version: string | null
  readonly state: Verdict['state']
  readonly because: string
  readonly directory: string
  readonly description: string | null
  readonly dependencies: readonly string[]
  readonly dependents: readonly string[]
  readonly decision: Decision | null
  readonly problem: PlainProblem | null
}

/**
 * Prints what a start would do with each plugin.
 * @returns the exit code: 1 if something is wrong
 */
export async function listPlugins(options: ListOptions): Promise<number> {
  const found = await survey(options)
  const problems = surveyProblems(found)
  const verdicts = [...found.wanted.verdicts.values(), ...found.wanted.rejected].sort(byName)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const code = errors > 0 ? 1 : 0
  if (options.json) {
    const plugins = verdicts.map((verdict): ListedPlugin => {
      const { name, state, because, candidate, dependencies, decision, problem } = verdict
      return {
        name,
        version: candidate.metadata?.version ?? null,
        state,
        because,
        directory: candidate.directory,
        description: candidate.metadata?.description ?? null,
        dependencies,
        dependents: found.wanted.dependents.get(name) ?? [],
        decision: decision ?? null,
        problem: problem ? plainProblem(placed(problem, found)) : null,
      }
    })
    const { directory, configFile: config } = found
    printJson({ directory, config, plugins, problems: problems.map(plainProblem) })
    return code
  }
  const out = terminal(process.stdout, process.env)
  const notes = terminal(process.stderr, process.env)
  const shown = path.relative(process.cwd(), found.directory) || '.'
  if (verdicts.length === 0) notes.print(noPlugins(shown))
  else {
    const heads = [...nameColumns(out), { head: 'STATE' }]
    const rows = verdicts.map(({ name, state, because, candidate }) => ({
      cells: [name, candidate.metadata?.version ?? '-', state, because],
      tone: { column: 2, tone: VERDICT_TONES[state] },
    }))
    out.print(columns(heads, 'WHY', rows, out))
  }
  // What decides about all of them is not to be missed.
  for (const problem of problems.filter(
    ({ plugin, severity }) => plugin === undefined && severity === 'error',
  ))
    notes.print(problemLines(problem, process.cwd(), notes))
  problemsNote(problems, options, notes)
  return code
}

function byName(a: Verdict, b: Verdict): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
