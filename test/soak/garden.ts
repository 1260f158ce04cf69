import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { pluginCode } from '../plugin-code.ts'
import type { Format } from '../plugin-code.ts'
import { Register } from './register.ts'

interface Bed {
  readonly format: Format
  /** The plugin that it depends on. */
  readonly needs?: string
}

/** Five that stand alone, and a chain of three. */
export const BEDS: Readonly<Record<string, Bed>> = {
  one: { format: 'cjs' },
  two: { format: 'mjs' },
  three: { format: 'ts' },
  four: { format: 'cjs' },
  five: { format: 'ts' },
  base: { format: 'mjs' },
  middle: { format: 'ts', needs: 'base' },
  top: { format: 'cjs', needs: 'middle' },
}

/** How a file gets its new text. */
export type Save = 'in place' | 'in two writes' | 'rename over' | 'vim'

const brokenText = (format: Format): readonly string[] => [
  'const = 1\n',
  'throw new Error("while loading")\n',
  pluginCode(format, { activate: 'throw new Error("in activate")' }),
]
/** Longer than this between two renames, and a folder may be taken for gone, in ms. */
const QUIET_MS = 40

/** The files of the plugins, and what they ask for. Everything here is done at once: no answer comes in between. */
export class Garden {
  readonly registers: ReadonlyMap<string, Register>
  readonly #root: string
  readonly #versions = new Map<string, number>()
  readonly #off = new Set<string>()
  readonly #gone = new Set<string>()
  #version = 0

  constructor(root: string) {
    this.#root = root
    for (const name of Object.keys(BEDS)) this.#fill(join(this.plugins, name), name, (this.#version += 1))
    this.#writeConfig()
    this.registers = new Map(
      Object.keys(BEDS).map((name) => [
        name,
        new Register(name, this.#versions.get(name)!, performance.now()),
      ]),
    )
  }

  get plugins(): string {
    return join(this.#root, 'plugins')
  }

  get config(): string {
    return join(this.#root, 'plugins.config.json')
  }

  /** A new version, by a change of the entry or of the file that it imports, which is written in place. */
  edit(name: string, save: Save, where: 'entry' | 'lib'): void {
    const version = this.#next(name)
    const { format } = BEDS[name]!
    if (where === 'entry') this.#save(this.#entry(name), entryText(name, version), save)
    else put(join(this.plugins, name, `lib/version.${format}`), libText(format, version))
  }

  /** The entry is no good any more; the last good version goes on. */
  break(name: string, kind: number): void {
    const texts = brokenText(BEDS[name]!.format)
    writeFileSync(this.#entry(name), texts[kind % texts.length]!)
  }

  /** A new version of everything. */
  mend(name: string): void {
    const version = this.#next(name)
    this.#gone.delete(name)
    this.#tell()
    this.#fill(join(this.plugins, name), name, version)
  }

  remove(name: string): void {
    this.#gone.add(name)
    this.registers.get(name)!.end(performance.now())
    this.#tell()
    rmSync(join(this.plugins, name), { recursive: true })
  }

  /** Another folder takes its place, by two renames. */
  swap(name: string): void {
    const version = this.#next(name)
    const fresh = join(this.#root, `new-${version}`)
    this.#fill(fresh, name, version)
    const begun = performance.now()
    renameSync(join(this.plugins, name), join(this.#root, `old-${version}`))
    renameSync(fresh, join(this.plugins, name))
    // The machine made a pause of it.
    if (performance.now() - begun > QUIET_MS)
      for (const register of this.registers.values()) if (register.newest !== 'off') register.admitGap()
    rmSync(join(this.#root, `old-${version}`), { recursive: true })
  }

  toggle(name: string, on: boolean, save: Save): void {
    if (on) this.#off.delete(name)
    else this.#off.add(name)
    this.#tell()
    this.#writeConfig(save)
  }

  /** The config cannot be read for a while: what it said last still holds. */
  breakConfig(): void {
    writeFileSync(this.config, '{ "plugins": [')
  }

  mendConfig(): void {
    this.#writeConfig()
  }

  /** Nothing but the time changes. */
  touch(name: string): void {
    const now = Date.now() / 1000
    utimesSync(this.#entry(name), now, now)
  }

  /** A version that no file had before, which will be asked for from now on. */
  #next(name: string): number {
    this.#version += 1
    this.#versions.set(name, this.#version)
    this.#tell()
    return this.#version
  }

  #tell(): void {
    const now = performance.now()
    for (const [name, register] of this.registers)
      register.expect(this.#runs(name) ? this.#versions.get(name)! : 'off', now)
  }

  #runs(name: string): boolean {
    const { needs } = BEDS[name]!
    return !this.#off.has(name) && !this.#gone.has(name) && (needs === undefined || this.#runs(needs))
  }

  #writeConfig(save: Save = 'rename over'): void {
    const plugins = [...this.#off].map((name) => ({ name, enabled: false }))
    this.#save(this.config, `${JSON.stringify({ plugins }, null, 2)}\n`, save)
  }

  #entry(name: string): string {
    return join(this.plugins, name, `plugin.${BEDS[name]!.format}`)
  }

  #fill(directory: string, name: string, version: number): void {
    const { format, needs } = BEDS[name]!
    const metadata = {
      name,
      version: `1.0.${version}`,
      ...(needs !== undefined && { dependencies: [needs] }),
    }
    this.#versions.set(name, version)
    put(join(directory, 'metadata.json'), JSON.stringify(metadata))
    put(join(directory, `lib/version.${format}`), libText(format, version))
    put(join(directory, `plugin.${format}`), entryText(name, version))
  }

  #save(file: string, text: string, save: Save): void {
    if (save === 'rename over') {
      put(`${file}.tmp`, text)
      renameSync(`${file}.tmp`, file)
    } else if (save === 'vim') {
      renameSync(file, `${file}~`)
      put(file, text)
      rmSync(`${file}~`)
    } else if (save === 'in two writes') inTwo(file, text)
    else put(file, text)
  }
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Empty, half and whole within some ms. */
function inTwo(file: string, text: string): void {
  const half = Math.floor(text.length / 2)
  const open = openSync(file, 'r+')
  const begun = performance.now()
  ftruncateSync(open, 0)
  writeSync(open, text.slice(0, half))
  while (performance.now() - begun < 3);
  writeSync(open, text.slice(half))
  closeSync(open)
}

function libText(format: Format, version: number): string {
  return format === 'cjs' ? `exports.version = ${version}\n` : `export const version = ${version}\n`
}

/**
 * Says at two moments what it is made of. The newer of its two files has its version; it holds something that would be
 * missed if it were kept, and has what ends with its generation.
 */
function entryText(name: string, version: number): string {
  const { format, needs } = BEDS[name]!
  const any = format === 'ts' ? ': any' : ''
  const imports =
    format === 'cjs'
      ? `const lib = require('./lib/version.cjs')`
      : `import * as lib from './lib/version.${format}'`
  const below = needs === undefined ? 'undefined' : `ctx.plugin('${needs}')`
  return `${imports}
${format === 'cjs' ? 'exports.activate =' : 'export const activate ='} (ctx${any}) => {
  const version = Math.max(${version}, lib.version)
  const { generation } = ctx
  const born = ${below}?.generation
  const look = () => {
    const below = ${below}
    return { version, generation, born, ...(below && { below: { name: '${needs}', version: below.version, generation: below.generation } }) }
  }
  ctx.host.http.on('request', (request${any}, response${any}) => {
    const first = look()
    setImmediate(() => response.end(JSON.stringify([first, look()])))
  })
  ctx.setInterval(() => {}, 1000)
  setInterval(() => {}, 1000)
  return { version, generation, ballast: new Array(8192).fill(version) }
}
`
}
