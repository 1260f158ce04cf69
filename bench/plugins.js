import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The kinds of plugins: the file extension, and what `package.json` above them says. */
export const KINDS = {
  commonjs: { extension: 'js', type: 'commonjs' },
  module: { extension: 'js', type: 'module' },
  typescript: { extension: 'ts', type: 'module' },
}

/**
 * Writes a root with `count` plugins of three modules each, entry -> lib -> value: what an edit changes is two modules
 * below the entry. `activate` calls `globalThis.activated`, where somebody waits for it.
 */
export function writePlugins(root, { count, kind }) {
  const { extension, type } = KINDS[kind]
  const directory = join(root, 'plugins')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify({ private: true, type }))
  const names = Array.from({ length: count }, (_, at) => `plugin-${String(at).padStart(4, '0')}`)
  for (const name of names) {
    const folder = join(directory, name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'metadata.json'), JSON.stringify({ name, version: '1.0.0' }))
    writeFileSync(join(folder, `plugin.${extension}`), ENTRY[kind](name))
    writeFileSync(join(folder, `lib.${extension}`), LIB[kind](name))
    writeFileSync(join(folder, `value.${extension}`), VALUE[kind](0))
  }
  return new Plugins(directory, names, kind)
}

/** Plugins on the disk. */
export class Plugins {
  constructor(directory, names, kind) {
    this.directory = directory
    this.names = names
    this.kind = kind
  }

  get root() {
    return join(this.directory, '..')
  }

  entry(name) {
    return join(this.directory, name, `plugin.${KINDS[this.kind].extension}`)
  }

  /** The modules of one plugin. */
  modules(name) {
    return ['plugin', 'lib', 'value'].map((file) =>
      join(this.directory, name, `${file}.${KINDS[this.kind].extension}`),
    )
  }

  /** Saves a new value; the write has returned when this does. */
  write(name, value) {
    writeFileSync(this.modules(name)[2], VALUE[this.kind](value))
  }
}

const ENTRY = {
  commonjs: (name) => `'use strict'
const { current, describe } = require('./lib')

exports.activate = function activate(ctx) {
  const started = Date.now()
  globalThis.activated?.()
  return {
    value: current(),
    greet: (who) => \`\${describe('${name}')} greets \${who}\`,
    age: () => Date.now() - started,
  }
}
`,
  module: (name) => `import { current, describe } from './lib.js'

export function activate(ctx) {
  const started = Date.now()
  globalThis.activated?.()
  return {
    value: current(),
    greet: (who) => \`\${describe('${name}')} greets \${who}\`,
    age: () => Date.now() - started,
  }
}
`,
  typescript: (name) => `import { current, describe } from './lib.ts'

export interface Api {
  value: number
  greet(who: string): string
  age(): number
}

export function activate(ctx: unknown): Api {
  const started: number = Date.now()
  ;(globalThis as { activated?: () => void }).activated?.()
  return {
    value: current(),
    greet: (who: string): string => \`\${describe('${name}')} greets \${who}\`,
    age: () => Date.now() - started,
  }
}
`,
}

const LIB = {
  commonjs: () => `'use strict'
const { value } = require('./value')

exports.current = () => value
exports.describe = (name) => \`\${name} at \${value}\`
`,
  module: () => `import { value } from './value.js'

export const current = () => value
export const describe = (name) => \`\${name} at \${value}\`
`,
  typescript: () => `import { value } from './value.ts'

export const current = (): number => value
export const describe = (name: string): string => \`\${name} at \${value}\`
`,
}

const VALUE = {
  commonjs: (value) => `'use strict'\nexports.value = ${value}\n`,
  module: (value) => `export const value = ${value}\n`,
  typescript: (value) => `export const value: number = ${value}\n`,
}
