import { parse } from 'es-module-lexer'
import { Refusal } from './refusal.ts'

/** What is blank for JavaScript, and not always for the lexer. */
const oddSpaces = /[^\S \t\n\v\f\r]/g

/**
 * The imports and exports of an ES module.
 * @throws Refusal where the lexer cannot be trusted; see also {@link isLexerError}
 */
export function lexModule(source: string): ReturnType<typeof parse> {
  const found = parse(source)
  const plain = source.replaceAll(oddSpaces, (sign) => (/[\u2028\u2029]/.test(sign) ? '\n' : ' '))
  if (plain !== source && JSON.stringify(parse(plain)) !== JSON.stringify(found))
    throw new Refusal('an odd space')
  return found
}

/** Whether the lexer gave up. */
export function isLexerError(error: unknown): error is Error {
  return error instanceof Error && 'idx' in error
}
