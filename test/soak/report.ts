import { readFileSync } from 'node:fs'
import { arch, cpus, platform, release } from 'node:os'
import type { Kept } from '../process/reload-resources.ts'
import type { Format } from '../plugin-code.ts'
import { megabytes } from './mixed.ts'
import type { Mixed } from './mixed.ts'
import { plot } from './plot.ts'

/** Where and when it ran. */
export interface Setting {
  readonly date: string
  readonly node: string
  readonly chokidar: string
  readonly system: string
}

/** What ran, as it is kept between runs of the parts. */
export interface Results {
  readonly reloads?: { readonly setting: Setting; readonly kept: Readonly<Partial<Record<Format, Kept>>> }
  readonly mixed?: { readonly setting: Setting } & Mixed
}

/** This machine, now. */
export function settingNow(): Setting {
  const file = new URL('../../../node_modules/chokidar/package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    chokidar: version,
    system: `${platform()} ${release()} ${arch()}, ${cpus().length} CPUs`,
  }
}

/** The files of the report, by name. */
export function reportFiles({ reloads, mixed }: Results): Record<string, string> {
  return {
    'README.md':
      [
        '# Soak',
        '`npm run soak` wrote this page. It reloads and edits for as long as `PLUGBAY_RELOADS` and `PLUGBAY_SOAK_MINUTES` say, and fails if anything below is not as it should be.',
        ...(mixed ? mixedText(mixed) : []),
        ...(reloads ? reloadsText(reloads) : []),
      ].join('\n\n') + '\n',
    ...(mixed && plots(mixed)),
  }
}

function mixedText(mixed: NonNullable<Results['mixed']>): string[] {
  const { samples, latency, lag, done, problems } = mixed
  const [first, last] = [samples[Math.ceil(samples.length / 5)]!, samples.at(-1)!]
  const listed = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')
  const ms = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(', ')
  return [
    `## ${mixed.minutes} minutes of edits, toggles and breakage under 200 requests a second`,
    `${where(mixed.setting)}. A host process with eight plugins (CommonJS, ES modules, TypeScript; three of them a chain), the default settings, and \`node:http\`. Another process edits them (in place, in two writes, by rename, as vim does; in bursts), breaks and mends them, turns them off and on in the config, removes, makes and swaps their folders, and asks. An answer is wrong if its version was not in the files at any time between question and answer, or if a newer one had been seen before; a 404 is right only for a plugin that is off.`,
    table([
      ['answers', String(mixed.answers)],
      ['wrong, refused or late by more than 15 s; changes never shown', String(mixed.wrong.length)],
      ['404 of plugins that were off', String(mixed.off)],
      ['generations that went live', String(mixed.starts)],
      ['done', listed(done)],
      ['problems told', listed(problems)],
      ['ms to an answer: p50, p99, p99.9, max', ms(latency)],
      ['ms from a change to the answer that shows it: p50, p99, max', ms(lag)],
      ['heap after a collection, MB: warm, end', `${megabytes(first.heap)}, ${megabytes(last.heap)}`],
      ['RSS, MB: warm, end', `${megabytes(first.rss)}, ${megabytes(last.rss)}`],
      ['descriptors without connections, warm and end', `${first.files}, ${last.files}`],
      ['inotify watches, warm and end', `${first.watches}, ${last.watches}`],
    ]),
    'Part of the heap is machine code, which V8 goes on making for minutes; with `--no-opt --no-sparkplug` the heap stays as it is.',
    '![Memory over time](memory.svg)',
    '![Latency over time](latency.svg)',
  ]
}

function reloadsText({ setting, kept }: NonNullable<Results['reloads']>): string[] {
  const found = Object.entries(kept)
  return [
    `## ${found[0]?.[1].reloads} reloads of each kind of module`,
    `${where(setting)}. Each reload restarts two plugins, of which one depends on the other. Compared is what the process holds after a tenth of the reloads and after all of them; the heap after a collection, with \`--no-opt --no-sparkplug --no-compilation-cache\`: machine code and V8's own cache of sources are not counted.`,
    [
      '| | old generations alive | descriptors | inotify watches | listeners | heap, MB | ms a reload |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...found.map(([format, { alive, before, after, ms, reloads }]) => {
        const pair = (what: 'descriptors' | 'watches' | 'listeners'): string =>
          `${before[what]}, ${after[what]}`
        const heap = `${megabytes(before.heap)}, ${megabytes(after.heap)}`
        return `| ${format} | ${alive} | ${pair('descriptors')} | ${pair('watches')} | ${pair('listeners')} | ${heap} | ${(ms / reloads).toFixed(1)} |`
      }),
    ].join('\n'),
  ]
}

function plots({ samples }: Mixed): Record<string, string> {
  const line = (of: (sample: Mixed['samples'][number]) => number): [number, number][] =>
    samples.map((sample) => [sample.second, of(sample)])
  return {
    'memory.svg': plot({
      title: 'Memory of the host',
      unit: 'MB',
      along: 'seconds',
      series: [
        { name: 'RSS', points: line(({ rss }) => rss / 2 ** 20) },
        { name: 'heap, collected', points: line(({ heap }) => heap / 2 ** 20) },
      ],
    }),
    'latency.svg': plot({
      title: 'From question to answer',
      unit: 'ms',
      along: 'seconds',
      logarithmic: true,
      series: [
        { name: 'p50', points: line(({ p50 }) => p50) },
        { name: 'p99', points: line(({ p99 }) => p99) },
        { name: 'slowest', points: line(({ max }) => max) },
      ],
    }),
  }
}

function where({ date, node, chokidar, system }: Setting): string {
  return `${date}, Node ${node}, chokidar ${chokidar}, ${system}`
}

function table(rows: readonly (readonly [string, string])[]): string {
  return ['| | |', '| --- | --- |', ...rows.map(([what, value]) => `| ${what} | ${value} |`)].join('\n')
}
