import type { Problem } from '../../model/problem.ts'
import { folded } from '../terminal/folded.ts'
import { where } from '../terminal/where.ts'
import type { Terminal } from '../terminal/terminal.ts'

/**
 * A problem as editors and terminals know it: `file:line:column: code: message`, and below it, indented, what to do.
 * A warning says that it is one before its message.
 * @param from files are shown relative to this folder
 */
export function problemLines(problem: Problem, from: string, out: Terminal): string {
  const { severity, code, message, hint } = problem
  const isWarning = severity === 'warning'
  const text = [where(problem, from), code, isWarning ? 'warning' : '', message].filter(Boolean).join(': ')
  const lines = [folded(out, text, { tone: isWarning ? 'odd' : 'bad' })]
  if (hint !== '') lines.push(folded(out, hint, { first: '  ', rest: '  ', tone: 'soft' }))
  return lines.join('\n')
}
