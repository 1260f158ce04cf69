import { targets } from './targets.js'

/** The results as Markdown, for the terminal and for RESULTS.md alike. */
export function report(results) {
  const { machine, edit, cold, http, memory } = results
  const { versions } = machine
  return [
    `Node ${machine.node}, ${machine.system}, ${machine.cpu}, ${machine.memory}, ${machine.date} UTC; ` +
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    section('Targets', targets(results), {
      target: ({ what }) => what,
      'to reach': ({ limit }) => limit,
      measured: ({ measured, unit }) => `${round(measured)} ${unit}`,
      '': ({ reached }) => (reached ? 'reached' : '**missed**'),
    }),
    section('Edit to live', edit, {
      N: ({ count }) => count,
      kind: ({ kind }) => kind,
      settle: ({ settle }) => (settle === 'engine' ? '0' : '45 ms'),
      'plugbay ms': ({ plugbay }) => spread(plugbay),
      'p95 ms': ({ plugbay }) => round(plugbay?.p95),
      'floor ms': ({ floor }) => spread(floor),
      'times the floor': ({ against }) => times(against),
      missed: ({ missed }) => missed,
    }),
    section('Cold start', cold, {
      N: ({ count }) => count,
      plugins: ({ start }) => start,
      'plugbay ms': ({ plugbay }) => spread(plugbay),
      'not watching ms': ({ unwatched }) => spread(unwatched),
      'floor ms': ({ floor }) => spread(floor),
      'times the floor': ({ against }) => times(against),
      'not watching': ({ unwatchedAgainst }) => times(unwatchedAgainst),
      'import plugbay ms': ({ imported }) => round(imported?.median),
    }),
    section('Throughput of one route', http, {
      framework: ({ framework }) => framework,
      'live requests/s': ({ live }) => spread(live),
      'direct requests/s': ({ direct }) => spread(direct),
      'live of direct': ({ against }) => times(against),
      'by pair of processes': ({ against }) => against.pairs.map(round).join(', '),
      'live CPU µs': ({ cpu }) => spread(cpu.live),
      'direct CPU µs': ({ cpu }) => spread(cpu.direct),
      'CPU of direct': ({ cpu }) => times(cpu.against),
    }),
    section('Memory of watching', memory, {
      N: ({ count }) => count,
      watching: ({ watch }) => (watch ? 'yes' : 'no'),
      'RSS MB': ({ rss }) => round(rss / 1e6),
      'heap MB': ({ heap }) => round(heap / 1e6),
      'inotify watches': ({ watches }) => watches ?? 'not told',
      'all watched after ms': ({ readyMs }) => round(readyMs),
    }),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function section(title, rows, columns) {
  if (!rows || rows.length === 0) return ''
  const lines = [
    Object.keys(columns),
    ...rows.map((row) => Object.values(columns).map((of) => String(of(row)))),
  ]
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => line[at].length), 3))
  const print = (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [`## ${title}`, '', print(lines[0]), rule, ...lines.slice(1).map(print)].join('\n')
}

function spread(summary) {
  return summary ? `${round(summary.median)} (${round(summary.p25)} to ${round(summary.p75)})` : 'none'
}

function times(against) {
  return against ? `${round(against.ratio)} (${round(against.p25)} to ${round(against.p75)})` : 'none'
}

function round(value) {
  if (value === undefined || Number.isNaN(value)) return ''
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0)
}
