import type { DisposableLike, EmitterLike, Logger, PluginContext, Previous } from '../model/plugin.ts'
import type { Metadata } from '../model/metadata.ts'
import { PluginError } from '../model/problem.ts'
import type { Effects } from './effects.ts'
import type { Generation } from './generation.ts'
import type { OwnedTimers } from './code.ts'

/** What a context needs of its generation, and the generation shows nobody else. */
export interface ContextParts {
  readonly previous: Previous | undefined
  readonly log: Logger
  /** Made when they are first asked for. */
  readonly signal: () => AbortSignal
  readonly timers: () => OwnedTimers
  readonly effects: Effects
  readonly attribute: <T>(run: () => T) => T
  readonly dependency: (name: string) => Generation | undefined
}

/** Makes the `ctx` of one generation. Frozen. */
export function createContext(generation: Generation, host: unknown, parts: ContextParts): PluginContext {
  const { candidate, settings } = generation.parts
  const { effects } = parts
  let log: Logger | undefined
  const context: PluginContext = {
    name: generation.name,
    version: candidate.metadata.version,
    metadata: candidate.metadata,
    directory: candidate.directory,
    settings,
    generation: generation.number,
    previous: parts.previous,
    host,
    get signal() {
      return parts.signal()
    },
    get log() {
      return (log ??= prefixed(parts.log, generation.name))
    },
    plugin(name: string) {
      if (!declares(candidate.metadata, name)) throw undeclared(generation, name)
      return parts.dependency(name)?.api as any
    },
    onDispose: (dispose) => effects.add(dispose),
    use: (disposable) => {
      effects.add(() => disposeOf(disposable))
      return disposable
    },
    get setTimeout() {
      return parts.timers().setTimeout
    },
    get setInterval() {
      return parts.timers().setInterval
    },
    on: (emitter, event, listener) => {
      const attributed = function (this: unknown, ...values: unknown[]): unknown {
        return parts.attribute(() => listener.apply(this, values) as unknown)
      }
      const off = listen(emitter, event, attributed)
      const disown = effects.add(off)
      return () => {
        disown()
        off()
      }
    },
  }
  return Object.freeze(context)
}

function declares(metadata: Metadata, name: string): boolean {
  return Object.hasOwn(metadata.dependencies, name) || Object.hasOwn(metadata.optionalDependencies, name)
}

function undeclared(generation: Generation, name: string): PluginError {
  return new PluginError({
    code: 'ERR_PLUGIN_UNDECLARED',
    severity: 'error',
    plugin: generation.name,
    file: `${generation.parts.candidate.directory}/metadata.json`,
    message: `${generation.name} asks for the plugin ${name} without declaring it.`,
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

function prefixed(log: Logger, name: string): Logger {
  const prefix = `[${name}]`
  return {
    debug: (...values) => log.debug(prefix, ...values),
    info: (...values) => log.info(prefix, ...values),
    warn: (...values) => log.warn(prefix, ...values),
    error: (...values) => log.error(prefix, ...values),
  }
}
