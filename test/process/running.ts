import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

/** The built command line. */
export const MAIN: string = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

/** A `plugbay` in a process of its own. */
export interface Running {
  readonly child: ChildProcess
  readonly url: string
  /** Everything printed to stdout so far. */
  readonly said: () => string
  readonly complained: () => string
  /** Waits until stdout matches, from the end of the last match on. */
  says(pattern: RegExp): Promise<void>
  /** `status body` of a path. */
  get(path: string, init?: RequestInit): Promise<string>
  /** Waits until a path answers so. */
  gives(path: string, answer: string): Promise<void>
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>
}

/** A folder of files, gone after the test. */
export async function folder(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'plugbay-cli-'))
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  await put(directory, files)
  return directory
}

/** Writes files into a folder. */
export async function put(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

/** Runs `plugbay` until the test ends. `url` is known once it has been printed. */
export function run(
  t: TestContext,
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Running {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|ENABLE|FORCE_COLOR)/.test(name),
  )
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
  })
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  t.after(async () => {
    child.kill('SIGKILL')
    await exit
  })
  let out = ''
  let err = ''
  let read = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text))
  const get = async (at: string, init?: RequestInit): Promise<string> => {
    const response = await fetch(running.url + at, init)
    return `${response.status} ${await response.text()}`
  }
  const running: Running = {
    child,
    exit,
    said: () => out,
    complained: () => err,
    get url() {
      const [url] = /http:\/\/\S+/.exec(out) ?? []
      assert.ok(url, `no address in ${out}${err}`)
      return url
    },
    says: async (pattern) => {
      await until(
        () => pattern.test(out.slice(read)) || child.exitCode !== null,
        () => `${pattern} in:\n${out.slice(read)}\nafter:\n${out.slice(0, read)}\n${err}`,
      )
      const match = pattern.exec(out.slice(read))
      assert.ok(match, `${pattern} in:\n${out}\n${err}`)
      read += match.index + match[0].length
    },
    get,
    gives: async (at, answer) => {
      let last = ''
      await until(
        async () => (last = await get(at)) === answer,
        () => `${at} to give ${answer}; it gave ${last}\n${out}\n${err}`,
      )
    },
  }
  return running
}

/** Waits until something holds; fails after 15 s. */
export async function until(holds: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  const limit = performance.now() + 15_000
  while (!(await holds())) {
    if (performance.now() > limit) assert.fail(`waited 15 s for ${what()}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
  }
}
