import type { Clock, Code, CodeLoader, PluginContext, PluginFiles, Prepared, Problem } from 'plugbay'
import type { Dice } from './dice.ts'
import type { Exchange } from './exchange.ts'
import type { Instance, Ledger } from './ledger.ts'
import type { MemoryDisk } from './memory-disk.ts'
import type { Behaviour, Program } from './program.ts'

export interface MemoryLoaderOptions {
  readonly disk: MemoryDisk
  readonly clock: Clock
  readonly ledger: Ledger
  readonly dice: Dice
  /** Waits for something, for a moment that a run decides about. */
  readonly pause: () => Promise<unknown> | undefined
}

/** Makes plugins that write down what happens to them, of what their files say. */
export class MemoryLoader implements CodeLoader {
  readonly #options: MemoryLoaderOptions

  constructor(options: MemoryLoaderOptions) {
    this.#options = options
  }

  async prepare(plugin: PluginFiles, previous?: Code): Promise<Prepared> {
    const { ledger } = this.#options
    await this.#options.pause()
    const content = this.#content(plugin)
    ledger.tell(`prepare ${plugin.name}`)
    ledger.found.set(plugin.name, plugin.directory)
    ledger.prepared.set(plugin.directory, typeof content === 'string' ? content : '')
    if (typeof content !== 'string') return { problem: content }
    if (previous?.id === content) return { code: previous }
    const program = programOf(content)
    if (program.does === 'syntax') return { problem: problem(plugin, 'ERR_PLUGIN_SYNTAX', 'does not parse') }
    return { code: { id: content, evaluate: () => this.#evaluate(plugin.name, content, program) } }
  }

  differs(plugin: PluginFiles, previous: Code): boolean {
    return this.#content(plugin) !== previous.id
  }

  #content(plugin: PluginFiles): string | Problem {
    const { disk } = this.#options
    try {
      const entry = disk.readText(`${plugin.real}/${plugin.entry}`)
      if (!programOf(entry).lib) return entry
      return `${entry}\n${disk.readText(`${plugin.real}/lib.js`)}`
    } catch (cause) {
      const { code: reason, message: path } = cause as NodeJS.ErrnoException
      const isGone = reason === 'ENOENT' && path.endsWith('/lib.js')
      const code = isGone ? 'ERR_PLUGIN_IMPORT_MISSING' : 'ERR_PLUGIN_FILE_UNREADABLE'
      return problem(plugin, code, `cannot be read: ${String(cause)}`)
    }
  }

  #evaluate(name: string, content: string, { does }: Program): ReturnType<Code['evaluate']> {
    const { ledger } = this.#options
    const instance = ledger.loaded(name, content)
    if (does === 'throws') throw new Error('thrown while loading')
    if (does === 'load hangs') return new Promise(() => undefined)
    if (does === 'no export') return { exports: {} }
    return {
      exports: {
        activate: (ctx: PluginContext<Exchange>) => this.#activate(instance, ctx, does),
        deactivate: () => this.#deactivate(instance, does),
      },
    }
  }

  #activate(instance: Instance, ctx: PluginContext<Exchange>, does: Behaviour): unknown {
    const { ledger, clock, dice } = this.#options
    instance.metadata = JSON.stringify(ctx.metadata)
    instance.folder = ctx.directory
    instance.generation = ctx.generation
    const { dependencies, optionalDependencies } = ctx.metadata
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)])
    const bound = [...declared].flatMap((name) => ctx.plugin<Instance | undefined>(name) ?? [])
    ledger.activating(instance, bound)
    if (ctx.previous && ctx.previous.generation >= ctx.generation)
      ledger.violated(
        `I2: ${instance.name} comes after generation ${ctx.previous.generation}, as ${ctx.generation}`,
      )
    ctx.onDispose(() => {
      ledger.disposed(instance)
      if (does === 'dispose throws') throw new Error('thrown in a disposer')
      return does === 'dispose hangs' ? new Promise(() => undefined) : undefined
    })
    ctx.host.serve(instance)
    if (does === 'activate throws') {
      instance.state = 'failed'
      throw new Error('thrown in activate')
    }
    if (does === 'activate rejects') {
      instance.state = 'failed'
      return Promise.resolve().then(() => {
        throw new Error('rejected in activate')
      })
    }
    if (does === 'activate hangs') {
      instance.state = 'abandoned'
      return new Promise(() => undefined)
    }
    if (does === 'late') {
      instance.state = 'abandoned'
      return after(clock, 15_000).then(() => {
        let undone = false
        ctx.onDispose(() => (undone = true))
        if (!undone) ledger.violated(`I2: what ${instance.name} sets up late is not undone`)
      })
    }
    if (does === 'slow') {
      return after(clock, 1 + dice.roll(400)).then(() => {
        ledger.activated(instance)
        return instance
      })
    }
    ledger.activated(instance)
    return instance
  }

  #deactivate(instance: Instance, does: Behaviour): unknown {
    this.#options.ledger.tell(`deactivate ${instance.name}#${instance.id}`)
    if (does === 'deactivate throws') throw new Error('thrown in deactivate')
    return does === 'deactivate hangs' ? new Promise(() => undefined) : { v: instance.id }
  }
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((done) => void clock.setTimeout(done, ms))
}

/** A text that is no program is one that does not parse. */
function programOf(text: string): Program {
  try {
    return JSON.parse(text.split('\n', 1)[0]!) as Program
  } catch {
    return { v: 0, does: 'syntax' }
  }
}

function problem(plugin: PluginFiles, code: Problem['code'], what: string): Problem {
  return {
    code,
    severity: 'error',
    plugin: plugin.name,
    file: `${plugin.directory}/${plugin.entry}`,
    message: `${plugin.name} ${what}.`,
    hint: 'Mend it.',
  }
}
