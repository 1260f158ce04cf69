import { printParseErrorCode } from 'jsonc-parser'
import type { ParseError } from 'jsonc-parser'

/** One thing that keeps a text from being JSON. */
export interface SyntaxFlaw {
  readonly offset: number
  readonly message: string
  readonly hint: string
}

/** What a parser that goes on after an error found, without the errors that only follow from another. */
export function syntaxFlaws(text: string, errors: readonly ParseError[]): readonly SyntaxFlaw[] {
  const flaws: SyntaxFlaw[] = []
  let resumed = 0
  for (const error of errors) {
    const code = printParseErrorCode(error.error)
    if (error.offset < resumed) continue
    const next = flaw(text, code, error)
    if (flaws.at(-1)?.offset === next.offset) flaws.pop()
    flaws.push(next)
    resumed = resumesAt(text, code, error)
  }
  return flaws
}

/** The offset from which on an error is one of its own. */
function resumesAt(text: string, code: string, { offset, length }: ParseError): number {
  const end = offset + length
  const first = text[offset] ?? ''
  // Here the parser goes on as if nothing was.
  if (code === 'InvalidCommentToken' || /[,\]}]/.test(first)) return end
  if (code === 'CommaExpected' && /["[{]/.test(first)) return end
  // An open string swallows the comma after it: what the next line begins with is not to blame.
  const separator = code === 'UnexpectedEndOfString' ? /[\r\n]\s*\S?/g : /[,\]}\r\n]/g
  separator.lastIndex = end
  const found = separator.exec(text)
  return found ? found.index + found[0].length : text.length + 1
}

function flaw(text: string, code: string, { offset, length }: ParseError): SyntaxFlaw {
  const found = text.slice(offset, offset + Math.max(length, 1))
  if (text.trim() === '') {
    return { offset: 0, message: 'The file is empty.', hint: 'Write a JSON object: { … }.' }
  }
  const before = text.slice(0, offset).trimEnd()
  if (/^[}\]]/.test(found) && before.endsWith(',')) {
    return {
      offset: before.length - 1,
      message: `JSON does not allow a trailing comma before "${found[0]}".`,
      hint: 'Remove the comma.',
    }
  }
  if (offset >= text.trimEnd().length) {
    return {
      offset: text.trimEnd().length,
      message: 'The file ends in the middle.',
      hint: 'Close what is open; perhaps the file was not written to its end.',
    }
  }
  // Of 01, 1.0.0 and 10px the parser takes the beginning for a number, and stumbles over the rest.
  if (/^[\w.+-]/.test(found) && /\d/.test(text[offset - 1] ?? '')) {
    let begin = offset
    while (/[\w.+-]/.test(text[begin - 1] ?? '')) begin -= 1
    // Only 0 does not take the digits behind it along.
    return { offset: begin, ...(/^\d/.test(found) ? leadingZero : noNumber) }
  }
  return { offset, ...wording(code, found) }
}

const noNumber = {
  message: 'This is not a number as JSON writes it.',
  hint: 'Write it like 1, -1.5 or 2e3, or put it into double quotes if it is text.',
}
const leadingZero = {
  message: 'JSON does not allow a number with a leading zero.',
  hint: 'Remove the zero, or put the number into double quotes if the zero belongs to it.',
}

function wording(code: string, found: string): { message: string; hint: string } {
  switch (code) {
    case 'InvalidCommentToken': {
      return {
        message: 'JSON does not allow comments.',
        hint: 'Remove the comment, or move it into an "x-comment" key.',
      }
    }
    case 'InvalidSymbol': {
      return found.startsWith("'")
        ? { message: 'JSON does not allow single quotes.', hint: 'Use double quotes.' }
        : {
            message: `${JSON.stringify(found.slice(0, 40))} is not JSON.`,
            hint: 'Put text into double quotes; only true, false, null and numbers go without.',
          }
    }
    case 'UnexpectedEndOfNumber': {
      return noNumber
    }
    case 'PropertyNameExpected': {
      return {
        message: 'A key is expected here.',
        hint: 'Write a key in double quotes, or remove the extra comma.',
      }
    }
    case 'ValueExpected': {
      return { message: 'A value is expected here.', hint: 'Write the value, or remove the extra comma.' }
    }
    case 'ColonExpected': {
      return { message: 'A colon is expected here.', hint: 'Write ":" between the key and its value.' }
    }
    case 'CommaExpected': {
      return { message: 'A comma is missing before this.', hint: 'Separate what is listed by commas.' }
    }
    case 'EndOfFileExpected': {
      return { message: 'The JSON value has ended before this.', hint: 'Remove what follows it.' }
    }
    case 'UnexpectedEndOfComment': {
      return { message: 'The comment does not end.', hint: 'Close it with */.' }
    }
    case 'UnexpectedEndOfString': {
      return {
        message: 'The string does not end on its line.',
        hint: 'Close it with a double quote; write a line break as \\n.',
      }
    }
    case 'InvalidUnicode': {
      return { message: 'The \\u escape is not valid.', hint: 'Write \\u and four hexadecimal digits.' }
    }
    case 'InvalidEscapeCharacter': {
      return { message: 'The escape is not valid.', hint: 'Write a backslash itself as \\\\.' }
    }
    case 'InvalidCharacter': {
      return {
        message: 'A control character stands in a string.',
        hint: 'Write it as an escape: \\n, \\t, \\u001b.',
      }
    }
    default: {
      return { message: 'This is not JSON.', hint: 'Correct it, or compare it with a file that works.' }
    }
  }
}
