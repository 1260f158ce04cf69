import path from 'node:path'
import type { Problem } from '../../model/problem.ts'

/** `file:line:column`, relative to a folder; empty for a problem of no file. */
export function where(
  { file, line, column }: Pick<Problem, 'file' | 'line' | 'column'>,
  from: string,
): string {
  if (file === undefined) return ''
  const short = path.relative(from, file)
  return [short === '' || short.startsWith(`..${path.sep}..`) ? file : short, line, column]
    .filter((part) => part !== undefined)
    .join(':')
}
