import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Commands of the kernel that put a process where something is scarce. */
export interface Recipe {
  readonly command: readonly string[]
  /** Why the kernel refuses it here; `false` if it does not. */
  readonly refused: string | false
}

/** A namespace of its own in which a shell first runs `setup`: limits, mounts. */
export function namespaceWith(setup: string, flags = '-Urm'): Recipe {
  return recipe(['unshare', flags, 'sh', '-c', `${setup} && exec "$@"`, 'sh'])
}

/** As a user who owns nothing, and may not read what is not everybody's. */
export function asNobody(): Recipe {
  const command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  return recipe(command, [process.execPath, '--check', fileURLToPath(import.meta.url)])
}

function recipe(command: readonly string[], probe: readonly string[] = ['true']): Recipe {
  const [name = '', ...rest] = [...command, ...probe]
  const { status, stderr, error } = spawnSync(name, rest, { encoding: 'utf8' })
  return { command, refused: status === 0 ? false : `${name}: ${error?.message ?? stderr.trim()}` }
}

/** Runs `<name>.child.js` of this folder so, and gives what it printed as JSON. It must end by itself, with 0. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the shape
export async function cook<T>({ command }: Recipe, name: string, ...values: readonly string[]): Promise<T> {
  const file = fileURLToPath(new URL(`./${name}.child.js`, import.meta.url))
  const [first = '', ...rest] = [...command, process.execPath, file, ...values]
  const child = spawn(first, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ENABLED_PLUGINS: undefined },
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (ended, signal) => resolve(ended ?? signal))
  })
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}:\n${out}${err}`)
  return JSON.parse(out) as T
}
