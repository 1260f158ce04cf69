import assert from 'node:assert/strict'
import { CODES, createPluginManager, isPluginError } from 'plugbay'
import type { Clock, ManagerOptions, PluginManager, Problem, System } from 'plugbay'
import { Dice } from './dice.ts'
import { Market } from './exchange.ts'
import { describe, expected, hasCircle, programOf, whole, whyStays } from './expected.ts'
import type { Configured, Description, Expected, Given, Stay } from './expected.ts'
import { FakeClock } from './fake-clock.ts'
import { Ledger, show } from './ledger.ts'
import type { Instance } from './ledger.ts'
import { MemoryDisk } from './memory-disk.ts'
import { MemoryLoader } from './memory-loader.ts'
import { UnreliableWatch } from './unreliable-watch.ts'

export const ROOT = '/plugins'
export const CONFIG = '/plugins.config.json'

const silent = (): void => undefined
const log = { debug: silent, info: silent, warn: silent, error: silent }

export interface WorldOptions {
  readonly seed: number
  /** Folders are listed backwards: nothing may depend on it. */
  readonly backwards?: boolean
  /** Waits for a moment that somebody else decides about, wherever the loader may take its time. */
  readonly pause?: () => Promise<unknown>
}

/** A manager in memory, with everything around it, and the checks of what must hold. */
export class World {
  readonly clock: FakeClock
  readonly dice: Dice
  readonly disk: MemoryDisk
  readonly ledger: Ledger
  readonly market: Market
  watch!: UnreliableWatch
  manager!: PluginManager
  /** What the program said since the manager was made. */
  readonly program = new Map<string, boolean>()
  /** Plugins whose state is about to be written into the config, in this order. */
  readonly persisting: string[] = []
  /** How often the program said something of a plugin. */
  readonly #said = new Map<string, number>()
  /** Something was done since the last check that may end a plugin's service, other than breaking its files. */
  unsettled = true
  version = 0
  /** How often it was changed, since the last check, on whom a plugin depends. */
  links = 0
  /** Every hint comes, nothing fails to be read, and nobody looks without a hint. */
  readonly reliable: boolean
  #config: Configured | 'unusable' | undefined
  #configSeen = false
  #served: readonly string[] = []
  /** By folder: what it said of being on, each time that it was whole since the last check, and when it last was before that. */
  readonly #switches = new Map<string, Set<boolean | undefined>>()
  #written = true
  #timers = new Set<unknown>()
  readonly #gates: (() => void)[] = []
  readonly #pending = new Set<string>()
  readonly #options: WorldOptions

  constructor(options: WorldOptions) {
    this.#options = options
    this.reliable = options.seed % 4 === 3
    this.clock = new FakeClock()
    this.dice = new Dice(options.seed)
    this.disk = new MemoryDisk(this.clock)
    this.disk.backwards = options.backwards ?? false
    this.ledger = new Ledger(() => this.clock.elapsed())
    this.market = new Market(this.ledger, () => this.clock.elapsed())
    this.market.onPublish = (name) =>
      queueMicrotask(() => {
        const { state } = this.manager.get(name)!
        if (state !== 'active')
          this.ledger.violated(`I6: ${name} is live while its reload is not over (${state})`)
      })
    this.clock.onTurn = () => {
      this.market.check()
      if (this.#written) this.#listen()
    }
    this.disk.onChange = (path) => {
      this.#written = true
      this.watch?.heard(path)
    }
    this.disk.makeFolder(ROOT)
  }

  /** Makes a manager, and lets it begin. */
  start(): void {
    const { clock, dice, disk, ledger } = this
    this.#config = undefined
    this.#configSeen = false
    this.program.clear()
    this.#served = []
    this.#switches.clear()
    this.#written = true
    this.unsettled = true
    const lost = this.watch?.lost ?? 0
    this.watch = new UnreliableWatch({
      root: ROOT,
      config: CONFIG,
      clock,
      dice,
      links: () => disk.links(ROOT),
      reliable: this.reliable,
    })
    this.watch.lost = lost
    const pause =
      this.#options.pause ??
      ((): Promise<void> | undefined => (dice.percent(50) ? this.sleep(dice.roll(30)) : undefined))
    const system: System = {
      clock: this.#managersClock(),
      files: disk,
      watch: this.watch.source,
      loader: () => new MemoryLoader({ disk, clock, ledger, dice, pause }),
      config: {
        read: (path) => this.#readConfig(path),
        edit: async (path, change) => {
          const name = this.persisting.shift()!
          const said = this.#said.get(name)
          await pause()
          const text = disk.has(path) ? disk.readText(path) : undefined
          disk.replace(path, change(text))
          // What was said meanwhile was said later.
          if (this.#said.get(name) === said) this.program.delete(name)
        },
      },
    }
    this.manager = createPluginManager({
      ...optionsOf(system, this.market),
      watch: { settle: 50, rescan: this.reliable ? 0 : 5000 },
    })
    this.manager.on('problem', (problem) => this.#checkProblem(problem))
    this.track('start()', this.manager.start())
  }

  sleep(ms: number): Promise<void> {
    return new Promise((done) => void this.clock.setTimeout(done, ms))
  }

  /** The program says whether a plugin is on. */
  say(name: string, enabled: boolean): void {
    this.program.set(name, enabled)
    this.#said.set(name, (this.#said.get(name) ?? 0) + 1)
  }

  /** A promise that the manager gave must settle one day. */
  track(what: string, promise: Promise<unknown>): void {
    const call = `${what} at ${this.clock.elapsed()}`
    this.#pending.add(call)
    promise.then(
      () => this.#pending.delete(call),
      (cause: unknown) => {
        this.#pending.delete(call)
        const allowed = ['ERR_PLUGIN_NAME_UNKNOWN', 'ERR_PLUGIN_CLOSED', 'ERR_PLUGIN_CONFIG_WRITE']
        if (!isPluginError(cause) || !allowed.includes(cause.code))
          this.ledger.violated(`I13: ${call}: ${String(cause)}`)
      },
    )
  }

  /** A request that is in flight until somebody lets it go, or it has been for long. */
  request(names: readonly string[], gated: boolean): void {
    const gate = new Promise<void>((go) => {
      if (!gated) return go()
      this.#gates.push(go)
      this.clock.setTimeout(go, 30_000)
    })
    this.track(`request ${names.join()}`, this.market.request(names, gate))
  }

  releaseGate(): void {
    this.#gates.shift()?.()
  }

  get folders(): string[] {
    const found = [...this.disk.texts(ROOT).keys()].map((path) => path.split('/')[0]!)
    return [...new Set(found)]
  }

  /** What is done now may end the service of a plugin, besides breaking it. */
  unsettle(): void {
    this.unsettled = true
  }

  /** Whether what a folder says of itself is what it runs with, if it runs. */
  counts(folder: string): boolean {
    const files = this.disk.texts(`${ROOT}/${folder}`)
    const description = files.get('plugin.js') ? describe(files.get('metadata.json') ?? '') : undefined
    const live = this.manager.plugins
      .map(({ name }) => this.manager.api<Instance | undefined>(name))
      .find((one) => one?.folder === `${ROOT}/${folder}`)
    return (
      description !== undefined && (!live || same_(description, JSON.parse(live.metadata) as Description))
    )
  }

  /** Whether a plugin of this folder runs with another metadata.json than its newest: that counts once it is tried again. */
  isBehind(folder: string): boolean {
    const path = `${ROOT}/${folder}`
    return this.manager.plugins.some(({ name, directory }) => {
      const live = this.manager.api<Instance | undefined>(name)
      if (!live || (directory !== path && live.folder !== path)) return false
      const newest = describe(this.disk.texts(directory).get('metadata.json') ?? '')
      return newest !== undefined && !same_(newest, JSON.parse(live.metadata) as Description)
    })
  }

  /** Lets everything come to rest, and checks all that must hold then. */
  async settle(how: 'call' | 'wait'): Promise<void> {
    this.disk.mend()
    // What is half written is written whole by then.
    await this.clock.advance(200)
    for (let changes = -1; changes !== this.disk.changes;) {
      ;({ changes } = this.disk)
      // A look at everything would hide a hint that nobody acted on.
      if (how === 'call' && !this.reliable)
        await this.clock.until(this.manager.settled(), 600_000, 'settled()')
      else await this.#rest()
    }
    this.#check()
    const before = this.#deeds()
    const { changes } = this.disk
    await this.clock.until(this.manager.rescan(), 600_000, 'rescan()')
    if (changes === this.disk.changes)
      assert.equal(this.#deeds(), before, 'I11: a look at what was looked at starts or stops something')
  }

  /** I16: what cannot be read for a while is not gone. After {@link settle}. */
  async unreadable(path: string, code: 'EIO' | 'ENOENT'): Promise<void> {
    if (this.reliable) return
    const files = this.disk.texts(ROOT)
    // Whoever else wants the name of a folder that cannot be read may have it, if it does not run.
    if (this.folders.some((folder) => describe(files.get(`${folder}/metadata.json`) ?? '')?.name !== folder))
      return
    // Who is on for another's sake only is so no more when nobody can say what that other one needs.
    if (/"unlisted":"off"|unusable/.test(JSON.stringify(this.#config ?? {}))) return
    if ([...files.values()].some((text) => text.includes('"enabled":false'))) return
    // An edit that was refused for a circle is none any more when the other one counts as it runs.
    if (this.manager.plugins.some(({ problem }) => problem?.code === 'ERR_PLUGIN_DEPENDENCY_CYCLE')) return
    const before = this.#ended()
    const { changes } = this.disk
    // What is not there for a moment is not gone either; what is not there for longer is, but for a disk that is not there.
    this.disk.fail(path, code, code === 'ENOENT' && path !== ROOT)
    await this.clock.until(this.manager.settled(), 600_000, 'settled() in vain')
    if (changes !== this.disk.changes) return
    this.disk.mend()
    assert.equal(this.#ended(), before, `I16: ${path} could not be read, and something was stopped`)
    await this.settle('call')
    if (changes !== this.disk.changes) return
    assert.equal(this.#ended(), before, `I16: ${path} can be read again, and something was stopped`)
  }

  /** Rest without asking for it: looks that come by themselves have nothing to do any more. */
  async #rest(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < 3;) {
      await this.clock.advance(5000)
      const deeds = this.ledger.lines.length
      // Whatever the manager waits for has a limit, and that a timer; the regular looks are one.
      const busy = this.#timers.size > (this.reliable ? 0 : 1)
      quiet = deeds === before && !busy ? quiet + 1 : 0
      before = deeds
    }
  }

  async close(): Promise<void> {
    await this.clock.until(this.manager.close(), 600_000, 'close()')
    assert.equal(this.#timers.size, 0, 'I14: the manager has left timers')
    this.ledger.checkEnded(() => false)
    this.#sound()
    assert.deepEqual(
      [...this.manager.plugins].filter(({ state }) => state === 'active'),
      [],
    )
  }

  /** The end of a run: nothing is left. */
  async end(): Promise<void> {
    await this.close()
    while (this.#gates.length > 0) this.releaseGate()
    await this.clock.advance(60_000)
    this.#sound()
    assert.deepEqual([...this.#pending], [], 'I13: these have never come to an end')
    assert.equal(this.clock.pending, 0, 'I13: timers are left')
    assert.equal(this.watch.closed, this.watch.began)
  }

  /** What a fresh manager makes of the same disk, without some folders. */
  async fresh(without: readonly string[] = []): Promise<Map<string, Expected>> {
    const disk = new MemoryDisk(new FakeClock())
    disk.makeFolder(ROOT)
    const texts = this.disk.texts(ROOT)
    for (const [path, text] of texts)
      if (!without.includes(path.split('/')[0]!)) disk.write(`${ROOT}/${path}`, text)
    const clock = new FakeClock(600_000)
    const ledger = new Ledger(() => clock.elapsed())
    const market = new Market(ledger, () => clock.elapsed())
    const config = this.#given(new Map(), new Map()).config
    const loader = new MemoryLoader({ disk, clock, ledger, dice: new Dice(1), pause: () => undefined })
    const manager = createPluginManager({
      ...optionsOf(
        {
          clock,
          files: disk,
          watch: () => ({ close: async () => undefined }),
          loader: () => loader,
          config: {
            read: (path) => ({ kind: 'text', path, text: config.unusable ? '{' : JSON.stringify(config) }),
            edit: () => Promise.reject(new Error('not here')),
          },
        },
        market,
      ),
      plugins: [...this.program].map(([name, enabled]) => ({ name, enabled })),
      watch: false,
    })
    await clock.until(manager.start(), 600_000, 'a fresh start()')
    const found = viewOf(manager)
    const order = (await clock.until(manager.rescan(), 600_000, 'a fresh rescan()')).order
    await clock.until(manager.close(), 600_000, 'a fresh close()')
    assert.deepEqual(ledger.violations, [])
    return new Map([
      ...order.map((name) => [...found].find(([, one]) => one.name === name && one.state === 'active')!),
      ...[...found].filter(([, { state }]) => state !== 'active'),
    ])
  }

  /** What the documentation says of a fresh start. */
  expectedFresh(without: readonly string[] = []): Map<string, Expected> {
    const given = this.#given(new Map(), new Map())
    const files = new Map([...given.files].filter(([path]) => !without.includes(path.split('/')[0]!)))
    return expected({ ...given, files })
  }

  /** I1 and I8, by fresh managers. */
  async checkFresh(): Promise<void> {
    const should = this.expectedFresh()
    assertSame(await this.fresh(), should, 'I1: a fresh start')
    const faulty = [...should.values()].find(({ state }) => state === 'failed' || state === 'invalid')
    if (!faulty) return
    const without = await this.fresh([faulty.folder])
    assertSame(without, this.expectedFresh([faulty.folder]), `I8: without ${faulty.folder}`)
    const texts = [...this.disk.texts(ROOT).values(), JSON.stringify(this.#config ?? {})]
    // What is off by itself may be on for the faulty one, and a name may have been its.
    if (texts.some((text) => /"enabled":false|"off"|unusable/.test(text)) || faulty.folder !== faulty.name)
      return
    for (const [key, one] of should) {
      const reached = new Set(one.uses)
      for (const name of reached)
        for (const next of should.get(`${name} in ${name}`)?.uses ?? []) reached.add(next)
      if (one.state === 'active' && !reached.has(faulty.name))
        assert.equal(without.get(key)?.state, 'active', `I8: ${key} without ${faulty.folder}`)
    }
  }

  /** The same time, and a list of the timers that the manager has set. */
  #managersClock(): Clock {
    const { clock } = this
    const timers = (this.#timers = new Set())
    return {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      setImmediate: (callback) => clock.setImmediate(callback),
      setTimeout: (callback, ms) => {
        const timer = clock.setTimeout(() => {
          timers.delete(timer)
          callback()
        }, ms)
        timers.add(timer)
        return timer
      },
      clearTimeout: (timer) => {
        timers.delete(timer)
        clock.clearTimeout(timer)
      },
    }
  }

  #check(): void {
    this.#sound()
    const files = this.disk.texts(ROOT)
    const live = new Map<string, Instance>()
    for (const { name } of this.manager.plugins) {
      const api = this.manager.api<Instance | undefined>(name)
      if (api) live.set(name, api)
    }
    this.ledger.checkEnded((instance) => live.get(instance.name) === instance)
    for (const name of this.market.names)
      assert.equal(this.market.serving(name), live.get(name), `I4: who serves as ${name}`)
    for (const name of live.keys()) assert.ok(this.market.serving(name), `I5: nobody serves as ${name}`)
    this.#sound()
    const holders = new Map([...live].map(([name, { folder }]) => [name, folder.slice(ROOT.length + 1)]))
    const stays = new Map<string, Stay>()
    for (const [name, instance] of live) {
      const folder = holders.get(name)!
      const description = describe(files.get(`${folder}/metadata.json`) ?? '')
      const same = description && same_(description, JSON.parse(instance.metadata) as Description)
      if (!same || programOf(files, folder) !== instance.content)
        stays.set(name, { folder, description: JSON.parse(instance.metadata) as Description })
    }
    const given = this.#given(holders, stays)
    for (const name of stays.keys()) {
      const why = whyStays(given, name)
      const one = live.get(name)!
      assert.ok(why, `I7: ${name} runs on old files: ${show(one)}, ${one.content}`)
      if (why === 'absent') stays.delete(name)
    }
    const text = this.disk.has(CONFIG) ? configOf(this.disk.textOf(CONFIG)) : undefined
    if (text) assert.deepEqual(this.#config, text, 'I7: the newest config was never read')
    const view = viewOf(this.manager)
    const possible = this.#memories(files, stays).map((said) => expected({ ...given, said }))
    const should = possible.find((one) => isSame(view, one)) ?? possible[0]!
    assertSame(view, should, 'I1: what runs')
    for (const [name, instance] of live) {
      const uses = instance.bound.map((one) => one.name).sort()
      assert.deepEqual(uses, this.manager.get(name)!.dependencies.toSorted(), `I3: what ${name} was given`)
      for (const one of instance.bound)
        assert.equal(one, live.get(one.name), `I6: ${name} has another ${one.name} than runs`)
    }
    for (const { name, folder, state } of should.values()) {
      if (state !== 'active' && state !== 'failed') continue
      if (stays.has(name) && whyStays(given, name) !== 'broken') continue
      const prepared = this.ledger.prepared.get(`${ROOT}/${folder}`)
      const text = programOf(files, folder)
      if (
        text !== undefined &&
        !text.endsWith('\nundefined') &&
        describe(files.get(`${folder}/metadata.json`)!)
      )
        assert.equal(prepared, text, `I7: the newest files of ${name} were never read`)
    }
    if (!this.unsettled && this.links === 1) {
      const codes = this.#served.flatMap((name) =>
        live.has(name) ? [] : this.manager.get(name)?.problem?.code,
      )
      assert.ok(
        !codes.includes('ERR_PLUGIN_DEPENDENCY_CYCLE'),
        'I5: an edit that closes a circle is not refused',
      )
    }
    if (!this.unsettled && this.links === 0)
      for (const name of this.#served)
        assert.ok(live.has(name), `I5: ${name} lost its service as something was broken`)
    this.unsettled = false
    this.links = 0
    // A circle of those that are off, or that are not whole, shows when somebody comes to need them.
    if (hasCircle(given)) this.unsettled = true
    // Who is on for another's sake goes with that one's needs.
    this.#served = [...live.keys()].filter(
      (name) => this.manager.get(name)?.decision?.source !== 'dependency',
    )
  }

  /** What the manager may have seen: what folders that are whole say. */
  #listen(): void {
    this.#written = false
    for (const [folder, enabled] of whole(this.disk.texts(ROOT)))
      this.#switches.set(folder, (this.#switches.get(folder) ?? new Set()).add(enabled))
  }

  /**
   * What the folders of those who stay said when they were last whole. Of several things that were said since the last
   * check, nobody can tell which was the last that the manager saw.
   */
  #memories(files: Given['files'], stays: Given['stays']): Map<string, boolean | undefined>[] {
    const now = whole(files)
    for (const [folder, enabled] of now) this.#switches.set(folder, new Set([enabled]))
    let memories = [new Map<string, boolean | undefined>()]
    for (const { folder } of stays.values()) {
      const switches = now.has(folder) ? undefined : this.#switches.get(folder)
      if (switches)
        memories = [...switches].flatMap((enabled) =>
          memories.map((memory) => new Map(memory).set(folder, enabled)),
        )
    }
    return memories
  }

  #sound(): void {
    this.market.check()
    assert.deepEqual(this.ledger.violations, [])
  }

  #given(holders: Given['holders'], stays: Given['stays']): Given {
    const config = this.#config ?? {}
    return {
      files: this.disk.texts(ROOT),
      config: config === 'unusable' ? { unusable: true } : config,
      program: this.program,
      holders,
      found: new Map([...this.ledger.found].map(([name, path]) => [name, path.slice(ROOT.length + 1)])),
      stays,
    }
  }

  #readConfig(path: string): ReturnType<System['config']['read']> {
    const fact = this.disk.text(path, 1_000_000)
    if (fact.kind === 'missing') {
      if (this.#config !== 'unusable') this.#configSeen = true
      return fact
    }
    const config = fact.kind === 'text' ? configOf(fact.text) : undefined
    if (config) {
      this.#config = config
      this.#configSeen = true
    } else if (!this.#configSeen) this.#config = 'unusable'
    return fact
  }

  #checkProblem(problem: Problem): void {
    const { code, message, hint, plugin, file } = problem
    this.ledger.tell(`problem ${code} ${plugin ?? file}`)
    if (!(code in CODES)) this.ledger.violated(`I15: ${code} is no code`)
    if (!message || !hint || (plugin === undefined && file === undefined) || file?.startsWith('/') === false)
      this.ledger.violated(`I15: ${JSON.stringify(problem)}`)
  }

  #ended(): number {
    return this.ledger.lines.filter((line) => /^\d+ dispose /.test(line)).length
  }

  /** How much was started and stopped. */
  #deeds(): number {
    return this.ledger.lines.filter((line) => /^\d+ (?:load|activate|dispose|publish) /.test(line)).length
  }
}

function optionsOf(system: System, market: Market): ManagerOptions {
  return { directory: ROOT, config: CONFIG, context: market.open, env: {}, log, system }
}

function configOf(text: string): Configured | undefined {
  try {
    const value = JSON.parse(text) as Configured
    return value.plugins === undefined || Array.isArray(value.plugins) ? value : undefined
  } catch {
    return undefined
  }
}

function viewOf(manager: PluginManager): Map<string, Expected> {
  return new Map(
    manager.plugins.map(({ name, directory, state, dependencies, version }) => {
      const folder = directory.slice(ROOT.length + 1)
      const active = state === 'active'
      const one = {
        name,
        folder,
        state: state as Expected['state'],
        uses: active ? dependencies.toSorted() : [],
        version: active ? version : undefined,
      }
      return [`${name} in ${folder}`, one]
    }),
  )
}

function isSame(found: Map<string, Expected>, should: Map<string, Expected>): boolean {
  return linesOf(found, should).join('\n') === linesOf(should, found).join('\n')
}

function assertSame(found: Map<string, Expected>, should: Map<string, Expected>, what: string): void {
  assert.deepEqual(linesOf(found, should), linesOf(should, found), what)
}

function linesOf(view: Map<string, Expected>, other: Map<string, Expected>): string[] {
  return [...view.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { state, uses, version, stays }]) => {
      // Not whole yet, and not whole at all, are one thing at two times.
      const incomplete = state === 'incomplete' || other.get(key)?.state === 'incomplete'
      const said =
        incomplete && (state as string) !== 'active' && ['found', 'invalid', 'incomplete'].includes(state)
          ? 'incomplete'
          : state
      const loose = stays === true || other.get(key)?.stays === true
      return `${key}: ${said} ${version ?? ''} ${loose ? '' : uses.join()}`
    })
}

function same_(one: Description, other: Description): boolean {
  return (
    one.name === other.name &&
    one.version === other.version &&
    JSON.stringify(one.dependencies) === JSON.stringify(other.dependencies) &&
    JSON.stringify(one.optionalDependencies) === JSON.stringify(other.optionalDependencies) &&
    one.enabled === other.enabled
  )
}
