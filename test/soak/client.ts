import { Agent, get } from 'node:http'
import { dice } from '../dice.ts'
import type { Garden } from './garden.ts'

const PER_SECOND = 200
const PATIENCE_MS = 15_000

interface Look {
  readonly version: number
  readonly generation: number
  /** Generation of the plugin below when this one was started. */
  readonly born?: number
  readonly below?: { readonly name: string; readonly version: number; readonly generation: number }
}

/** Asks at a steady pace, however long the answers take, and has every answer judged. */
export class Client {
  readonly wrong: string[] = []
  /** ms from when a question was due until its answer, since the last {@link Client.take}. */
  #latencies: number[] = []
  answers = 0
  /** Answers of plugins that were off. */
  off = 0
  readonly #garden: Garden
  readonly #names: readonly string[]
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #roll = dice(1)
  readonly #open = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(garden: Garden, port: number) {
    this.#garden = garden
    this.#names = [...garden.registers.keys()]
    this.#port = port
  }

  start(): void {
    const begun = performance.now()
    let asked = 0
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begun) / 1000) * PER_SECOND)
      for (; asked < due; asked += 1) this.#question(begun + ((asked + 1) / PER_SECOND) * 1000)
    }, 5)
  }

  /** Asks no more; resolves when the last answer is here. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#open)
    this.#agent.destroy()
  }

  /** The latencies of the answers that came since the last time. */
  take(): number[] {
    const taken = this.#latencies
    this.#latencies = []
    return taken
  }

  #question(due: number): void {
    const name = this.#names[this.#roll(this.#names.length)]!
    const asked = performance.now()
    const open = this.#ask(name)
      .then(({ status, body }) => {
        const answered = performance.now()
        this.answers += 1
        this.#latencies.push(answered - due)
        this.#judge(name, status, body, asked, answered)
      })
      .catch((cause: unknown) => this.#fail(name, `no answer: ${String(cause)}`))
      .finally(() => this.#open.delete(open))
    this.#open.add(open)
  }

  #ask(name: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const request = get(
        { host: '127.0.0.1', port: this.#port, path: `/${name}`, agent: this.#agent, timeout: PATIENCE_MS },
        (incoming) => {
          let body = ''
          incoming.setEncoding('utf8').on('data', (text: string) => (body += text))
          incoming.on('error', reject)
          incoming.on('end', () => resolve({ status: incoming.statusCode!, body }))
        },
      )
      request.on('error', reject)
      request.on('timeout', () => request.destroy(new Error(`none within ${PATIENCE_MS} ms`)))
    })
  }

  #judge(name: string, status: number, body: string, asked: number, answered: number): void {
    if (status === 404 && body === 'off') {
      this.off += 1
      this.#tell(name, this.#garden.registers.get(name)!.judge({ state: 'off', asked, answered }))
      return
    }
    if (status !== 200) return this.#fail(name, `${status} ${body}`)
    const looks = JSON.parse(body) as Look[]
    if (new Set(looks.map((look) => JSON.stringify(look))).size !== 1)
      return this.#fail(name, `two generations in one answer: ${body}`)
    const { version, generation, born, below } = looks[0]!
    this.#tell(name, this.#garden.registers.get(name)!.judge({ state: version, generation, asked, answered }))
    if (!below) return
    if (born !== below.generation)
      this.#fail(name, `started with generation ${born} of ${below.name}, and asks ${below.generation}`)
    const { version: state, generation: lower } = below
    this.#tell(
      name,
      this.#garden.registers.get(below.name)!.judge({ state, generation: lower, asked, answered }),
    )
  }

  #tell(name: string, wrong: string | undefined): void {
    if (wrong !== undefined) this.#fail(name, wrong)
  }

  #fail(name: string, why: string): void {
    this.wrong.push(`${Math.round(performance.now())} ms /${name}: ${why}`)
  }
}
