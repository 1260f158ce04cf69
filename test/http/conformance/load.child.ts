import { Agent, get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Figures, Order, Phase, Said, Seen } from './load.ts'

/** Asks the plugins a and b over many connections, and judges every answer. */

const CONNECTIONS = 32
const PATHS = ['/a', '/b', '/a/stream'] as const
const MAY_BE_GONE: ReadonlySet<Phase> = new Set<Phase>(['disabling', 'off', 'end'])
const port = Number(process.argv[2])

interface Progress extends Figures {
  readonly times: number[]
}

const progress = new Map<Phase, Progress>()
const failures: string[] = []
/** The generation of b that each generation of a was seen with. */
const pairs = new Map<number, number>()
const highest = { a: 0, b: 0 }
const gone = new Set<string>()
let failed = 0
let phase: Phase = 'warm'
let enough: (() => void) | undefined

function fail(path: string, why: string): void {
  failed += 1
  if (failures.length < 20) failures.push(`${phase} ${path}: ${why}`)
}

async function client(agent: Agent, offset: number): Promise<void> {
  for (let i = offset; phase !== 'end'; i++) {
    const path = PATHS[i % PATHS.length]!
    const asked = { phase, highest: { ...highest }, gone: gone.has(path), at: performance.now() }
    try {
      const { status, body } = await ask(agent, path)
      progress.get(asked.phase)?.times.push(performance.now() - asked.at)
      if (status === 404) {
        if (MAY_BE_GONE.has(phase)) gone.add(path)
        else fail(path, '404')
      } else if (status !== 200) fail(path, `${status} ${body}`)
      else if (asked.phase === 'off' || asked.gone) fail(path, `answers, although it was gone: ${body}`)
      else judge(path, body, asked.highest)
    } catch (error) {
      fail(path, String(error))
    }
    enough?.()
  }
}

function ask(agent: Agent, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (incoming: IncomingMessage) => {
      let body = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (text: string) => (body += text))
      incoming.on('error', reject)
      incoming.on('end', () => resolve({ status: incoming.statusCode!, body }))
    }).on('error', reject)
  })
}

/** One answer tells what it saw at several moments: all of that must be of one generation, and no older than what was seen. */
function judge(path: string, body: string, floor: { readonly a: number; readonly b: number }): void {
  const moments = body.trim().split('\n')
  if (new Set(moments).size !== 1 || moments.length !== 3) return fail(path, `mixes generations: ${body}`)
  const { a, b, born } = JSON.parse(moments[0]!) as Seen
  if (born !== undefined && born !== b) return fail(path, `a was started with ${born} and asks ${b}`)
  if (a !== undefined) {
    if (a < floor.a) fail(path, `a went back from ${floor.a} to ${a}`)
    if ((pairs.get(a) ?? b) !== b) fail(path, `a ${a} was seen with b ${pairs.get(a)} and with ${b}`)
    pairs.set(a, b)
    highest.a = Math.max(highest.a, a)
  }
  if (b < floor.b) fail(path, `b went back from ${floor.b} to ${b}`)
  highest.b = Math.max(highest.b, b)
}

function say(said: Said): void {
  process.send!(said)
}

function figures({ times }: Progress): Figures {
  const sorted = Float64Array.from(times).sort()
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

process.on('message', (order: Order) => {
  phase = order.phase
  if (phase === 'end') return
  const begun = progress.get(phase) ?? { times: [], count: 0, p50: 0, p99: 0, max: 0 }
  progress.set(phase, begun)
  const goal = begun.times.length + order.until
  enough = () => {
    if (begun.times.length < goal) return
    enough = undefined
    say({ phase: order.phase, enough: true })
  }
  if (order.until === 0) enough()
})

const agents = Array.from({ length: CONNECTIONS }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
say({ phase, enough: true })
await Promise.all(agents.map((agent, i) => client(agent, i)))
for (const agent of agents) agent.destroy()
say({
  phase,
  outcome: {
    failed,
    failures,
    pairs: pairs.size,
    figures: Object.fromEntries([...progress].map(([name, each]) => [name, figures(each)])),
  },
})
process.disconnect()
