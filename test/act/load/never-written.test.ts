import assert from 'node:assert/strict'
import test from 'node:test'
import { Script } from 'node:vm'
import { isNeverWritten } from '#src/act/load/never-written.js'

const kept = [
  'const a = 1',
  'let a = 1; f(a, [a], { a }, { a: 1 })',
  'function a() {} a()',
  'function* a() {} [...a()]',
  'class a {}; new a(), a.b = 1, a[0] = 2',
  'const { a, b } = c; const [d] = e',
  'const { b = "c", d = \'e\' } = f; g(a, h)',
  'b[0] = c; b[d][e] = f; g(a, b)',
  '// let [b] = c\n f(a, b)',
  'for (const a of b) c(a)',
  'if (a == 1 || a === 2 || a >= 3 || a <= 4 || a != 5) a => a',
  'ab = 1; $a++; c.a = 2; c?.a, _a += 3',
  'c[0] = 1; c[d] = a',
  'return { a } // = 5',
  'a /* = 1 */ ; a // = 2',
  String.raw`'\u001b' + a`,
  `let b = [a] ${'/* c */ '.repeat(40)}; f(a, b)`,
]

const written = [
  'a = 1',
  'a\n= 1',
  'a /* why */ = 1',
  'a // why\n = 1',
  '(a) = 1',
  'a += 1',
  'a **= 1',
  'a >>>= 1',
  'a ??= 1',
  'a ||= 1',
  'a++',
  '--a',
  '++ (a)',
  '[a] = b',
  '[b, ...a] = c',
  '({ a } = b)',
  '({ b: a } = c)',
  '({ a = 1 } = b)',
  '[[(a)]] = b',
  'for (a of b);',
  'for ((a) in b);',
  'for await (a of b);',
  'for ([a] of b);',
  'let b, a = 1',
  'function f({ a } = {}) {}',
  '// what is left of the class\n a = 1',
  '// for each var\na++',
  'return[a]=b',
  'if (b)[a] = c',
  'else[b,a]=c',
  'b[0]=[a]=c',
  '// let\n [a] = b',
  '({ // let {\n a } = b)',
  '({ /* let { */ a } = b)',
  '({ "let {": a } = b)',
  '({ "let {": a, b: "c" } = b)',
  String.raw`\u0061 = 1`,
  String.raw`\u{61}++`,
]

test('a name that nothing writes to is found, and one that something may write to', () => {
  for (const text of kept) assert.equal(isNeverWritten(text, 'a'), true, text)
  for (const text of written) assert.equal(isNeverWritten(text, 'a'), false, text)
})

// In words, between which anything may stand that is no code.
const words = `
  f = 2
  f += 1
  f ++
  f --
  ++ f
  -- f
  + ++ f
  ! f ++ + 1
  f **= 2
  f ??= 2
  f ||= 2
  f >>>= 1
  ( f ) = 2
  ( ( f ) ) ++
  ++ ( f )
  a = f = 3
  a ? f = 1 : 0
  x => f = 2
  ( x , y = f = 2 ) => x
  void ( f = 2 )
  delete a [ f = 1 ]
  if ( 1 ) f = 2
  for ( f of [1] ) ;
  for ( f in {} ) ;
  for ( f = 0 ; f < 1 ; f ++ ) ;
  for ( [ f ] of [[1]] ) ;
  for ( { f } of [] ) ;
  for ( const q in f = {} ) ;
  [ f ] = [1]
  [ , f ] = [1,2]
  [ a , f ] = [1,2]
  [ ... f ] = [1]
  [ ( f ) ] = []
  [ f = 3 ] = []
  [ f . x , f ] = [1,2]
  ({ f } = {})
  ({ f = 3 } = {})
  ({ a , f } = {})
  ({ a : f } = {})
  ({ a : f = 3 } = {})
  ({ a : ( f ) } = {})
  ({ ... f } = {})
  ({ 'q' : [ f ] } = { q : [] })
  ({ [ f = 2 ] : 1 })
  \`\${ f = 2 }\``
  .trim()
  .split('\n')
  .map((line) => line.trim().split(' '))

const long = 'as long as it likes to be, '.repeat(20)
const gaps = [
  '',
  ' ',
  '\t',
  '\n',
  '\u2028',
  '\u00A0',
  '/**/',
  ' /* a ++ */ ',
  `/* ${long}*/`,
  '/*\n*/',
  '/* // */',
]
gaps.push('/* /* */', '// c\n', `// ${long}\n`, '// a // b\n', '//*\n', '\n// x\n// http://y\n', '// */\n')

const isProgram = (text: string): boolean => {
  try {
    return new Script(`"use strict";${text}`) instanceof Script
  } catch {
    return false
  }
}

test('every way to write to a variable is seen, whatever stands between its words', () => {
  let tried = 0
  for (const form of words) {
    for (const gap of gaps) {
      const everywhere = form.map((word) => gap + word).join('')
      const texts = form.map((_, at) => form.map((word, index) => (index === at ? gap : ' ') + word).join(''))
      for (const text of [everywhere, ...texts]) {
        const program = `let f = 1, a = []\nfunction write(y) { ${text}\n }`
        if (!isProgram(program)) continue
        tried += 1
        assert.equal(isNeverWritten(program, 'f'), false, program)
      }
    }
  }
  assert.ok(tried > 3000, String(tried))
})
