import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { afterwards } from '../../afterwards.ts'

/** `disabling`: 404 is allowed, and final for a path. `off`: nothing else is. Before these, 200 alone. */
export type Phase = 'warm' | 'quiet' | 'reloads' | 'disabling' | 'off' | 'end'

/** To the generator: what is expected from now on. It tells when it has so many answers. */
export interface Order {
  readonly phase: Phase
  readonly until: number
}

/** What a plugin saw at one moment. */
export interface Seen {
  /** The generation of a. */
  readonly a?: number
  /** The generation of the b that answers. */
  readonly b: number
  /** The generation of b that a was started with. */
  readonly born?: number
}

/** Milliseconds. */
export interface Figures {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

interface Outcome {
  readonly failed: number
  /** The first of them. */
  readonly failures: readonly string[]
  /** How many generations of a were seen. */
  readonly pairs: number
  readonly figures: Readonly<Partial<Record<Phase, Figures>>>
}

/** From the generator. */
export interface Said {
  readonly phase: Phase
  readonly enough?: true
  readonly outcome?: Outcome
}

/** A load generator in a process of its own. */
export interface Load {
  /** Tells what is expected from now on, and waits for so many answers. */
  enter(phase: Phase, until?: number): Promise<void>
  end(): Promise<Outcome>
}

/** Starts the generator against a port; it asks until it is told to end. */
export async function loadOn(t: TestContext, port: number): Promise<Load> {
  const file = fileURLToPath(new URL('load.child.js', import.meta.url))
  const child = fork(file, [String(port)], { execArgv: [] })
  afterwards(t, () => child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  const next = async (): Promise<Said> => {
    const ended = exit.then(([code]) => {
      throw new Error(`the load generator ended with ${String(code)}`)
    })
    const [said] = (await Promise.race([once(child, 'message'), ended])) as [Said]
    return said
  }
  await next()
  return {
    async enter(phase, until = 0) {
      const said = next()
      child.send({ phase, until } satisfies Order)
      await said
    },
    async end() {
      const said = next()
      child.send({ phase: 'end', until: 0 } satisfies Order)
      const { outcome } = await said
      await exit
      return outcome!
    },
  }
}
