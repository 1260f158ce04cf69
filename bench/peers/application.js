import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import agent from './agent.cjs'
import { Plugins } from './plugins.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const WORK = join(HERE, 'work')
const running = new Set()
process.on('exit', () => {
  for (const application of running) application.kill()
  if (running.size > 0) rmSync(WORK, { recursive: true, force: true, maxRetries: 3 })
})

/** A measurement that ended with a word and not with a number: what a peer does not do, or does not survive. */
export class Word extends Error {}

/** A contender's application with its plugins, in processes of its own. */
export class Application {
  /** Writes the plugins and starts it. `limit`: ms until it has to be live. */
  static async start(contender, options) {
    const application = new Application(contender, options)
    try {
      await application.#start(options)
      return application
    } catch (error) {
      await application.end()
      throw error
    }
  }

  #host
  #hosts = []
  #server
  #child
  #asked = new Map()
  #lastId = 0
  #waiting
  #arrived = () => {}
  #errors = ''
  /** How the process ended, if it has. */
  ended

  constructor(contender, { setting = 'default', plugins }) {
    this.contender = contender
    this.setting = contender.settings[setting]
    mkdirSync(WORK, { recursive: true })
    this.root = mkdtempSync(join(WORK, `${contender.id}-`))
    this.plugins = new Plugins(this.root, contender, plugins)
  }

  async #start({ limit = 60_000, nodeOptions = '', http }) {
    const { contender, setting, plugins } = this
    plugins.writeAll(setting)
    this.#server = createServer((socket) => this.#connected(socket))
    await new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    const installed = (file) => join(HERE, 'node_modules', file)
    const args = contender.command?.({ installed, setting }) ?? [join(HERE, 'host.js')]
    const host = JSON.stringify({ id: contender.id, names: plugins.names, setting, http: Boolean(http) })
    const first = this.#next()
    running.add(this)
    this.spawned = agent.now()
    this.#child = spawn(process.execPath, args, {
      cwd: this.root,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        NODE_OPTIONS: nodeOptions,
        NODE_COMPILE_CACHE: '',
        NODE_ENV: 'development',
        PEERS_PORT: String(this.#server.address().port),
        PEERS_HTTP: http ? String(http) : '',
        PEERS_HOST: host,
      },
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors = (this.#errors + text).slice(-4000)
    })
    this.#child.on('error', (error) => this.#end(error.message))
    this.#child.on('exit', (code, signal) => this.#end(signal ?? `code ${code}`))
    const { at, opened } = await within(limit, first, `not live in ${limit / 1000} s`)
    this.startMs = at - this.spawned
    this.openMs = opened
    for (const name of [plugins.names[0], plugins.names.at(-1)]) {
      const { value, error } = await this.value(name)
      if (value !== 0) throw new Word(`${name} answers ${error ?? value}`)
    }
  }

  /** The process that answers now. Another one than before: somebody started it again. */
  get pid() {
    return this.#host?.pid
  }

  /** Why it ended, in a word. */
  get words() {
    if (/heap out of memory|Reached heap limit|ERR_WORKER_OUT_OF_MEMORY/.test(this.#errors))
      return 'out of memory'
    return `ended (${this.ended})`
  }

  get errors() {
    return this.#errors
  }

  /**
   * Writes a value and waits until it is live. Returns the ms from the return of the write, or throws a `Word`.
   */
  async edit(name, value, limit) {
    const live = await this.expect(name, value)
    this.plugins.write(name, value)
    const written = agent.now()
    if (this.contender.told) {
      const told = this.ask('reload', { name }).catch((error) => ({ error }))
      const { error } = await within(limit, told, 'not reloaded')
      if (error) throw error
    }
    return (await within(limit, live(), `not seen in ${limit / 1000} s`)) - written
  }

  /** Prepares for a value: what it returns is to be called when it was written, for the promise of when it was live. */
  async expect(name, value) {
    this.#waiting = undefined
    const seen = new Promise((resolve, reject) => {
      this.#waiting = { name, value, resolve, reject }
    })
    seen.catch(() => {})
    await this.ask('expect', { name, value }).catch(() => {})
    return () => (this.ended ? Promise.reject(new Word(this.words)) : seen)
  }

  /** What the plugin answers: `{ value }`, or `{ error }`. */
  async value(name) {
    return this.ask('value', { name }).catch((error) => ({ error: error.message, silent: true }))
  }

  /** Asks the process that is there now. */
  async ask(command, more = {}, limit = 20_000) {
    const host = this.#host
    if (this.ended || !host) throw new Word(this.ended ? this.words : 'no process is there')
    this.#lastId += 1
    const id = this.#lastId
    const answer = new Promise((resolve, reject) => this.#asked.set(id, { host, resolve, reject }))
    host.socket.write(`${JSON.stringify({ id, command, ...more })}\n`)
    try {
      return await within(limit, answer, 'does not answer')
    } finally {
      this.#asked.delete(id)
    }
  }

  /** Ends all its processes and removes its files. */
  async end() {
    if (this.#host && !this.ended && !this.contender.restarts) {
      await this.ask('close', {}, 3000).catch(() => {})
    }
    this.kill()
    this.#server?.close()
    for (const { socket } of this.#hosts) socket.destroy()
    running.delete(this)
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        rmSync(this.root, { recursive: true, force: true, maxRetries: 5 })
        break
      } catch {
        await pause(100)
      }
    }
  }

  kill() {
    try {
      // The group that it leads: supervisors have children.
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }

  #next() {
    return new Promise((resolve, reject) => {
      this.#arrived = resolve
      this.#failed = reject
    })
  }

  #failed = () => {}

  #connected(socket) {
    const host = { socket, pid: undefined }
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const [, { host: its, reject }] of this.#asked)
        if (its === host) reject(new Word('the process went away'))
      if (this.#host === host) this.#host = undefined
    })
    this.#hosts.push(host)
    createInterface({ input: socket })
      .on('line', (line) => this.#heard(host, JSON.parse(line)))
      .on('error', () => {})
  }

  #heard(host, message) {
    if (message.hello) {
      host.pid = message.hello
      this.#host = host
      this.#arrived(message)
      if (this.#waiting) void this.#lookIn(message.at)
    } else if (message.live !== undefined) {
      if (message.live === this.#waiting?.value) this.#waiting.resolve(message.at)
    } else {
      const asked = this.#asked.get(message.id)
      if (message.failed) asked?.reject(new Word(message.failed))
      else asked?.resolve(message.answer)
    }
  }

  /** A new process came up while a value is waited for: it may have it. */
  async #lookIn(at) {
    const { name, value, resolve } = this.#waiting
    const answer = await this.value(name)
    if (answer.value === value) resolve(at)
    else await this.ask('expect', { name, value }).catch(() => {})
  }

  #end(how) {
    this.ended ??= how
    const word = new Word(this.words)
    this.#failed(word)
    this.#waiting?.reject(word)
    for (const [, { reject }] of this.#asked) reject(word)
  }
}

/** What the promise comes to, or a `Word` once `ms` have passed. */
export async function within(ms, promise, word) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Word(word)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

export function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
