import type { Export, Import, StaticImport } from 'es-module-lexer'
import { plainText, unusedName } from './commonjs.ts'
import { importClause, isExportClause } from './import-clause.ts'
import { isLexerError, lexModule } from './lex-module.ts'
import { checkPlain } from './plain-check.ts'
import { plainRefusal } from './plain-refusal.ts'
import { Refusal } from './refusal.ts'

/** An import or re-export statement. */
interface PlainImport {
  readonly specifier: string
  /** Local names by imported name; `*` is the namespace. */
  readonly names: readonly (readonly [imported: string, local: string])[]
}

/** A name that a module exports of another one; without `imported`, its namespace. */
interface PlainReexport {
  readonly name: string
  readonly imported: string | undefined
  /** Index of the import. */
  readonly from: number
}

/** An ES module whose text needs no compiler: it is the body of a function, every line and column where it was. */
export interface PlainSource {
  readonly text: string
  readonly imports: readonly PlainImport[]
  /** Local names by exported name. */
  readonly exports: ReadonlyMap<string, string>
  readonly reexports: readonly PlainReexport[]
  /** Indexes of the imports whose every name is exported. */
  readonly stars: readonly number[]
  /** Exported names whose value cannot change, as their declaration says. */
  readonly constant: ReadonlySet<string>
  /** What the text calls a default export that has no name of its own. */
  readonly anonymous: string | undefined
  /** What the text calls `import.meta`. */
  readonly meta: string | undefined
  /** What the text calls `import` of `import()`. */
  readonly importing: string | undefined
  /** Where `import()` leads. */
  readonly dynamic: readonly string[]
}

/**
 * Reads an ES module that can do without a compiler. What is in doubt is refused: esbuild takes it, in more time.
 * @returns the reason, where it is refused
 */
export function readPlainSource(content: string): PlainSource | { readonly refused: string } {
  if (content.startsWith('\ufeff#!')) return { refused: 'a byte order mark before a hashbang' }
  const source = plainText(content)
  const refused = plainRefusal(source)
  if (refused !== undefined) return { refused }
  try {
    return new Reader(source).read()
  } catch (error) {
    if (error instanceof Refusal || error instanceof SyntaxError || isLexerError(error)) {
      return { refused: error.message }
    }
    throw error
  }
}

/** What may follow a statement that is taken away: nothing that would have to be separated from it. */
const end = /[ \t]*(?:;|[\n\r\u2028\u2029]|\/\/|$)/y
const list = /export\s*\{[^{}'"`/]*\}/y
const defaulted = /export\s+default(?![\w$])/y
const declared = /export\s+(?=(const|let|class|function|async[ \t]+function)\b)/y
const letter = /[\w$\\\u0080-\uffff]/y
const commented = /\s*(?:async[ \t]*)?\/[/*]/y
const unnamed = /\s+((?:async[ \t]+)?function[ \t]*\*?|class)(?=[ \t]*(?:\(|\{|extends\b))/y
const named = /\s+(?=(?:(?:async[ \t]+)?function[ \t]*\*?|class)(?![\w$]))/y

class Reader {
  readonly #source: string
  readonly #found: readonly Import[]
  readonly #exported: readonly Export[]
  readonly #edits: { readonly at: number; readonly end: number; readonly text: string }[] = []
  readonly #constant = new Set<string>()
  /** Where a declaration lost the word `export`. */
  readonly #bare: number[] = []
  #anonymous: string | undefined
  #names = 0

  constructor(source: string) {
    this.#source = source
    const [found, exported] = lexModule(source)
    this.#found = found
    this.#exported = exported
  }

  read(): PlainSource {
    const statics = this.#found.filter(
      (found): found is StaticImport => 'typeOnly' in found && found.type !== 'import-meta',
    )
    const imports = statics.map((found) => this.#import(found))
    const dynamic: string[] = []
    const meta = this.#replace('import-meta', 'import.meta')
    const importing = this.#replace('dynamic', 'import', (found) => dynamic.push(specifierOf(found)))
    const exports = new Map<string, string>()
    const reexports: PlainReexport[] = []
    const stars: number[] = []
    const from = (index: number): number => statics.indexOf(this.#found[index] as StaticImport)
    const detached = new Set<string>()
    const seen = new Set<string>()
    for (const each of this.#exported) {
      const isDetached = this.#statement(each.exportStart)
      if (each.type === 'reexport-all') {
        stars.push(from(each.importIndex))
        continue
      }
      const { name } = each
      if (seen.has(name) || !/^[\w$]+$/.test(name) || name === '__proto__')
        throw new Refusal('an unusual export')
      seen.add(name)
      if (each.type === 'reexport') {
        reexports.push({ name, imported: each.importName ?? undefined, from: from(each.importIndex) })
        continue
      }
      const local = name === 'default' ? (this.#anonymous ?? each.localName) : each.localName
      if (local === undefined) throw new Refusal('an export without a name')
      exports.set(name, local)
      if (isDetached) detached.add(local)
      if (local === this.#anonymous || this.#isConst(each.exportStart)) this.#constant.add(name)
    }
    const text = this.#edited()
    const locals = imports.flatMap(({ names }) => names.map(([, local]) => local))
    checkPlain({
      source: this.#source,
      text,
      locals,
      detached,
      bare: this.#bare,
      anonymous: this.#anonymous,
      meta,
      unused: this.#unused(4),
    })
    return {
      text,
      imports,
      exports,
      reexports,
      stars,
      constant: this.#constant,
      anonymous: this.#anonymous,
      meta,
      importing,
      dynamic,
    }
  }

  #import(found: StaticImport): PlainImport {
    const { importStart, importEnd, start, specifier } = found
    if (found.attributes !== null || found.attributesStart !== -1) throw new Refusal('import attributes')
    if (found.phase !== null || found.typeOnly) throw new Refusal('an unusual import')
    this.#takeAway(importStart, importEnd)
    const head = this.#source.slice(importStart, start - 1)
    if (head.startsWith('export') && isExportClause(head)) return { specifier, names: [] }
    if (/^import\s*$/.test(head)) return { specifier, names: [] }
    const names = importClause(head)
    if (names === undefined) throw new Refusal('an unusual import')
    return { specifier, names }
  }

  /** Puts a name of the same length wherever the words stand. */
  #replace(type: Import['type'], words: string, each?: (found: Import) => void): string | undefined {
    const found = this.#found.filter((one) => one.type === type)
    if (found.length === 0) return undefined
    const name = this.#unused(words.length)
    for (const one of found) {
      const at = one.importStart
      const longer = sticky(letter, this.#source, at + words.length) !== undefined
      if (longer || !this.#source.startsWith(words, at)) throw new Refusal(`an unusual ${words}`)
      each?.(one)
      this.#edits.push({ at, end: at + words.length, text: name })
    }
    return name
  }

  /** Makes of an export what it is without the word. True for one that declares nothing itself. */
  #statement(at: number): boolean {
    const detached = sticky(list, this.#source, at)
    if (this.#edits.some((edit) => edit.at === at)) return detached !== undefined
    if (detached !== undefined) {
      if (!isExportClause(detached[0])) throw new Refusal('an unusual export')
      this.#takeAway(at, at + detached[0].length)
      return true
    }
    const word = sticky(declared, this.#source, at)
    if (word !== undefined) this.#lay(at, at + word[0].length)
    else this.#default(at)
    return false
  }

  #default(at: number): void {
    const words = sticky(defaulted, this.#source, at)
    if (words === undefined) throw new Refusal('an unusual export')
    const next = at + words[0].length
    if (sticky(commented, this.#source, next) !== undefined) throw new Refusal('a comment in an export')
    const bare = sticky(unnamed, this.#source, next)
    if (bare !== undefined && !(bare[1] === 'class' && /\bstatic\b/.test(this.#source))) {
      // Still a declaration, as it is no expression: what follows it begins anew.
      const length = words[0].length + bare[0].length
      const keyword = `${bare[1]!} `
      this.#anonymous = this.#unused(length - keyword.length)
      if (/[\n\r\u2028\u2029]/.test(words[0] + bare[0])) throw new Refusal('an unusual export')
      this.#edits.push({ at, end: at + length, text: keyword + this.#anonymous })
      this.#bare.push(at)
      return
    }
    if (bare !== undefined) throw new Refusal('a class without a name')
    if (sticky(named, this.#source, next) !== undefined) {
      this.#lay(at, next)
      return
    }
    if (words[0].length !== 'export default'.length) throw new Refusal('an unusual export')
    this.#anonymous = this.#unused('export default'.length - 'const ='.length)
    this.#edits.push({ at, end: next, text: `const ${this.#anonymous}=` })
  }

  #isConst(at: number): boolean {
    return sticky(declared, this.#source, at)?.[1] === 'const'
  }

  /** Leaves a declaration behind: like an import or an export, it can only stand at the top. */
  #takeAway(at: number, to: number): void {
    if (sticky(end, this.#source, to) === undefined) throw new Refusal('a statement behind an import')
    const start = `let ${this.#unused(3)};`
    if (/[\n\r\u2028\u2029]/.test(this.#source.slice(at, at + start.length))) {
      throw new Refusal('an import of many lines')
    }
    this.#edits.push({ at, end: to, text: start + spaces(this.#source.slice(at + start.length, to)) })
  }

  /** Leaves the declaration alone. */
  #lay(at: number, to: number): void {
    this.#edits.push({ at, end: to, text: spaces(this.#source.slice(at, to)) })
    this.#bare.push(at)
  }

  #unused(length: number): string {
    const name = unusedName(this.#source, length, this.#names++)
    if (name.length !== length) throw new Refusal('too many names')
    return name
  }

  #edited(): string {
    let text = ''
    let from = 0
    for (const edit of this.#edits.sort((a, b) => a.at - b.at)) {
      text += this.#source.slice(from, edit.at) + edit.text
      from = edit.end
    }
    text += this.#source.slice(from)
    if (text.length !== this.#source.length || hasImport(text)) {
      throw new Refusal('an import that was not found')
    }
    return text
  }
}

function specifierOf(found: Import): string {
  const { specifier } = found
  if (found.type !== 'dynamic' || typeof specifier !== 'string' || found.glob || found.phase !== null) {
    throw new Refusal('import() of what is not known')
  }
  return specifier
}

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** Types in comments may name an import. */
function hasImport(text: string): boolean {
  const left = /\bimport\s*(?:[(.]|\/[*/])/
  return left.test(text) && left.test(text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ''))
}

function spaces(text: string): string {
  if (!/[\n\r\u2028\u2029]/.test(text)) return ' '.repeat(text.length)
  return text.replaceAll(/[^\n\r\u2028\u2029]/g, ' ')
}
