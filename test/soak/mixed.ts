import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { descriptors } from '../process/descriptors.ts'
import { Client } from './client.ts'
import { Garden } from './garden.ts'
import { Gardener } from './gardener.ts'
import { startHost } from './host.ts'
import type { Host, Memory } from './host.ts'

const SAMPLE_MS = 5000
/** Of the whole time, in which everything that is made once is made; V8 makes machine code for minutes. */
const WARM = 0.2
/** What a heap may have grown by when the last quarter is compared with what was after the warm-up. */
const GROWTH = 1.1

interface Sample {
  readonly second: number
  readonly rss: number
  readonly heap: number
  readonly listeners: number
  readonly descriptors: number
  /** Descriptors that are no connections. */
  readonly files: number
  readonly watches: number
  /** ms, of the answers since the sample before. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** What the soak came to. */
export interface Mixed {
  readonly minutes: number
  readonly answers: number
  readonly off: number
  readonly done: Readonly<Record<string, number>>
  /** Generations that went live. */
  readonly starts: number
  readonly problems: Readonly<Record<string, number>>
  /** ms: p50, p99, p99.9, max. */
  readonly latency: readonly number[]
  /** ms from a change to the first answer that showed it: p50, p99, max. */
  readonly lag: readonly number[]
  readonly samples: readonly Sample[]
  /** Answers that were not right, or did not come, and changes that none showed. */
  readonly wrong: readonly string[]
  /** These, and whatever else should not be. */
  readonly failures: readonly string[]
}

/** Edits, toggles and breaks plugins of a host process that is asked 200 times a second, and judges every answer. */
export async function mixed(minutes: number): Promise<Mixed> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'plugbay-soak-')))
  const garden = new Garden(root)
  const host = await startHost(garden.plugins, garden.config, join(root, 'cache'))
  try {
    return await tend(garden, host, minutes)
  } finally {
    host.kill()
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function tend(garden: Garden, host: Host, minutes: number): Promise<Mixed> {
  const client = new Client(garden, host.port)
  const gardener = new Gardener(garden)
  const samples: Sample[] = []
  const all: number[] = []
  const begun = performance.now()
  const take = async (): Promise<void> => {
    const memory: Memory = await host.memory()
    const latencies = client.take()
    for (const each of latencies) all.push(each)
    const [p50, p99, max] = parts(latencies, [0.5, 0.99, 1])
    samples.push({
      second: Math.round((performance.now() - begun) / 1000),
      rss: memory.rss,
      heap: memory.heap,
      listeners: memory.listeners,
      ...descriptors(host.pid),
      p50: p50!,
      p99: p99!,
      max: max!,
    })
    const { wrong } = client
    process.stderr.write(
      `${samples.at(-1)!.second} s: ${client.answers} answers, ${wrong.length} wrong, heap ${(memory.heap / 1e6).toFixed(1)} MB, p99 ${p99!.toFixed(1)} ms\n`,
    )
  }
  client.start()
  const end = begun + minutes * 60_000
  let isOver = false
  const sampling = (async () => {
    while (!isOver && host.gone === undefined) {
      await delay(SAMPLE_MS)
      if (!isOver) await take()
    }
  })()
  await gardener.work(end, () => host.gone !== undefined)
  isOver = true
  await sampling
  // Everything is good and on, and nothing moves.
  await delay(1000)
  await take()
  await client.stop()
  const { exit, codes, starts, left, states } = await host.end()

  const wrong = [...client.wrong, ...gardener.lost]
  const failures = [...wrong]
  if (exit !== 0) failures.push(`the host ended with ${exit}`)
  if (left.length > 0) failures.push(`not done in the end: ${left.join()}`)
  for (const { name, state, problem } of states)
    if (state !== 'active' || problem !== undefined)
      failures.push(`${name} is ${state} in the end, ${problem}`)
  failures.push(...grown(samples))
  return {
    minutes,
    answers: client.answers,
    off: client.off,
    done: gardener.done,
    starts,
    problems: codes,
    latency: parts(all, [0.5, 0.99, 0.999, 1]),
    lag: parts(gardener.lags, [0.5, 0.99, 1]),
    samples,
    wrong,
    failures,
  }
}

/** What is not flat. */
function grown(samples: readonly Sample[]): string[] {
  const warm = samples.slice(Math.ceil(samples.length * WARM))
  const quarter = Math.max(1, Math.floor(warm.length / 4))
  const heap = (list: readonly Sample[]): number =>
    list.reduce((sum, sample) => sum + sample.heap, 0) / list.length
  const [first, last] = [warm.slice(0, quarter), warm.slice(-quarter)]
  const failures: string[] = []
  const [before, after] = [heap(first), heap(last)]
  if (after > before * GROWTH)
    failures.push(
      `the heap grows: ${megabytes(before)} MB in the first quarter, ${megabytes(after)} MB in the last`,
    )
  // Connections come and go, and what is listened to is closed and opened.
  for (const what of ['files', 'watches', 'listeners'] as const) {
    const [then, now] = [first, last].map(
      (list) =>
        parts(
          list.map((sample) => sample[what]),
          [0.5],
        )[0]!,
    )
    if (now! > then! + 5) failures.push(`${what}: ${then} in the first quarter, ${now} in the last`)
  }
  return failures
}

/** Bytes as MB. */
export function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}

function parts(values: readonly number[], at: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort()
  return at.map((part) => sorted[Math.ceil((sorted.length - 1) * part)] ?? 0)
}
