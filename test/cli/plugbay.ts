import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { MAIN } from '../process/running.js'

/** What a process printed, and how it ended. */
export interface Printed {
  readonly code: number | string
  readonly out: string
  readonly err: string
}

/** Runs the built `plugbay` to its end. */
export function plugbay(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Printed> {
  return execute(process.execPath, [MAIN, ...args], cwd, env)
}

/** Runs a command to its end, or ends it after 60 s. */
export async function execute(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
  input = '',
): Promise<Printed> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|ENABLE|FORCE_COLOR|NO_COLOR)/.test(name),
  )
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text))
  child.stdin.on('error', () => undefined).end(input)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code: code ?? signal ?? '?', out, err }
}

/** A folder with a `plugbay` in it, as a package's bin is; for PATH. */
export async function binFolder(cwd: string): Promise<string> {
  const bin = path.join(cwd, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(path.join(bin, 'plugbay'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`)
  await chmod(path.join(bin, 'plugbay'), 0o755)
  return bin
}

/** The JSON that was printed, after it was compared with its published schema. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the shape
export function conforming<T = any>(text: string, schema: string): T {
  const file = fileURLToPath(new URL(`../../../schema/${schema}.schema.json`, import.meta.url))
  const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as object,
  )
  const value = JSON.parse(text) as T
  assert.ok(validate(value), JSON.stringify(validate.errors, null, 1))
  return value
}

/** Whether a program is installed; the reason to skip a test if it is not. */
export function missing(program: string): string | false {
  return spawnSync(program, ['--version']).error ? `${program} is not installed` : false
}

export const metadata = (name: string, more: object = {}): string =>
  `${JSON.stringify({ name, version: '1.0.0', ...more }, null, 2)}\n`
