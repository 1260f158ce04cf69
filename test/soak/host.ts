import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type ToHost = 'memory' | 'end'

export interface Memory {
  readonly kind: 'memory'
  readonly rss: number
  /** Bytes after a collection. */
  readonly heap: number
  readonly listeners: number
}

interface End {
  readonly kind: 'end'
  /** How often each problem was told. */
  readonly codes: Readonly<Record<string, number>>
  /** Generations that went live. */
  readonly starts: number
  /** Names of plugins for which something was left to do. */
  readonly left: readonly string[]
  readonly states: readonly {
    readonly name: string
    readonly state: string
    readonly problem?: string
  }[]
}

export type FromHost = { readonly kind: 'port'; readonly port: number } | Memory | End

/** The host process. */
export interface Host {
  readonly pid: number
  readonly port: number
  memory(): Promise<Memory>
  /** Closes it, and resolves with how it ended. */
  end(): Promise<End & { readonly exit: number | string }>
  /** Why the process has ended, if it has. */
  readonly gone: string | undefined
  kill(): void
}

/** Starts the host on a folder. */
export async function startHost(directory: string, config: string, cache: string): Promise<Host> {
  const file = fileURLToPath(new URL('host.child.js', import.meta.url))
  const child = fork(file, [directory, config, cache], { execArgv: ['--expose-gc'] })
  let gone: string | undefined
  const exit = once(child, 'exit').then(([code, signal]) => {
    gone = `the host ended: ${String(code ?? signal)}`
    return (code ?? signal) as number | string
  })
  const { port } = await heard(child, 'port', exit)
  return {
    pid: child.pid!,
    port,
    get gone() {
      return gone
    },
    memory: () => asked(child, 'memory', 'memory', exit),
    end: async () => ({ ...(await asked(child, 'end', 'end', exit)), exit: await exit }),
    kill: () => void child.kill('SIGKILL'),
  }
}

function asked<K extends FromHost['kind']>(
  child: ChildProcess,
  question: ToHost,
  kind: K,
  exit: Promise<unknown>,
): Promise<Extract<FromHost, { kind: K }>> {
  const answer = heard(child, kind, exit)
  child.send(question)
  return answer
}

function heard<K extends FromHost['kind']>(
  child: ChildProcess,
  kind: K,
  exit: Promise<unknown>,
): Promise<Extract<FromHost, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const take = (said: FromHost): void => {
      if (said.kind !== kind) return
      child.off('message', take)
      resolve(said as Extract<FromHost, { kind: K }>)
    }
    child.on('message', take)
    void exit.then((how) => reject(new Error(`the host ended (${String(how)}) before it said ${kind}`)))
  })
}
