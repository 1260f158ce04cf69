/** One evaluation of a plugin's program, and what became of it. It is the plugin's API as well. */
export interface Instance {
  readonly name: string
  readonly id: number
  /** The files that it was made of. */
  readonly content: string
  /** Of metadata.json, as the context has it. */
  metadata: string
  folder: string
  generation: number
  state: 'loaded' | 'activating' | 'active' | 'abandoned' | 'failed'
  disposed: boolean
  /** The instances of others that it was given. */
  bound: readonly Instance[]
}

/** All that plugins did and had done to them, in order; what must never happen is noted as it happens. */
export class Ledger {
  /** For a comparison of two runs. */
  readonly lines: string[] = []
  readonly instances: Instance[] = []
  /** Which files the loader last made code of, by folder. */
  readonly prepared = new Map<string, string>()
  /** In which folder the newest files of a plugin were found, by name. */
  readonly found = new Map<string, string>()
  readonly violations: string[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  tell(line: string): void {
    this.lines.push(`${this.#now()} ${line}`)
  }

  violated(what: string): void {
    this.violations.push(`${this.#now()} ${what}`)
  }

  loaded(name: string, content: string): Instance {
    const instance: Instance = {
      name,
      id: this.instances.length,
      content,
      metadata: '',
      folder: '',
      generation: 0,
      state: 'loaded',
      disposed: false,
      bound: [],
    }
    this.instances.push(instance)
    this.tell(`load ${show(instance)}`)
    return instance
  }

  activating(instance: Instance, bound: readonly Instance[]): void {
    this.tell(`activate ${show(instance)} with ${bound.map(show).join()}`)
    if (instance.state !== 'loaded') this.violated(`I2: ${show(instance)} is activated twice`)
    for (const other of this.instances)
      if (other.name === instance.name && other !== instance && !other.disposed && isIn(other))
        this.violated(`I4: ${show(other)} still runs as ${show(instance)} is activated`)
    for (const one of bound)
      if (one.disposed || one.state !== 'active')
        this.violated(`I3: ${show(instance)} is given ${show(one)}, which does not run`)
    instance.bound = bound
    instance.state = 'activating'
  }

  activated(instance: Instance): void {
    if (instance.state === 'activating' && !instance.disposed) instance.state = 'active'
    this.tell(`active ${show(instance)}`)
  }

  disposed(instance: Instance): void {
    this.tell(`dispose ${show(instance)}`)
    if (instance.disposed) this.violated(`I2: ${show(instance)} is disposed twice`)
    instance.disposed = true
    for (const other of this.instances)
      if (!other.disposed && other.state === 'active' && other.bound.includes(instance))
        this.violated(`I3: ${show(instance)} is disposed while ${show(other)} still uses it`)
  }

  /** What was entered must have been left, but for what runs. */
  checkEnded(runs: (instance: Instance) => boolean): void {
    for (const instance of this.instances) {
      const entered = instance.state !== 'loaded'
      if (entered && !instance.disposed && !runs(instance))
        this.violated(`I2: ${show(instance)} (${instance.state}) is not disposed, and does not run`)
      if (instance.disposed && runs(instance)) this.violated(`I2: ${show(instance)} runs, and is disposed`)
    }
  }
}

function isIn({ state }: Instance): boolean {
  return state === 'activating' || state === 'active'
}

export function show({ name, id, generation }: Instance): string {
  return `${name}#${id}(${generation})`
}
