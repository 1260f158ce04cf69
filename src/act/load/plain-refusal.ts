import { betweenWords } from './between-words.ts'

const suspicious = /\beval\b|target|<!--|-->|sourceMappingURL|\\u|\bmeta\b/

/** What would mean something else in a function, or what esbuild makes something else of. */
const refusals: readonly (readonly [string, RegExp])[] = [
  ['eval', /\beval\b/],
  ['new.target', new RegExp(String.raw`\bnew${betweenWords}\.`)],
  ['a comment as in HTML', /<!--|-->/],
  ['a source map', /\bsourceMappingURL=/],
  // In a function that is not async, `await` is a name.
  ['letters as escapes', /\\u(?:00|\{0*)(?:24|3\d|[46][1-9a-f]|[57][\da]|5f)/i],
  [
    'import.meta is changed',
    /\bimport\s*\.\s*meta\s*(?:=(?!=)|[-+*/%&|^<>?]{1,3}=(?!=)|\+\+|--)|(?:\+\+|--)\s*import\b/,
  ],
]

/** Why a module cannot do without a compiler, as far as a look at its text tells. */
export function plainRefusal(source: string): string | undefined {
  if (!suspicious.test(source)) return undefined
  return refusals.find(([, found]) => found.test(source))?.[0]
}
