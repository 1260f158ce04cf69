import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { dice } from '../dice.ts'
import type { PluginsFolder } from '../plugin-folder.ts'

/** One plugin of each kind, and one behind a link. */
const PLUGINS = { a: 'cjs', b: 'mjs', c: 'ts', d: 'cjs' } as const
type Name = keyof typeof PLUGINS
const NAMES = Object.keys(PLUGINS) as Name[]
const OPERATIONS = 12
const LONGEST_GAP_MS = 120

/** What editors, shells and deployments do to a plugins folder, at random moments; the same seed does the same. */
export class History {
  readonly #roll: (below: number) => number
  readonly #folder: PluginsFolder
  readonly #told: string[] = []
  readonly #begun = performance.now()
  readonly #releases: string[] = []
  #stamp = 0

  /** Fills the folder. */
  constructor(folder: PluginsFolder, seed: number) {
    this.#folder = folder
    this.#roll = dice(seed)
    this.#tell(`seed ${seed}`)
    for (const name of NAMES) {
      if (name === 'd') symlinkSync(this.#release(name), folder.file(name))
      else this.#fill(folder.file(name), name)
    }
  }

  /** What was done, a line each, with the ms since the beginning. */
  get story(): string {
    return this.#told.join('\n')
  }

  /** Does twelve things. Resolves right after the last. */
  async play(): Promise<void> {
    const operations: readonly ((name: Name) => void | Promise<void>)[] = [
      (name: Name) => this.#write(name),
      (name: Name) => this.#renameOver(name),
      (name: Name) => this.#unlink(name),
      (name: Name) => this.#remove(name),
      (name: Name) => this.#make(name),
      (name: Name) => this.#swap(name),
      (name: Name) => this.#vimSave(name),
      (name: Name) => this.#retarget(name),
    ]
    for (let count = 0; count < OPERATIONS; count += 1) {
      const gap = this.#roll(4) === 0 ? 0 : this.#roll(LONGEST_GAP_MS + 1)
      if (gap > 0) await delay(gap)
      await this.#pick(operations)(this.#pick(NAMES))
    }
    this.#tell('the end')
  }

  /** In place; now and then the file is empty for a while, as some editors save. */
  async #write(name: Name): Promise<void> {
    const [file, text] = this.#next(name)
    this.#tell(`write ${file}`)
    if (this.#roll(3) === 0) {
      put(file, '')
      await delay(this.#roll(40))
      this.#tell('... and its text')
    }
    put(file, text)
  }

  #renameOver(name: Name): void {
    const [file, text] = this.#next(name)
    this.#tell(`rename over ${file}`)
    put(`${file}.tmp`, text)
    renameSync(`${file}.tmp`, file)
  }

  #unlink(name: Name): void {
    const [file] = this.#next(name)
    this.#tell(`unlink ${file}`)
    rmSync(file, { force: true })
  }

  #remove(name: Name): void {
    this.#tell(`rm -rf ${name}`)
    rmSync(this.#folder.file(name), { recursive: true, force: true })
  }

  /** A folder with all that belongs into it, at once or a file at a time. */
  async #make(name: Name): Promise<void> {
    this.#tell(`mkdir ${name}`)
    const pause = this.#roll(3) === 0 ? 1 + this.#roll(30) : 0
    for (const [file, text] of this.#files(name)) {
      put(join(this.#folder.file(name), file), text)
      if (pause > 0) await delay(pause)
    }
  }

  /** The folder, or what a link leads to, makes way for another by two renames. */
  #swap(name: Name): void {
    this.#tell(`swap ${name}`)
    const path = this.#folder.file(name)
    const fresh = this.#release(name)
    this.#releases.splice(this.#releases.indexOf(fresh), 1)
    if (lstatSync(path, { throwIfNoEntry: false }))
      renameSync(path, join(this.#folder.root, `old-${this.#stamp}`))
    renameSync(fresh, path)
  }

  /** With `backupcopy=no`. */
  async #vimSave(name: Name): Promise<void> {
    const [file, text] = this.#next(name)
    this.#tell(`vim ${file}`)
    if (existsSync(file)) renameSync(file, `${file}~`)
    if (this.#roll(4) === 0) await delay(this.#roll(30))
    put(file, text)
    rmSync(`${file}~`, { force: true })
  }

  /** A link leads to a new release, or back to an older one; by a rename, or by removing the one that was there. */
  #retarget(name: Name): void {
    const older = this.#releases.filter((release) => release.includes(`/${name}-`))
    const target = older.length > 0 && this.#roll(4) === 0 ? this.#pick(older) : this.#release(name)
    this.#tell(`link ${name} to ${target}`)
    const path = this.#folder.file(name)
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    if (isFolder || this.#roll(3) === 0) {
      rmSync(path, { recursive: true, force: true })
      symlinkSync(target, path)
    } else {
      const link = join(this.#folder.root, 'link')
      symlinkSync(target, link)
      renameSync(link, path)
    }
  }

  #tell(what: string): void {
    this.#told.push(`${Math.round(performance.now() - this.#begun)} ms ${what}`)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#roll(list.length)]!
  }

  /** One of a plugin's files, with a text that it never had. */
  #next(name: Name): [file: string, text: string] {
    const [file, text] = this.#pick(this.#files(name))
    return [join(this.#folder.file(name), file), text]
  }

  /** Everything that says which version it is says it of each file by itself. */
  #files(name: Name): readonly (readonly [file: string, text: string])[] {
    this.#stamp += 1
    const stamp = this.#stamp
    const kind = PLUGINS[name]
    const imports =
      kind === 'cjs' ? `const { lib } = require('./lib/x.cjs')` : `import { lib } from './lib/x.${kind}'`
    const exporting = kind === 'cjs' ? 'exports.' : 'export const '
    return [
      ['metadata.json', `${JSON.stringify({ name, version: `1.0.${stamp}` })}\n`],
      [`plugin.${kind}`, `${imports}\n${exporting}activate = () => ({ value: 'entry ${stamp}, ' + lib })\n`],
      [`lib/x.${kind}`, `${exporting}lib = 'lib ${stamp}'\n`],
    ]
  }

  #fill(directory: string, name: Name): void {
    for (const [file, text] of this.#files(name)) put(join(directory, file), text)
  }

  /** A whole folder beside the plugins folder. */
  #release(name: Name): string {
    const path = join(this.#folder.root, 'releases', `${name}-${this.#stamp + 1}`)
    this.#fill(path, name)
    this.#releases.push(path)
    return path
  }
}

function put(file: string, text: string): void {
  const folder = dirname(file)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, text)
}
