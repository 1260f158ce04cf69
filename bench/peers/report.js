import { whenOf } from './merged.js'
import { SHOWN } from './shown.js'
import { aheadLines, targetLines } from './verdicts.js'

/** The results as Markdown. */
export function report(results) {
  const { machine, versions, options, measures, seconds } = results
  const total = Object.values(seconds).reduce((sum, one) => sum + one, 0)
  const parts = [
    '# plugbay beside others',
    `Written by \`npm run bench:peers\`, ${machine.date} UTC, in ${Math.round(total / 60)} minutes: Node ${machine.node}, ${machine.system}, ${machine.cpu}, ${machine.memory}.`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `Plugins of three modules each, generated alike for each; what is edited is two modules below the entry. Each contender is set up as its documentation says (the addresses are in \`bench/peers/contenders\`), and runs in processes of its own; ${options.repeat} of each kind, all contenders in turn in another order each time. Compare the rows, not the milliseconds: the machine was measured, too.`,
    '## To reach',
    table(targetLines(results)),
    'As safe as plugbay: waits until a write is finished, goes on with the old version, undisposed, after either broken save, and takes the mended one.',
    '## Where plugbay is not first',
    aheadLines(results),
  ]
  for (const [id, rows] of Object.entries(measures)) {
    const { title, about, table: shown } = SHOWN[id]
    const when = whenOf(rows, machine)
    parts.push(
      `## ${title}`,
      when ? `${about} ${when}` : about,
      table(shown(rows)),
      `![${title}](charts/${id}.svg)`,
    )
  }
  return parts.join('\n\n')
}

/** A table of Markdown. */
export function table({ head, lines }) {
  const cells = [head, ...lines]
  const widths = head.map((_, at) => Math.max(...cells.map((line) => line[at].length), 3))
  const print = (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [print(head), rule, ...lines.map(print)].join('\n')
}
