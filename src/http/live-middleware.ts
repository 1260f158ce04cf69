import type { Scope } from '../model/plugin.ts'

/**
 * What plugins put around every request of the host. It changes with their generations: an old one's goes on until the
 * new one's takes its place, so that no request slips through in between.
 */
export class LiveMiddleware<Middleware> {
  readonly #live = new Map<string, Middleware[]>()
  readonly #onChange: (all: readonly Middleware[]) => void

  /** @param onChange told of everything that is around requests from now on */
  constructor(onChange: (all: readonly Middleware[]) => void) {
    this.#onChange = onChange
  }

  /** What a generation adds its middleware by; it is in effect from its publish on. */
  open(scope: Scope): (middleware: Middleware) => void {
    const own: Middleware[] = []
    scope.onPublish(() => {
      this.#live.set(scope.name, own)
      this.#changed()
    })
    scope.onSettle(() => {
      if (this.#live.get(scope.name) === own) this.#live.delete(scope.name)
      this.#changed()
    })
    return (middleware) => {
      own.push(middleware)
      if (this.#live.get(scope.name) === own) this.#changed()
    }
  }

  #changed(): void {
    this.#onChange([...this.#live.values()].flat())
  }
}
