import assert from 'node:assert/strict'
import test from 'node:test'
import { isNeverWritten } from '#src/act/load/never-written.js'

const kept = [
  'const a = 1',
  'let a = 1; f(a, [a], { a }, { a: 1 })',
  'function a() {} a()',
  'function* a() {} [...a()]',
  'class a {}; new a(), a.b = 1, a[0] = 2',
  'const { a, b } = c; const [d] = e',
  'for (const a of b) c(a)',
  'if (a == 1 || a === 2 || a >= 3 || a <= 4 || a != 5) a => a',
  'ab = 1; $a++; c.a = 2; c?.a, _a += 3',
  'c[0] = 1; c[d] = a',
  'return { a } // = 5',
  'a /* = 1 */ ; a // = 2',
  String.raw`'\u001b' + a`,
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
  String.raw`\u0061 = 1`,
  String.raw`\u{61}++`,
]

test('a name that nothing writes to is found, and one that something may write to', () => {
  for (const text of kept) assert.equal(isNeverWritten(text, 'a'), true, text)
  for (const text of written) assert.equal(isNeverWritten(text, 'a'), false, text)
})
