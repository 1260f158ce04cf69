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
    const before = text.slice(Math.max(0, at - lookBehind), at)
    if (declares.test(before)) continue
    if (changedBefore.test(before) || loops.test(before)) return false
    const next = afterComments(text, end)
    assigns.lastIndex = next
    if (assigns.test(text)) return false
    if (!patterns) continue
    target.lastIndex = next
    if (target.test(text) && (destructures ??= hasDestructuring(text))) return false
  }
  // A name can be written in escapes.
  for (const [, short, long] of text.matchAll(escape)) {
    const code = Number.parseInt((short ?? long)!, 16)
    if (code > 0x10_ff_ff || name.includes(String.fromCodePoint(code))) return false
  }
  return true
}

const lookBehind = 40
const declares = /(?:\b(?:const|let|var|class)|\bfunction\s*\*?)\s+$|\bfunction\*$/
const changedBefore = /(?:\+\+|--)[\s(]*$/
const assigns = /=(?![=>])|(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)=(?!=)|\+\+|--/y
const loops = /\bfor\s*(?:await\s*)?\([\s(]*$/
/** What can follow a name inside of a pattern. */
const target = /[,\]}]|$/y
const escape = /\\u(?:([\da-f]{4})|\{([\da-f]+)\})/gi

const declaredPattern = /\b(?:const|let|var)\s*(?:\{[^{}[\]]*\}|\[[^{}[\]]*\])\s*(?:=(?!=)|of\b|in\b)/g
const element = /(?<=[\w$)\]])\[[^{}[\]]*\]\s*=(?![=>])/g
const assignedPattern = /[\]}](?:[\s)]|\/\*[^]*?\*\/|\/\/[^\n]*)*(?:=(?![=>])|(?:of|in)\b)/

/** True if some pattern may be assigned to outside of a declaration. */
function hasDestructuring(text: string): boolean {
  return assignedPattern.test(text.replaceAll(declaredPattern, '').replaceAll(element, ''))
}

function isPartOfAnother(text: string, at: number, end: number): boolean {
  if (isName(text.charCodeAt(end)) || isName(text.charCodeAt(at - 1))) return true
  return text[at - 1] === '.' && !text.endsWith('...', at)
}

/** As far as it matters: everything beyond ASCII may be part of a name. */
function isName(code: number): boolean {
  return code >= 0x80 || /[\w$]/.test(String.fromCharCode(code || 0x20))
}

/** The next place that is no space, no comment and no closing parenthesis. */
function afterComments(text: string, from: number): number {
  skipped.lastIndex = from
  skipped.test(text)
  return skipped.lastIndex
}

const skipped = /(?:[\s)]|\/\*[^]*?\*\/|\/\/[^\n]*)*/y
