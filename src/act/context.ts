import type { DisposableLike, EmitterLike, Logger, PluginContext, Previous } from '../model/plugin.ts'
import type { Metadata } from '../model/metadata.ts'
import { PluginError } from '../model/problem.ts'
import type { Effects } from './effects.ts'
import type { GenerationParts } from './generation.ts'
import type { OwnedTimers } from './code.ts'

/** What a context asks its generation for, once its plugin does. */
export interface ContextSource {
  readonly name: string
  readonly number: number
  readonly parts: GenerationParts
  readonly effects: Effects
  readonly signal: AbortSignal
  readonly log: Logger
  readonly timers: OwnedTimers
  /** Runs code of the plugin's as its own. */
  attribute<T>(run: () => T): T
  /** A dependency that it was started with. */
  dependency(name: string): { readonly api: unknown } | undefined
}

const source = Symbol('generation')

interface Sourced {
  readonly [source]: ContextSource
}

// One getter for all contexts: a thousand closures of their own cost a cold start more than what they stand for.
const lazy = (get: (from: ContextSource) => unknown): PropertyDescriptor => ({
  enumerable: true,
  get(this: Sourced) {
    return get(this[source])
  },
})
const lazily: PropertyDescriptorMap = {
  signal: lazy((from) => from.signal),
  log: lazy((from) => from.log),
  setTimeout: lazy((from) => from.timers.setTimeout),
  setInterval: lazy((from) => from.timers.setInterval),
}

/** Makes the `ctx` of one generation. Frozen. What most plugins never ask for is made when it is asked for. */
export function createContext(
  from: ContextSource,
  host: unknown,
  previous: Previous | undefined,
): PluginContext {
  const { candidate, settings } = from.parts
  const { effects } = from
  const context: Partial<PluginContext> = {
    name: from.name,
    version: candidate.metadata.version,
    metadata: candidate.metadata,
    directory: candidate.directory,
    settings,
    generation: from.number,
    previous,
    host,
    plugin: (name: string) => {
      if (!declares(candidate.metadata, name)) throw undeclared(from, name)
      return from.dependency(name)?.api as any
    },
    onDispose: (dispose) => effects.add(dispose),
    use: (disposable) => {
      effects.add(() => disposeOf(disposable))
      return disposable
    },
    on: (emitter, event, listener) => {
      const attributed = function (this: unknown, ...values: unknown[]): unknown {
        return from.attribute(() => listener.apply(this, values) as unknown)
      }
      const off = listen(emitter, event, attributed)
      const disown = effects.add(off)
      return () => {
        disown()
        off()
      }
    },
  }
  Object.defineProperty(context, source, { value: from })
  return Object.freeze(Object.defineProperties(context, lazily)) as PluginContext
}

function declares(metadata: Metadata, name: string): boolean {
  return Object.hasOwn(metadata.dependencies, name) || Object.hasOwn(metadata.optionalDependencies, name)
}

function undeclared({ name: plugin, parts }: ContextSource, name: string): PluginError {
  return new PluginError({
    code: 'ERR_PLUGIN_UNDECLARED',
    severity: 'error',
    plugin,
    file: `${parts.candidate.directory}/metadata.json`,
    message: `${plugin} asks for the plugin ${name} without declaring it.`,
    hint: `Add "dependencies": ["${name}"] to its metadata.json.`,
  })
}

function disposeOf(disposable: DisposableLike): unknown {
  if (Symbol.asyncDispose in disposable) return disposable[Symbol.asyncDispose]()
  if (Symbol.dispose in disposable) return disposable[Symbol.dispose]()
  if ('dispose' in disposable) return disposable.dispose()
  return disposable.close()
}

function listen(
  emitter: EmitterLike,
  event: string | symbol,
  listener: (...values: any[]) => unknown,
): () => void {
  if ('on' in emitter) {
    emitter.on(event, listener)
    return () => void emitter.off(event, listener)
  }
  emitter.addEventListener(event as string, listener)
  return () => void emitter.removeEventListener(event as string, listener)
}
