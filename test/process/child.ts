import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a child process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** Runs `<name>.child.js` of this folder to its end; one that takes longer than `limit` ms is killed. */
export function runChild(name: string, values: readonly string[] = [], limit = 30_000): Promise<Ended> {
  const file = fileURLToPath(new URL(`./${name}.child.js`, import.meta.url))
  const child = spawn(process.execPath, [file, ...values], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ENABLED_PLUGINS: undefined },
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), limit)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, out, err })
    })
  })
}
