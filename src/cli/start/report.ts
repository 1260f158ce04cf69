import type { Problem } from '../../model/problem.ts'
import type { Change } from './changes.ts'
import { printable, wrapped } from '../terminal/terminal.ts'
import type { Terminal, Tone } from '../terminal/terminal.ts'
import { where } from '../terminal/where.ts'

/** Says what happens, line by line. */
export interface Reporter {
  /** One line: when, who, what. */
  line(who: string, what: string, tone?: Tone): void
  change(change: Change): void
  /** When, who, `file:line:column code message`, and the hint below. */
  problem(problem: Problem): void
  /** The same without the time, for the report of a start. */
  listed(problem: Problem): void
  /** What a request came to that the plugin did not answer. */
  thrown(who: string, what: string, place: Place | undefined): void
}

type Place = Pick<Problem, 'file' | 'line' | 'column'>

interface Part {
  readonly text: string
  readonly tone?: Tone
}

/** Room for a name before what is said of it. */
const NAME_WIDTH = 10
/** Before what goes on from the line above. */
const INDENT = '  '

/**
 * @param from files are shown relative to this folder
 * @param now the time of day to print, `HH:MM:SS`
 */
export function reporter(terminal: Terminal, from: string, now: () => string = timeOfDay): Reporter {
  const say = (lead: string, parts: readonly Part[]): void => {
    const room = terminal.width - INDENT.length
    const lines = parts.flatMap(({ text, tone }, i) =>
      wrapped(printable(text), room, i === 0 ? terminal.width - lead.length : room).map((line, j) => {
        const begin = i === 0 && j === 0 ? terminal.paint('soft', lead) : INDENT
        return begin + (tone ? terminal.paint(tone, line) : line)
      }),
    )
    terminal.print(lines.join('\n'))
  }
  const lead = (who: string): string => `${now()}  ${printable(who).padEnd(NAME_WIDTH)}  `
  const described = (problem: Problem): Part[] => [
    {
      text: [where(problem, from), problem.code, problem.message].filter(Boolean).join(' '),
      tone: problem.severity === 'error' ? 'bad' : 'odd',
    },
    { text: problem.hint, tone: 'soft' },
  ]
  return {
    line: (who, text, tone) => say(lead(who), [{ text, ...(tone && { tone }) }]),
    change: ({ name, what, tone }) => say(lead(name), [{ text: what, tone }]),
    problem: (problem) => say(lead(problem.plugin ?? '-'), described(problem)),
    listed: (problem) => say('', described(problem)),
    thrown: (who, what, place) =>
      say(lead(who), [
        { text: [where(place ?? {}, from), what].filter(Boolean).join(' '), tone: 'bad' },
        { text: 'The client got a 500.', tone: 'soft' },
      ]),
  }
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8)
}
