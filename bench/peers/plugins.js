import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What a plugin's start looks like when it goes wrong: its value is this. */
export const REFUSED = -1

/** Names of `count` plugins. */
export function namesOf(count) {
  return Array.from({ length: count }, (_, at) => `plugin-${String(at).padStart(4, '0')}`)
}

/**
 * Plugins on the disk, alike for everybody: three modules each, entry -> lib -> value. What is edited is `value`, two
 * modules below the entry. `lib` and `value` are the same for all contenders; the entry is what each one's
 * documentation asks for.
 *
 * `needs`: which plugins depend on the first one. `shape`: `plain`; `big` keeps 512 KB of state and has 30 KB of source;
 * `folder` adds the number of data files in its folder, read at its start, to the value.
 */
export class Plugins {
  constructor(root, contender, { count, shape = 'plain', needs = () => false }) {
    this.root = root
    this.contender = contender
    this.kind = contender.kind
    this.names = namesOf(count)
    this.shape = shape
    this.needs = needs
  }

  /** Writes all of it, with what else the contender's application consists of. */
  writeAll(setting) {
    this.put('package.json', JSON.stringify({ private: true, type: this.kind, ...this.contender.package }))
    for (const name of this.names) {
      for (const [file, text] of Object.entries(this.filesOf(name)))
        this.put(join('plugins', name, file), text)
    }
    const app = this.contender.app?.(this.names, setting) ?? {}
    for (const [file, text] of Object.entries(app)) this.put(file, text)
  }

  /** The files of one plugin, in the order in which they are copied in. */
  filesOf(name) {
    const needs = name !== this.names[0] && this.needs(name) ? this.names[0] : undefined
    return {
      ...this.contender.about?.(name, needs, this.shape),
      [this.contender.entry ?? 'plugin.js']: this.contender.source(name, needs),
      'lib.js': LIB[this.kind](this.shape === 'folder'),
      'value.js': this.valueSource(0),
    }
  }

  valueSource(value) {
    return VALUE[this.kind](value) + (this.shape === 'big' ? BIG[this.kind](value) : '')
  }

  /** Saves a new value. The write has returned when this does. */
  write(name, value) {
    writeFileSync(join(this.root, 'plugins', name, 'value.js'), this.valueSource(value))
  }

  /** Saves something that is no JavaScript. */
  writeBroken(name) {
    writeFileSync(join(this.root, 'plugins', name, 'value.js'), `${this.valueSource(0)}\nconst half = (\n`)
  }

  put(file, text) {
    const path = join(this.root, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

const LIB = {
  commonjs: (folder) => `'use strict'
const { value } = require('./value')
${folder ? `const { readdirSync } = require('fs')\n` : ''}
exports.current = () => value${folder ? ` + readdirSync(__dirname).filter((file) => file.startsWith('part-')).length` : ''}
exports.describe = (name) => \`\${name} at \${value}\`
`,
  module: (folder) => `import { value } from './value.js'
${folder ? `import { readdirSync } from 'node:fs'\nimport { dirname } from 'node:path'\nimport { fileURLToPath } from 'node:url'\n` : ''}
export const current = () => value${folder ? ` + readdirSync(dirname(fileURLToPath(import.meta.url))).filter((file) => file.startsWith('part-')).length` : ''}
export const describe = (name) => \`\${name} at \${value}\`
`,
}

const VALUE = {
  commonjs: (value) => `'use strict'\nexports.value = ${value}\n`,
  module: (value) => `export const value = ${value}\n`,
}

/** 512 KB of numbers, and 400 functions that are different in each version. */
const BIG = {
  commonjs: (value) =>
    `exports.state = new Array(65536).fill(${value}.5)\nexports.work = ${functions(value)}\n`,
  module: (value) =>
    `export const state = new Array(65536).fill(${value}.5)\nexport const work = ${functions(value)}\n`,
}

function functions(value) {
  const one = (_, at) => `(x) => x * ${at} + ${value} - Math.min(x, ${value + at}) /* ${'.'.repeat(24)} */`
  return `[\n${Array.from({ length: 400 }, one).join(',\n')},\n]`
}
