import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from '#src/decide/json.js'

const closed = 'Close what is open; perhaps the file was not written to its end.'
const quotes = 'Put text into double quotes; only true, false, null and numbers go without.'
const colon = 'A colon is expected here. Write ":" between the key and its value.'
const open = 'The string does not end on its line. Close it with a double quote; write a line break as \\n.'
const number =
  'This is not a number as JSON writes it. Write it like 1, -1.5 or 2e3, or put it into double quotes if it is text.'
const zero =
  'JSON does not allow a number with a leading zero. Remove the zero, or put the number into double quotes if the zero belongs to it.'
const commas = 'A comma is missing before this. Separate what is listed by commas.'

for (const [text, ...expected] of [
  ['{"a":1,}', '1:7 JSON does not allow a trailing comma before "}". Remove the comma.'],
  [
    '{"a":1 // x\n}',
    '1:8 JSON does not allow comments. Remove the comment, or move it into an "x-comment" key.',
  ],
  ["{'a':1}", '1:2 JSON does not allow single quotes. Use double quotes.'],
  ['{"a":1e}', `1:6 ${number}`],
  ['{"a":01}', `1:6 ${zero}`],
  ['{"a":-007.5 , "b" 1}', `1:6 ${zero}`, `1:19 ${colon}`],
  ['{"a":[00],\n"b": 012', `1:7 ${zero}`, `2:6 ${zero}`],
  [' 01', `1:2 ${zero}`],
  ['{"version":1.0.0}', `1:12 ${number}`],
  ['[2026-11-21]', `1:2 ${number}`],
  ['[0x1F, 1_000, 10px]', `1:2 ${number}`, `1:8 ${number}`, `1:15 ${number}`],
  ['{"a":0 1}', `1:8 ${commas}`],
  ['[0"b"]', `1:3 ${commas}`],
  ['["0"1]', `1:5 ${commas}`],
  ['{"a":}', '1:6 A value is expected here. Write the value, or remove the extra comma.'],
  ['[1,,2]', '1:4 A value is expected here. Write the value, or remove the extra comma.'],
  ['{1:2}', '1:2 A key is expected here. Write a key in double quotes, or remove the extra comma.'],
  ['{"a" 1}', `1:6 ${colon}`],
  ['{"a":1 "b":2}', `1:8 ${commas}`],
  ['[1}', `1:3 ${commas}`, `1:4 The file ends in the middle. ${closed}`],
  ['{"a":1\n\n', `1:7 The file ends in the middle. ${closed}`],
  ['{} x', `1:4 "x" is not JSON. ${quotes}`],
  ['[,]', '1:2 JSON does not allow a trailing comma before "]". Remove the comma.'],
  ['{"a":1,,}', '1:8 JSON does not allow a trailing comma before "}". Remove the comma.'],
  ['["a" "b" [] {}]', `1:6 ${commas}`, `1:10 ${commas}`, `1:13 ${commas}`],
  ['[1 true 2]', `1:4 ${commas}`],
  [
    '{ /* a */ "b" 1}',
    '1:3 JSON does not allow comments. Remove the comment, or move it into an "x-comment" key.',
    `1:15 ${colon}`,
  ],
  [
    '[,"a" "b"]',
    '1:2 A value is expected here. Write the value, or remove the extra comma.',
    `1:7 ${commas}`,
  ],
  ['{"a": "b,\n  "c" 1}', `1:7 ${open}`, `2:7 ${colon}`],
  ['{"a": "b,\r\n\r\n  "c": 1, "d": 2}', `1:7 ${open}`],
  ['[1,"a]\n', `1:4 ${open}`, `1:7 The file ends in the middle. ${closed}`],
  ['[tru nul\n fals]', `1:2 "tru" is not JSON. ${quotes}`, `2:2 "fals" is not JSON. ${quotes}`],
  ['{"a": tru', `1:7 "tru" is not JSON. ${quotes}`],
  [`[${'x'.repeat(41)}]`, `1:2 "${'x'.repeat(40)}" is not JSON. ${quotes}`],
  ["{'a b':1}", '1:2 JSON does not allow single quotes. Use double quotes.'],
  ['   {"a" 1}', `1:9 ${colon}`],
  ['{} {}', '1:4 The JSON value has ended before this. Remove what follows it.'],
  ['{"a":undefined}', `1:6 "undefined" is not JSON. ${quotes}`],
  ['{"a":"\\u12"}', '1:6 The \\u escape is not valid. Write \\u and four hexadecimal digits.'],
  ['{"a":"\\x"}', '1:6 The escape is not valid. Write a backslash itself as \\\\.'],
  ['{"a":"\u0001"}', '1:6 A control character stands in a string. Write it as an escape: \\n, \\t, \\u001b.'],
  ['{"a":"b\n}', `1:6 ${open}`],
  ['{"a":1,"a":2}', '1:8 The key "a" stands twice in one object; the last one counts. Remove one.'],
  [
    '['.repeat(17) + ']'.repeat(17),
    '1:17 The file nests objects and lists more than 16 deep. Flatten it from here on.',
  ],
] as const) {
  test(`${JSON.stringify(text)} is told what is wrong, where, and what to do`, () => {
    const { problems } = parseJson(text, 'strict', '/f.json')
    assert.deepEqual(
      problems.map(({ line, column, message, hint }) => `${line}:${column} ${message} ${hint}`),
      expected,
    )
  })
}

test('where comments are allowed one that does not end is told so', () => {
  const [problem] = parseJson('{"a":1 /* x', 'comments', '/f.json').problems
  assert.equal(problem?.message, 'The comment does not end.')
  assert.equal(problem.hint, 'Close it with */.')
})
