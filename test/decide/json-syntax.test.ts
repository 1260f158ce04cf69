import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from '#src/decide/json.js'

const closed = 'Close what is open; perhaps the file was not written to its end.'
const quotes = 'Put text into double quotes; only true, false, null and numbers go without.'
const commas = 'A comma is missing before this. Separate what is listed by commas.'

for (const [text, ...expected] of [
  ['{"a":1,}', '1:7 JSON does not allow a trailing comma before "}". Remove the comma.'],
  [
    '{"a":1 // x\n}',
    '1:8 JSON does not allow comments. Remove the comment, or move it into an "x-comment" key.',
  ],
  ["{'a':1}", '1:2 JSON does not allow single quotes. Use double quotes.'],
  ['{"a":1e}', '1:6 This is not a number as JSON writes it. Write it like 1, -1.5 or 2e3.'],
  ['{"a":}', '1:6 A value is expected here. Write the value, or remove the extra comma.'],
  ['[1,,2]', '1:4 A value is expected here. Write the value, or remove the extra comma.'],
  ['{1:2}', '1:2 A key is expected here. Write a key in double quotes, or remove the extra comma.'],
  ['{"a" 1}', '1:6 A colon is expected here. Write ":" between the key and its value.'],
  ['{"a":1 "b":2}', `1:8 ${commas}`],
  ['[1}', `1:3 ${commas}`, `1:4 The file ends in the middle. ${closed}`],
  ['{"a":1\n\n', `1:7 The file ends in the middle. ${closed}`],
  ['{} x', `1:4 "x" is not JSON. ${quotes}`],
  ['{"a":undefined}', `1:6 "undefined" is not JSON. ${quotes}`],
  ['{"a":"\\u12"}', '1:6 The \\u escape is not valid. Write \\u and four hexadecimal digits.'],
  ['{"a":"\\x"}', '1:6 The escape is not valid. Write a backslash itself as \\\\.'],
  ['{"a":"\u0001"}', '1:6 A control character stands in a string. Write it as an escape: \\n, \\t, \\u001b.'],
  [
    '{"a":"b\n}',
    '1:6 The string does not end on its line. Close it with a double quote; write a line break as \\n.',
  ],
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
