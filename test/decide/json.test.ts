import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseJson } from '#src/decide/json.js'
import { lines } from './judged.js'

function syntax(text: string, dialect: 'strict' | 'comments' = 'strict'): readonly string[] {
  return lines(parseJson(text, dialect, '/f.json').problems).map((line) =>
    line.replace('ERR_PLUGIN_JSON_', ''),
  )
}

const broken: readonly (readonly [what: string, text: string, ...problems: readonly string[]])[] = [
  ['an empty file', '', 'error 1:1 SYNTAX: The file is empty.'],
  ['a file of blanks', ' \n\t\r\n', 'error 1:1 SYNTAX: The file is empty.'],
  ['a file that ends early', '{"name": "a",\n"b": [1', 'error 2:8 SYNTAX: The file ends in the middle.'],
  [
    'comments',
    '{ // a\n/* b */ "c": 1 }',
    'error 1:3 SYNTAX: JSON does not allow comments.',
    'error 2:1 SYNTAX: JSON does not allow comments.',
  ],
  [
    'a trailing comma',
    '{"a": [1,],\n}',
    'error 1:9 SYNTAX: JSON does not allow a trailing comma before "]".',
    'error 1:11 SYNTAX: JSON does not allow a trailing comma before "}".',
  ],
  ['single quotes', '{"a": \'b\'}', 'error 1:7 SYNTAX: JSON does not allow single quotes.'],
  ['a key without quotes', '{a: 1}', 'error 1:2 SYNTAX: "a" is not JSON.'],
  ['a missing comma', '{"a": 1\n "b": 2}', 'error 2:2 SYNTAX: A comma is missing before this.'],
  ['a missing colon', '{"a" 1}', 'error 1:6 SYNTAX: A colon is expected here.'],
  ['a comma too many', '{"a": 1,, "b": 2}', 'error 1:9 SYNTAX: A key is expected here.'],
  ['an open string', '{"a": "b\n}', 'error 1:7 SYNTAX: The string does not end on its line.'],
  ['a control character', '{"a": "\u0007"}', 'error 1:7 SYNTAX: A control character stands in a string.'],
  ['an unknown escape', '{"a": "\\q"}', 'error 1:7 SYNTAX: The escape is not valid.'],
  ['half a \\u', '{"a": "\\u12"}', 'error 1:7 SYNTAX: The \\u escape is not valid.'],
  ['NaN', '{"a": NaN}', 'error 1:7 SYNTAX: "NaN" is not JSON.'],
  ['text after the end', '{}\n{}', 'error 2:1 SYNTAX: The JSON value has ended before this.'],
  [
    'several at once',
    '{\n"a": \'x\',\n"b" 1,\n"c": tru,\n}',
    'error 2:6 SYNTAX: JSON does not allow single quotes.',
    'error 3:5 SYNTAX: A colon is expected here.',
    'error 4:6 SYNTAX: "tru" is not JSON.',
    'error 4:9 SYNTAX: JSON does not allow a trailing comma before "}".',
  ],
  ['lines that end in CR LF or CR', '{\r\n\r"a": x}', 'error 3:6 SYNTAX: "x" is not JSON.'],
]

for (const [what, text, ...expected] of broken) {
  test(`${what} is reported with its place`, () => {
    assert.deepEqual(syntax(text), expected)
    assert.equal(parseJson(text, 'strict', '/f.json').sound, false)
  })
}

test('comments and trailing commas are read where they are allowed', () => {
  const text = '{ // a\n "b": [1, 2, /* c */ ],\n "d": {"e": null, "f": -1.5e3,},\n}\n// g'
  const { sound, value, problems } = parseJson(text, 'comments', '/f.json')
  assert.deepEqual(
    { sound, value, problems },
    { sound: true, value: { b: [1, 2], d: { e: null, f: -1500 } }, problems: [] },
  )
})

test('more than twenty problems are cut, and the last says how many there are', () => {
  const { problems } = parseJson(
    `{${Array.from({ length: 50 }, (_, index) => `"${index}": x,\n`).join('')}}`,
    'strict',
    '/f.json',
  )
  assert.equal(problems.length, 20)
  assert.match(problems.at(-1)!.hint, /^3\d more follow/)
})

test('a forbidden key is not lost behind many that stand twice', () => {
  const { sound, problems } = parseJson(`{${'"a": 1,'.repeat(5000)}"__proto__": 1}`, 'strict', '/f.json')
  assert.equal(sound, false)
  assert.equal(problems.length, 21)
})

for (const [what, text, place] of [
  ['a key', '{\n "__proto__": {}}', '2:2'],
  ['an escaped key', '{"__proto\\u005f_": {}}', '1:2'],
  ['a deep key', '{"a": [{"b":\n{"constructor": 1}}]}', '2:2'],
  ['a key in settings', '{"settings": {"properties": {"prototype": {}}}}', '1:30'],
] as const) {
  test(`${what} that reaches for prototypes is refused`, () => {
    const { sound, problems } = parseJson(text, 'strict', '/f.json')
    assert.equal(sound, false)
    assert.deepEqual(
      problems.map(({ code, line, column }) => `${code} ${line}:${column}`),
      [`ERR_PLUGIN_KEY_FORBIDDEN ${place}`],
    )
    assert.equal(parseJson(`// c\n${text}`, 'comments', '/f.json').sound, false)
  })
}

test('twenty problems are all said, and each has its own hint', () => {
  const text = `{${Array.from({ length: 20 }, (_, index) => `"${index}" 1`).join(',')}}`
  const { problems } = parseJson(text, 'strict', '/f.json')
  assert.equal(problems.length, 20)
  assert.deepEqual(new Set(problems.map(({ hint }) => hint)).size, 1)
  const more = parseJson(text.replace('}', ',"a" 1}'), 'strict', '/f.json').problems
  assert.deepEqual(more.at(-1), {
    ...problems.at(-1),
    hint: '1 more follow. Check whether this is a JSON file at all.',
  })
})

test('a key is found to stand twice whatever is between it and its colon, and is told in short', () => {
  for (const blank of [' ', '\n', '\r', '\t', ' \r\n\t']) {
    const [problem, ...others] = parseJson(`{"a"${blank}: 1,"a"${blank}: 2}`, 'strict', '/f.json').problems
    assert.equal(problem?.code, 'ERR_PLUGIN_KEY_DUPLICATE')
    assert.deepEqual(others, [])
  }
  const long = `\u007f${'k'.repeat(80)}`
  const [problem] = parseJson(`{"${long}":1,"${long}":2}`, 'strict', '/f.json').problems
  assert.equal(
    problem?.message,
    `The key "\\u007f${'k'.repeat(59)}…" stands twice in one object; the last one counts.`,
  )
})

test('a forbidden word as a value is no key', () => {
  assert.deepEqual(parseJson('{"a": "__proto__", "b": ["constructor"]}', 'strict', '/f.json').problems, [])
})

test('M11 a key that stands twice: the last one counts, and a warning has the place', () => {
  const text = '{"a": 1, "b": {"c": 1,\n "c": 2}, "a": {"x": 3},\n "d": "\\"a\\": 1"}'
  const { sound, value, problems, places } = parseJson(text, 'strict', '/f.json')
  assert.equal(sound, true)
  assert.deepEqual(value, { a: { x: 3 }, b: { c: 2 }, d: '"a": 1' })
  assert.deepEqual(lines(problems), [
    'warning 2:2 ERR_PLUGIN_KEY_DUPLICATE: The key "c" stands twice in one object; the last one counts.',
    'warning 2:11 ERR_PLUGIN_KEY_DUPLICATE: The key "a" stands twice in one object; the last one counts.',
  ])
  assert.deepEqual(places.of(['a', 'x']), { line: 2, column: 22 })
})

test('M7 objects and lists that are nested deeper than 16: the file is refused at the bracket that is too much', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
  assert.equal(parseJson(nested(16), 'strict', '/f.json').sound, true)
  const { sound, problems } = parseJson(nested(17), 'strict', '/f.json')
  assert.equal(sound, false)
  assert.deepEqual(lines(problems), [
    'error 1:17 ERR_PLUGIN_JSON_SYNTAX: The file nests objects and lists more than 16 deep.',
  ])
})

test('only what is open at once counts as deep, and closing what is not open makes no room', () => {
  const deep = /nests objects and lists more than 16 deep/
  const message = (text: string): string =>
    parseJson(text, 'strict', '/f.json')
      .problems.map((problem) => problem.message)
      .join()
  assert.match(message(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`), deep)
  assert.match(message(`${'{"a":['.repeat(9)}${']}'.repeat(9)}`), deep)
  assert.equal(message(`${'{"a":'.repeat(16)}1${'}'.repeat(16)}`), '')
  for (const small of ['[]', '{}', '[{}]', '{"b":[]}']) {
    const many = Array.from({ length: 20 }, () => small).join()
    assert.match(message(`{"x":1,"x":[${many}]}`), /^The key "x" stands twice/)
  }
  assert.match(message(`{"a":${']'.repeat(20)},"b":${'['.repeat(17)}`), deep)
  const { places } = parseJson(`\n${'['.repeat(17)}`, 'strict', '/f.json')
  assert.deepEqual(places.of(['a', 0]), { line: 1, column: 1 })
})

for (const text of [
  '['.repeat(65_536),
  '{"a":'.repeat(13_000),
  `${'['.repeat(32_768)}${']'.repeat(32_768)}`,
  '/*'.repeat(32_768),
  '"\\'.repeat(21_000),
]) {
  test(`64 KiB of ${text.slice(0, 5)} neither overflow the stack nor take long`, () => {
    for (const dialect of ['strict', 'comments'] as const)
      assert.equal(parseJson(text, dialect, '/f.json').sound, false)
  })
}

test('the places of keys and values are found, and the nearest one for a path that leads nowhere', () => {
  const { places } = parseJson('{\n  "a": [1,\n    {"b": 2}]\n}', 'strict', '/f.json')
  assert.deepEqual(places.of([]), { line: 1, column: 1 })
  assert.deepEqual(places.of(['a']), { line: 2, column: 8 })
  assert.deepEqual(places.of(['a'], 'key'), { line: 2, column: 3 })
  assert.deepEqual(places.of(['a', 1, 'b']), { line: 3, column: 11 })
  assert.deepEqual(places.of(['a', 1, 'c', 'd']), { line: 3, column: 5 })
  assert.deepEqual(places.of(['a', 7]), { line: 2, column: 8 })
  assert.deepEqual(places.of(['z']), { line: 1, column: 1 })
})

test('of a torn file the values at its top that are whole can be told', () => {
  const value = (text: string): unknown => parseJson(text, 'strict', '/f.json').value
  assert.deepEqual(value('{"name": "db", "version": "1.0'), { name: 'db' })
  assert.deepEqual(value('{"name": "d'), {})
  assert.deepEqual(value('{"name": "db"'), { name: 'db' })
  assert.deepEqual(value('{"a": {"b": 1}, "c": [1], "name": "db", "__proto__": 1'), { name: 'db' })
  assert.deepEqual(value('{"a" 1, "n": /**/2, "name": "db"}'), { n: 2, name: 'db' })
  assert.deepEqual(value('[["a", 1],'), {})
  assert.deepEqual(value('"name'), {})
})

const text = fc.oneof(
  fc.string(),
  fc.json(),
  fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 3 })).map(([json, at, more]) => {
    const cut = at % (json.length + 1)
    return json.slice(0, cut) + more + json.slice(cut + 1)
  }),
)

test('any text is sound or has an error with a place inside it', () => {
  fc.assert(
    fc.property(text, fc.constantFrom('strict', 'comments'), (text, dialect) => {
      const { sound, problems } = parseJson(text, dialect, '/f.json')
      assert.equal(
        sound,
        problems.every(({ severity }) => severity === 'warning'),
      )
      const count = text.split(/\r\n|\n|\r/).length
      for (const { line, column, hint } of problems) {
        assert.ok(line! >= 1 && line! <= count && column! >= 1 && column! <= text.length + 1)
        assert.notEqual(hint, '')
      }
    }),
    { numRuns: 2000 },
  )
})

test('what JSON.parse refuses is refused in the strict dialect, and what it takes is read as it reads it', () => {
  fc.assert(
    fc.property(text, (text) => {
      const { sound, value, problems } = parseJson(text, 'strict', '/f.json')
      let expected: unknown
      try {
        expected = JSON.parse(text)
      } catch {
        assert.equal(sound, false)
        return
      }
      if (sound) assert.deepEqual(value, expected)
      else
        assert.ok(
          problems.some(
            ({ code, message }) => code === 'ERR_PLUGIN_KEY_FORBIDDEN' || message.includes('deep'),
          ),
        )
    }),
    { numRuns: 2000 },
  )
})

test('a value is the same whether the fast or the careful reader reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (json) => {
      const fast = parseJson(json, 'comments', '/f.json')
      const careful = parseJson(`// c\n${json}`, 'comments', '/f.json')
      if (fast.sound && !/[:[]-0[,\]}]|^-0$/.test(json)) assert.deepEqual(careful.value, fast.value)
      assert.equal(careful.sound, fast.sound)
    }),
  )
})
