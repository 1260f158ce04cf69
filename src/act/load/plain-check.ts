import { betweenWords } from './between-words.ts'
import { codeBefore } from './code-before.ts'
import { identifier } from './import-clause.ts'
import { checkTop, checkVariant, isDeclared } from './module-grammar.ts'
import { isNeverWritten } from './never-written.ts'
import { Refusal } from './refusal.ts'

/** A module whose imports and exports were taken out of its text. */
export interface Rewritten {
  readonly source: string
  /** As long as the source. */
  readonly text: string
  /** What it calls what it imports. */
  readonly locals: readonly string[]
  /** What it exports in a list. */
  readonly detached: ReadonlySet<string>
  /** Where a declaration lost the word `export`. */
  readonly bare: readonly number[]
  /** What the text calls a default export that has no name of its own. */
  readonly anonymous: string | undefined
  /** What the text calls `import.meta`. */
  readonly meta: string | undefined
  /** A name that the source does not use. */
  readonly unused: string
}

/** What nothing can declare, and could be read all the same. */
const values = new Set(['arguments', 'false', 'null', 'super', 'this', 'true'])

/** Prose goes on with a word. */
const requires = /\brequire\b(?![ \t]+(?!(?:in|instanceof|of)\b)[a-z])/i

/**
 * Makes sure that the text, as the body of a function, does what the module does, and fails where that fails.
 * @throws Refusal, SyntaxError
 */
export function checkPlain(module: Rewritten): void {
  const { text, locals, detached, anonymous, meta } = module
  checkTop(text)
  checkBare(module)
  for (const local of detached) {
    if (values.has(local) || !isDeclared(text, local))
      throw new Refusal(`${local} is exported and not declared`)
  }
  if (requires.test(text) && !locals.includes('require') && !isDeclared(text, 'require')) {
    throw new Refusal('require')
  }
  if (anonymous !== undefined) checkDefault(text, anonymous)
  for (const local of locals) {
    if (local === 'await' || local === '__proto__') throw new Refusal(`${local} is imported`)
    if (!isNeverWritten(text, local, false)) throw new Refusal(`${local} is imported and may be assigned to`)
  }
  // Like `new.target`, it can only be read.
  if (meta !== undefined) checkVariant(text.replaceAll(meta, 'new.target'))
}

/** What comes before an export must not go on with what it exports. */
function checkBare({ source, text, bare, unused }: Rewritten): void {
  const doubtful = bare.filter((at) =>
    [...codeBefore(source, at)].some((end) => end !== -1 && !/[;}]/.test(source[end]!)),
  )
  if (doubtful.length === 0) return
  let variant = ''
  let from = 0
  for (const [index, at] of doubtful.sort((a, b) => a - b).entries()) {
    variant += `${text.slice(from, at)}let ${unused}${index};`
    from = at
  }
  checkVariant(variant + text.slice(from))
}

/** What a comma after `export default …` would declare: an error that must stay one. */
const another = new RegExp(String.raw`,${betweenWords}(${identifier})${betweenWords}=(?![=>])`, 'g')
const patternBegins = new RegExp(String.raw`,${betweenWords}[{[]`)
const patternEnds = new RegExp(String.raw`[\]}]${betweenWords}=(?![=>])`)

function checkDefault(text: string, anonymous: string): void {
  another.lastIndex = text.indexOf(`const ${anonymous}=`)
  if (another.lastIndex < 0) return
  const rest = text.slice(another.lastIndex)
  const begin = rest.search(patternBegins)
  if (begin !== -1 && patternEnds.test(rest.slice(begin))) throw new Refusal('a comma after a default export')
  for (let found = another.exec(text); found !== null; found = another.exec(text)) {
    if (isDeclared(text, found[1]!)) throw new Refusal('a comma after a default export')
  }
}
