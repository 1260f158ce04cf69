import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const NOTICED = new Set(['Killed', 'Timeout'])
const MISSED = new Set(['Survived', 'NoCoverage'])

/** One table row a file. */
export function report(mutants) {
  const files = new Map()
  for (const mutant of mutants) {
    const name = relative('dist', mutant.fileName)
    files.set(name, [...(files.get(name) ?? []), mutant])
  }
  return [
    '| file | mutants | killed | survived | score |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...[...files].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, list]) => row(name, list)),
    row('all', mutants),
  ].join('\n')
}

export function isMissed({ status }) {
  return MISSED.has(status)
}

/** Where it is in the compiled file, what was there, and what the mutant has in its place. */
export function survivor({ fileName, location, status, replacement = '' }) {
  const { start, end } = location
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line)
  lines.push((lines.pop() ?? '').slice(0, end.column - 1))
  const was = lines.join('\n').slice(start.column - 1)
  const place = `${relative(process.cwd(), fileName)}:${start.line}:${start.column}`
  const untested = status === 'NoCoverage' ? ' (runs in no test)' : ''
  return `${place}${untested}  ${short(was)}  =>  ${short(replacement)}`
}

function row(name, mutants) {
  const killed = mutants.filter(({ status }) => NOTICED.has(status)).length
  const survived = mutants.filter(isMissed).length
  const score = killed + survived === 0 ? '–' : `${((100 * killed) / (killed + survived)).toFixed(1)} %`
  return `| ${name} | ${killed + survived} | ${killed} | ${survived} | ${score} |`
}

function short(text) {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}
