// One table row a file, and every mutant that no test noticed, with its place in the compiled file.
import { relative } from 'node:path'

const NOTICED = new Set(['Killed', 'Timeout'])
const MISSED = new Set(['Survived', 'NoCoverage'])

export function report(mutants) {
  const files = new Map()
  for (const mutant of mutants) {
    if (!NOTICED.has(mutant.status) && !MISSED.has(mutant.status)) continue
    const file = relative(process.cwd(), mutant.fileName)
    files.set(file, [...(files.get(file) ?? []), mutant])
  }
  const survivors = [...files].flatMap(([file, list]) =>
    list.filter(({ status }) => MISSED.has(status)).map((mutant) => survivor(file, mutant)),
  )
  const rows = [...files].sort().map(([file, list]) => row(file.replace(/^dist\//, ''), list))
  return [
    ...survivors,
    '',
    '| file | mutants | killed | survived | score |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows,
    row('all', [...files.values()].flat()),
  ].join('\n')
}

function row(name, mutants) {
  const killed = mutants.filter(({ status }) => NOTICED.has(status)).length
  const score = ((100 * killed) / mutants.length).toFixed(1)
  return `| ${name} | ${mutants.length} | ${killed} | ${mutants.length - killed} | ${score} % |`
}

function survivor(file, { location, mutatorName, status, replacement }) {
  const { line, column } = location.start
  const text = (replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 100)
  return `${file}:${line + 1}:${column + 1} ${mutatorName}${status === 'NoCoverage' ? ' (runs in no test)' : ''}: ${text}`
}
