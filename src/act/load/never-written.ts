import { betweenWords } from './between-words.ts'
import { codeBefore } from './code-before.ts'

/**
 * True if a binding keeps the value that its declaration gives it. Looks at the text alone and says false when in doubt:
 * an assignment in a comment, or to a variable of the same name in another scope, is one.
 * @param text code without direct `eval`
 * @param patterns false: what a pattern assigns to does not matter
 */
export function isNeverWritten(text: string, name: string, patterns: boolean = true): boolean {
  let destructures: boolean | undefined
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + name.length)) {
    const end = at + name.length
    if (isPartOfAnother(text, at, end)) continue
    const next = afterBrackets(text, end)
    const doubtful =
      isAssigned(text, next) ||
      isChangedBefore(text, at) ||
      (patterns && isMember(text, next) && (destructures ??= hasDestructuring(text)))
    if (doubtful && !declares.test(text.slice(Math.max(0, at - lookBehind), at))) return false
  }
  return !text.includes(String.raw`\u`) || !hasEscaped(text, name)
}

const lookBehind = 40
// On one line: a word at the end of a line may end a comment.
const declares = /(?:\b(?:const|let|var|class)|\bfunction[ \t]*\*?)[ \t]+$|\bfunction\*$/
const loops = /\b(?:for|await)$/
const assigns = /=(?![=>])|(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)=(?!=)|\+\+|--/y
const operators = new Set(Array.from('=+-*/%&|^<>?', (sign) => sign.charCodeAt(0)))
const blank = /\s/

/** An operator that writes. */
function isAssigned(text: string, at: number): boolean {
  if (!operators.has(text.charCodeAt(at))) return false
  assigns.lastIndex = at
  return assigns.test(text)
}

/** `++` or `--`, or the head of a loop over something. */
function isChangedBefore(text: string, at: number): boolean {
  for (const end of codeBefore(text, at)) {
    const sign = text[end]
    if ((sign === '+' || sign === '-') && text[end - 1] === sign) return true
    if ((sign === 'r' || sign === 't') && loops.test(text.slice(Math.max(0, end - 6), end + 1)))
      if (text.slice(end + 1, at).includes('(')) return true
  }
  return false
}

/** What can follow a name inside of a pattern. */
function isMember(text: string, at: number): boolean {
  const sign = text[at]
  return sign === ',' || sign === ']' || sign === '}' || sign === undefined
}

// No comment and no half of a string in it: the word, or the bracket, could be part of that.
const declaredPattern =
  /\b(?:const|let|var)[ \t]*(?:\{(?:[^{}[\]/'"`]|'[^{}[\]/'\\]*'|"[^{}[\]/"\\]*")*\}|\[[^{}[\]/'"`]*\])\s*(?:=(?!=)|of\b|in\b)/g
const brokenOff = /\/\/.*\b(?:const|let|var)[ \t]*[[{][^}\]\n\r\u2028\u2029]*$/m
const element =
  /(?<=[\w$\]])(?<!\b(?:await|case|default|delete|do|else|in|instanceof|new|of|return|throw|typeof|void|yield))\[[^{}[\]]*\]\s*=(?![=>])/g
const assignedPattern = new RegExp(
  String.raw`[\]}](?:${betweenWords}\))*${betweenWords}(?:=(?![=>])|(?:of|in)\b)`,
)

/** True if some pattern may be assigned to outside of a declaration. */
function hasDestructuring(text: string): boolean {
  const left = brokenOff.test(text) ? text : text.replaceAll(declaredPattern, '')
  return assignedPattern.test(left.replaceAll(element, ''))
}

function isPartOfAnother(text: string, at: number, end: number): boolean {
  if (isPartOfName(text.charCodeAt(end)) || isPartOfName(text.charCodeAt(at - 1))) return true
  return text[at - 1] === '.' && !text.endsWith('...', at)
}

function isPartOfName(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x24 ||
    code === 0x5f ||
    // A half of a pair is one of a letter, where it stands beside a name.
    (code >= 0x80 && (/[\p{ID_Continue}\u200C\u200D]/u.test(String.fromCharCode(code)) || isSurrogate(code)))
  )
}

function isSurrogate(code: number): boolean {
  return code >= 0xd8_00 && code <= 0xdf_ff
}

const comments = new RegExp(String.raw`(?:${betweenWords}\))*${betweenWords}`, 'y')

/** The next place that is no space, no comment and no closing parenthesis. */
function afterBrackets(text: string, from: number): number {
  let at = from
  while (at < text.length && (text[at] === ')' || blank.test(text[at]!))) at++
  if (text[at] !== '/') return at
  comments.lastIndex = at
  comments.test(text)
  return comments.lastIndex
}

/** A name can be written in escapes. */
function hasEscaped(text: string, name: string): boolean {
  for (const [, short, long] of text.matchAll(/\\u(?:([\da-f]{4})|\{([\da-f]+)\})/gi)) {
    const code = Number.parseInt((short ?? long)!, 16)
    if (code > 0x10_ff_ff || name.includes(String.fromCodePoint(code))) return true
  }
  return false
}
