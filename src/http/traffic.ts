/** What a plugin was asked since its first start. */
export interface Counts {
  requests: number
  /** Requests that ended in an error of the plugin's code. */
  errors: number
}

/** Counts by plugin. They go on over its reloads, and while it is off. */
export class Traffic {
  readonly #counts = new Map<string, Counts>()

  of(plugin: string): Counts {
    let counts = this.#counts.get(plugin)
    if (!counts) {
      counts = { requests: 0, errors: 0 }
      this.#counts.set(plugin, counts)
    }
    return counts
  }
}
