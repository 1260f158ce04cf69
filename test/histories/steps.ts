import fc from 'fast-check'
import { BEHAVIOURS, canRun } from './program.ts'
import type { Behaviour } from './program.ts'
import { CONFIG, ROOT } from './world.ts'
import type { World } from './world.ts'

/** What steps remember of each other: which folders there are. */
export interface Model {
  readonly folders: Set<string>
}

interface Step {
  readonly says: string
  /** A folder that has to be there. */
  readonly needs?: string
  /** It can only break what runs, or make it newer. Default true. */
  readonly harmless?: boolean
  /** It changes on whom a plugin depends. */
  readonly links?: boolean
  run(world: World, model: Model): unknown
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const
/** A plugin folder that is a link. */
const LINKED = 'g'
const FOLDERS = [...NAMES, LINKED] as const

class Command implements fc.AsyncCommand<Model, World> {
  readonly #step: Step

  constructor(step: Step) {
    this.#step = step
  }

  check({ folders }: Readonly<Model>): boolean {
    return this.#step.needs === undefined || folders.has(this.#step.needs)
  }

  async run(model: Model, world: World): Promise<void> {
    world.ledger.tell(`> ${this.#step.says}`)
    if (this.#step.harmless === false) world.unsettle()
    if (this.#step.links === true) world.links += 1
    await this.#step.run(world, model)
    await world.clock.turn()
  }

  toString(): string {
    return this.#step.says
  }
}

const folder = fc.constantFrom(...FOLDERS)
const name = fc.constantFrom(...NAMES)
const behaviour = fc.constantFrom<Behaviour>('ok', 'ok', 'ok', 'slow', ...BEHAVIOURS.filter(canRun))
const broken = fc.constantFrom<Behaviour>(...BEHAVIOURS.filter((one) => !canRun(one)))
const manner = fc.constantFrom<Manner>('in place', 'over', 'torn', 'gone between')
const range = fc.constantFrom('*', '*', '*', '^1.0.0', '^2.0.0')
const needs = fc.dictionary(name, range, { maxKeys: 2, noNullPrototype: true })

type Manner = 'in place' | 'over' | 'torn' | 'gone between'

/** Writes as programs do. */
function write(world: World, path: string, text: string, how: Manner): void {
  const { disk, clock } = world
  if (how === 'in place') disk.write(path, text)
  else if (how === 'over') disk.replace(path, text)
  else if (how === 'torn') {
    disk.write(path, text.slice(0, text.length / 2))
    clock.setTimeout(() => disk.has(path) && disk.write(path, text), 15)
  } else {
    const parent = path.slice(0, path.lastIndexOf('/'))
    disk.remove(path)
    clock.setTimeout(() => disk.has(parent) && disk.write(path, text), 15)
  }
}

function entry(world: World, in_: string, does: Behaviour, lib: boolean, how: Manner): void {
  world.version += 1
  // With code that can be used, the newest metadata.json counts as well.
  if (!world.counts(in_)) world.unsettle()
  const program = { v: world.version, does, ...(lib && { lib }) }
  if (lib && !world.disk.has(`${ROOT}/${in_}/lib.js`)) world.disk.write(`${ROOT}/${in_}/lib.js`, '0')
  write(world, `${ROOT}/${in_}/plugin.js`, JSON.stringify(program), how)
}

interface About {
  readonly major: number
  readonly dependencies: Record<string, string>
  readonly optionalDependencies: Record<string, string>
  readonly enabled: boolean | undefined
  readonly alias: string | undefined
}

const about: fc.Arbitrary<About> = fc.record({
  major: fc.constantFrom(1, 1, 1, 2),
  dependencies: needs,
  optionalDependencies: needs,
  enabled: fc.constantFrom(undefined, undefined, undefined, undefined, true, false),
  alias: fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: name }),
})

function metadata(in_: string, { major, alias, ...rest }: About, version: number): string {
  const others = (given: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(given).filter(([other]) => other !== (alias ?? in_)))
  return JSON.stringify({
    name: alias ?? in_,
    version: `${major}.${version}.0`,
    dependencies: others(rest.dependencies),
    optionalDependencies: others(rest.optionalDependencies),
    enabled: rest.enabled,
  })
}

const BAD: readonly ((good: string) => string)[] = [
  (good) => good.slice(0, -2),
  () => '',
  () => '[]',
  (good) => good.replace('"version"', '"versio"'),
  (good) => good.replace(/"version":"[^"]*"/, '"version":"one"'),
  (good) => good.replace(/"dependencies":\{[^}]*\}/, '"dependencies":7'),
  (good) => good.replace('{', '{"__proto__":{},'),
]

function make(world: World, in_: string, given: About, does: Behaviour, gap: number): void {
  world.version += 1
  world.disk.write(`${ROOT}/${in_}/metadata.json`, metadata(in_, given, world.version))
  const { version } = world
  const go = (): void => {
    if (gap > 0) world.unsettle()
    if (world.disk.has(`${ROOT}/${in_}/metadata.json`))
      world.disk.write(`${ROOT}/${in_}/plugin.js`, program(version, does))
  }
  if (gap === 0) go()
  else world.clock.setTimeout(go, gap)
}

const kinds: readonly (readonly [number, fc.Arbitrary<Step>])[] = [
  [
    15,
    fc.tuple(folder, behaviour, fc.boolean(), manner).map(([in_, does, lib, how]) => ({
      says: `write entry of ${in_}: ${does}${lib ? ', with lib' : ''}, ${how}`,
      needs: in_,
      // Between two files there may be none.
      harmless: how !== 'gone between',
      run: (world) => entry(world, in_, does, lib, how),
    })),
  ],
  [
    8,
    fc.tuple(folder, manner).map(([in_, how]) => ({
      says: `write lib of ${in_}, ${how}`,
      needs: in_,
      run: (world) => {
        if (world.isBehind(in_)) world.unsettle()
        write(world, `${ROOT}/${in_}/lib.js`, `${(world.version += 1)}`, how)
      },
    })),
  ],
  [
    8,
    fc.tuple(folder, about, manner).map(([in_, given, how]) => ({
      says: `describe ${in_}: ${metadata(in_, given, 0)}, ${how}`,
      needs: in_,
      harmless: false,
      run: (world) =>
        write(world, `${ROOT}/${in_}/metadata.json`, metadata(in_, given, (world.version += 1)), how),
    })),
  ],
  [
    6,
    fc.tuple(folder, fc.constantFrom(...BAD.keys())).map(([in_, at]) => ({
      says: `describe ${in_} badly (${at})`,
      needs: in_,
      run: ({ disk }) => {
        const path = `${ROOT}/${in_}/metadata.json`
        if (disk.has(path)) disk.write(path, BAD[at]!(disk.textOf(path)))
      },
    })),
  ],
  [
    8,
    fc.tuple(folder, broken, manner).map(([in_, does, how]) => ({
      says: `break ${in_}: ${does}, ${how}`,
      needs: in_,
      harmless: how !== 'gone between',
      run: (world) => entry(world, in_, does, false, how),
    })),
  ],
  [
    6,
    fc.tuple(folder, about).map(([in_, given]) => ({
      says: `mend ${in_}`,
      needs: in_,
      harmless: false,
      run: (world) => {
        entry(world, in_, 'ok', false, 'in place')
        world.disk.write(
          `${ROOT}/${in_}/metadata.json`,
          metadata(in_, { ...given, alias: undefined }, world.version),
        )
      },
    })),
  ],
  [
    5,
    fc.tuple(folder, fc.boolean()).map(([in_, again]) => ({
      says: `remove ${in_}${again ? ', and make it again at once' : ''}`,
      needs: in_,
      harmless: false,
      run: (world, model) => {
        const path = `${ROOT}/${in_}`
        const texts = world.disk.texts(path)
        world.disk.remove(path)
        if (again) for (const [file, text] of texts) world.disk.write(`${path}/${file}`, text)
        else model.folders.delete(in_)
      },
    })),
  ],
  [
    6,
    fc
      .tuple(folder, about, behaviour, fc.constantFrom(0, 0, 20, 300, 12_000))
      .map(([in_, given, does, gap]) => ({
        says: `make ${in_}: ${metadata(in_, given, 0)}, ${does}, entry after ${gap} ms`,
        harmless: false,
        run: (world, model) => {
          if (in_ === LINKED && !model.folders.has(in_)) {
            world.disk.makeFolder('/releases/1')
            world.disk.link(`${ROOT}/${in_}`, '/releases/1')
          }
          model.folders.add(in_)
          make(world, in_, given, does, gap)
        },
      })),
  ],
  [
    4,
    fc.tuple(name, about, behaviour, fc.constantFrom(0, 0, 30)).map(([in_, given, does, gap]) => ({
      says: `swap ${in_} by two renames: ${metadata(in_, given, 0)}, ${does}, ${gap} ms between`,
      needs: in_,
      harmless: false,
      run: (world) => {
        const { disk, clock } = world
        if (!disk.has(`${ROOT}/${in_}`)) return
        const version = (world.version += 1)
        disk.remove(`${ROOT}/${in_}.old`)
        disk.remove(`/new-${in_}`)
        disk.write(`/new-${in_}/metadata.json`, metadata(in_, given, version))
        disk.write(`/new-${in_}/plugin.js`, program(version, does))
        disk.rename(`${ROOT}/${in_}`, `${ROOT}/${in_}.old`)
        const second = (): void => {
          if (disk.has(`${ROOT}/${in_}`) || !disk.has(`/new-${in_}`)) return
          world.unsettle()
          disk.rename(`/new-${in_}`, `${ROOT}/${in_}`)
        }
        if (gap === 0) second()
        else clock.setTimeout(second, gap)
      },
    })),
  ],
  [
    3,
    fc.tuple(fc.constantFrom(1, 2, 3), behaviour).map(([release, does]) => ({
      says: `lead the link ${LINKED} to release ${release}: ${does}`,
      harmless: false,
      run: (world, model) => {
        const { disk } = world
        world.version += 1
        disk.write(
          `/releases/${release}/metadata.json`,
          JSON.stringify({ name: LINKED, version: `1.${world.version}.0` }),
        )
        disk.write(`/releases/${release}/plugin.js`, program(world.version, does))
        disk.remove(`${ROOT}/${LINKED}`)
        disk.link(`${ROOT}/${LINKED}`, `/releases/${release}`)
        model.folders.add(LINKED)
      },
    })),
  ],
  [
    6,
    fc
      .tuple(
        fc.array(fc.record({ name: folder, enabled: fc.boolean() }), { maxLength: 3 }),
        fc.constantFrom(undefined, undefined, 'off', 'on'),
        manner,
      )
      .map(([plugins, unlisted, how]) => ({
        says: `config ${JSON.stringify({ plugins, unlisted })}, ${how}`,
        harmless: false,
        run: (world) => write(world, CONFIG, JSON.stringify({ plugins, unlisted }), how),
      })),
  ],
  [
    3,
    fc.constantFrom('{ "plugins": [', '[', '', undefined).map((text) => ({
      says: text === undefined ? 'remove the config' : `config ${JSON.stringify(text)}`,
      run: ({ disk }) => (text === undefined ? disk.remove(CONFIG) : disk.write(CONFIG, text)),
    })),
  ],
  [
    6,
    fc.tuple(name, fc.array(name, { maxLength: 2 })).map(([in_, others]) => ({
      says: `let ${in_} need ${others.join() || 'nobody'}`,
      needs: in_,
      links: true,
      run: (world) => {
        const path = `${ROOT}/${in_}/metadata.json`
        if (!world.disk.has(path)) return
        const dependencies = [...new Set(others)].filter((other) => other !== in_)
        const version = `1.${(world.version += 1)}.0`
        world.disk.replace(path, JSON.stringify({ name: in_, version, dependencies }))
      },
    })),
  ],
  [
    10,
    fc.tuple(fc.uniqueArray(name, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([names, gated]) => ({
      says: `request ${names.join()}${gated ? ', slow' : ''}`,
      run: (world) => world.request(names, gated),
    })),
  ],
  [
    3,
    name.map((one) => ({
      says: `reload(${one})`,
      run: (world) => {
        const folder = world.manager.get(one)?.directory.slice(ROOT.length + 1)
        if (folder && world.isBehind(folder)) world.unsettle()
        world.track(`reload(${one})`, world.manager.reload(one))
      },
    })),
  ],
  [
    3,
    fc.tuple(name, fc.boolean(), fc.boolean()).map(([one, enabled, persist]) => ({
      says: `${enabled ? 'enable' : 'disable'}(${one}${persist ? ', persist' : ''})`,
      harmless: false,
      run: (world) => {
        const { manager } = world
        const known = manager.get(one) !== undefined
        if (known && persist) world.persisting.push(one)
        const call = enabled ? manager.enable(one, { persist }) : manager.disable(one, { persist })
        world.track(`toggle ${one}`, call)
        if (known && !persist) world.say(one, enabled)
      },
    })),
  ],
  [
    12,
    fc.constantFrom(1, 10, 30, 60, 100, 200, 700, 2000, 5000).map((ms) => ({
      says: `${ms} ms pass`,
      run: ({ clock }) => clock.advance(ms),
    })),
  ],
  [
    4,
    fc.constantFrom(0, 10, 50, 100).map((percent) => ({
      says: `${percent} % of the hints are lost from now on`,
      run: ({ watch }) => {
        watch.lost = percent
      },
    })),
  ],
  [
    3,
    fc.tuple(fc.constantFrom(0, 10, 60), fc.constantFrom(0, 20, 200)).map(([twice, delay]) => ({
      says: `${twice} % of the hints come twice, and up to ${delay} ms late`,
      run: ({ watch }) => Object.assign(watch, { twice, delay }),
    })),
  ],
  [
    3,
    fc
      .tuple(
        fc.constantFrom('EIO', 'ENOENT', 'EACCES'),
        fc.constantFrom('', '/a', '/b/metadata.json', '/c/plugin.js', 'config'),
      )
      .map(([code, at]) => ({
        says: `${code} once at ${at === '' ? 'the plugins folder' : at}`,
        // Of a folder that is not there nobody can say that it is only hidden.
        harmless: code !== 'ENOENT',
        run: ({ disk, reliable }) =>
          reliable || disk.fail(at === 'config' ? CONFIG : `${ROOT}${at}`, code, true),
      })),
  ],
  [8, fc.constant({ says: 'a slow request comes to its end', run: (world: World) => world.releaseGate() })],
  [
    1,
    fc.constant({
      says: 'close, and start anew',
      harmless: false,
      run: async (world: World) => {
        await world.close()
        world.start()
      },
    }),
  ],
  [
    6,
    fc.constantFrom('call' as const, 'call' as const, 'call' as const, 'wait' as const).map((how) => ({
      says: how === 'call' ? 'settled()' : 'everything comes to rest',
      run: (world) => world.settle(how),
    })),
  ],
  [
    1,
    fc
      .tuple(
        fc.constantFrom('', '/a', '/b', '/a/metadata.json', '/b/plugin.js'),
        fc.constantFrom('EIO' as const, 'ENOENT' as const),
      )
      .map(([at, code]) => ({
        says: `${code} at ${at === '' ? 'the plugins folder' : at} ${code === 'EIO' ? 'for a while' : 'once'}`,
        run: async (world) => {
          await world.settle('call')
          await world.unreadable(`${ROOT}${at}`, code)
        },
      })),
  ],
]

/** Histories of up to so many steps, with the weights of a day's work. */
export function histories(
  maxCommands: number,
  replayPath: string | undefined,
): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, World>>> {
  const step = fc.oneof(
    ...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary: arbitrary.map((one) => new Command(one)) })),
  )
  return fc.commands<Model, World, false>([step], {
    maxCommands,
    size: 'max',
    ...(replayPath !== undefined && { replayPath }),
  })
}

/** The text of a program. */
export function program(v: number, does: Behaviour): string {
  return JSON.stringify({ v, does })
}

/** Four plugins to begin with. */
export function begin(world: World): Model {
  const plain = { major: 1, optionalDependencies: {}, enabled: undefined, alias: undefined }
  make(world, 'a', { ...plain, dependencies: {} }, 'ok', 0)
  make(world, 'b', { ...plain, dependencies: { a: '*' } }, 'ok', 0)
  make(world, 'c', { ...plain, dependencies: { b: '*' }, optionalDependencies: { a: '*' } }, 'ok', 0)
  make(world, 'd', { ...plain, dependencies: {}, optionalDependencies: { e: '*' } }, 'ok', 0)
  world.start()
  return { folders: new Set(['a', 'b', 'c', 'd']) }
}
