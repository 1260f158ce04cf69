import vm from 'node:vm'

/** What is no operand may follow a name just as well. */
const doubtfulAwait =
  /(?<!\bfor\s+)\bawait\b(?![ \t]*(?!(?:extends|in|instanceof|of)\b)[\w$'"~\u0080-\uffff])/g

/**
 * Finds what a module must not contain at its top, and a function may: `return`, `arguments`, `await`. V8 refuses them
 * in a static block.
 * @throws SyntaxError
 */
export function checkTop(text: string): void {
  if (!/\b(?:return|arguments|await)\b/.test(text)) return
  // Where a function is not async, `await` is a name, and no number can follow it.
  const sure = text.includes('await') ? text.replaceAll(doubtfulAwait, 'await 0&') : text
  vm.compileFunction(`"use strict";void class{static{{${sure}\n}}}`)
}

/**
 * Compiles a variant of a module's text, to see that it can be.
 * @throws SyntaxError
 */
export function checkVariant(text: string): void {
  vm.compileFunction(`"use strict";{${text}\n}`)
}

/** Whether a text that compiles declares a name at its top. */
export function isDeclared(text: string, name: string): boolean {
  try {
    vm.compileFunction(`"use strict";{let ${name};${text}\n}`)
    return false
  } catch (error) {
    if (error instanceof SyntaxError) return true
    throw error
  }
}
