import vm from 'node:vm'

/** What is no operand may follow a name just as well. */
const doubtfulAwait = /(?<!\bfor\s+)\bawait\b(?![ \t]*(?!(?:in|instanceof|of)\b)[\w$'"{~\u0080-\uffff])/g

/**
 * Compiles the text where V8 refuses what a module must not contain, and a function may: `return`, `arguments`, `await`,
 * a name that is declared twice.
 * @param names that the module imports
 * @throws SyntaxError
 */
export function checkModule(text: string, names: readonly string[]): void {
  // Where a function is not async, `await` is a name there, and no number can follow it.
  const sure = text.replaceAll(doubtfulAwait, 'await 0&')
  vm.compileFunction(`"use strict";void class{static{${blockOf(sure, names)}}}`)
  // A static block takes no notice of those.
  if (/\bvar\b/.test(text)) vm.compileFunction(`"use strict";${blockOf(text, names)}`)
}

/** Whether a text that compiles declares a name at its top. */
export function isDeclared(text: string, name: string): boolean {
  try {
    vm.compileFunction(`"use strict";${blockOf(text, [name])}`)
    return false
  } catch (error) {
    if (error instanceof SyntaxError) return true
    throw error
  }
}

/** Functions, too, can be declared once only in a block, as in a module. */
function blockOf(text: string, names: readonly string[]): string {
  return `{${names.length === 0 ? '' : `let ${names.join()};`}${text}\n}`
}
