import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import { mismatches, pathText } from '#src/decide/mismatch.js'
import type { Mismatch } from '#src/decide/mismatch.js'

function found(schema: object, value: unknown, how?: Parameters<typeof mismatches>[2]): readonly Mismatch[] {
  const validate = new Ajv({ allErrors: true, verbose: true, strict: false }).compile(schema)
  assert.equal(validate(value), false)
  return mismatches(validate.errors!, value, how)
}

// oxlint-disable-next-line unicorn/no-thenable -- a schema, and nothing to be awaited
const when = (condition: object, yes: object, no: object): object => ({ if: condition, then: yes, else: no })
const sides = { properties: { a: { type: 'string' }, b: { enum: [1] }, c: {} } }
const pair = { anyOf: [{ type: 'string' }, { type: 'object', properties: { id: { type: 'number' } } }] }

for (const [what, schema, value, ...expected] of [
  ['a missing key of a kind', { ...sides, required: ['a'] }, {}, '`a` is missing: a string is expected.'],
  ['a missing key of some values', { ...sides, required: ['b'] }, {}, '`b` is missing: 1 is expected.'],
  ['a missing key of any kind', { ...sides, required: ['c', 'd'] }, {}, '`c` is missing.', '`d` is missing.'],
  ['a missing key of no properties', { required: ['d'] }, {}, '`d` is missing.'],
  ['a key that another one needs', { dependencies: { a: ['b'] } }, { a: 1 }, '`b` is missing.'],
  [
    'what two other keys need',
    { dependencies: { a: ['b'], c: { required: ['d'] } } },
    { a: 1, c: 1 },
    '`b` is missing.',
    '`d` is missing.',
  ],
  ['a key where none is known', { additionalProperties: false }, { a: 1 }, '`a` is not a known key.'],
  [
    'a key that is unknown to one half and wrong for the other',
    { allOf: [{ additionalProperties: false }, sides] },
    { a: 1 },
    '`a` is not a known key.',
    '`a` should be a string, but is the number 1.',
  ],
  [
    'two mistakes of one value, of which the first counts',
    { properties: { a: { minimum: 2, multipleOf: 2 } } },
    { a: 1 },
    '`a` should be 2 or more, but is the number 1.',
  ],
  [
    'keys of the wrong form',
    { properties: { in: { propertyNames: { maxLength: 2 } } }, propertyNames: { pattern: '^[a-z]+$' } },
    { in: { 'a b': 1, abc: 1 }, 'a b': 1, C: 1 },
    'The key "a b" in The file should match ^[a-z]+$.',
    'The key "C" in The file should match ^[a-z]+$.',
    'The key "a b" in `in` should have at most 2 characters.',
    'The key "abc" in `in` should have at most 2 characters.',
  ],
  [
    'keys of two wrong forms',
    { propertyNames: when({ maxLength: 1 }, { const: 'x' }, { pattern: '^y' }) },
    { a: 1, bc: 1 },
    'The key "a" in The file should be "x".',
    'The key "bc" in The file should match ^y.',
  ],
  [
    'what depends on something else',
    when({ required: ['a'] }, { required: ['b'] }, {}),
    { a: 1 },
    '`b` is missing.',
  ],
  [
    'a choice',
    { properties: { to: pair, from: { type: 'null' } } },
    { from: 1, to: 1 },
    '`to` should be a string, or be an object, but is the number 1.',
    '`from` should be null, but is the number 1.',
  ],
  [
    'a choice, deep in one of its forms',
    { properties: { to: pair } },
    { to: { id: 'x' } },
    '`to` should be a string, or be a number at `id`, but is an object.',
  ],
  [
    'a choice of choices',
    { oneOf: [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, { minimum: 2 }, { type: 'string' }] },
    1,
    'The file should be a string, or be null, or be 2 or more, but is the number 1.',
  ],
  [
    'a choice of more than are told',
    { anyOf: [{ const: 1 }, { const: 2 }, { const: 3 }, { const: 4 }] },
    5,
    'The file should be 1, or be 2, or be 3, but is the number 5.',
  ],
  [
    'a choice of which two fit',
    { oneOf: [{ type: 'number' }, { minimum: 1 }] },
    2,
    'The file should have exactly one of the allowed forms, but is the number 2.',
  ],
  [
    'a list without what it should contain',
    { contains: { const: 1 } },
    [2, 3],
    'The file should contain at least 1 valid item(s), but is a list.',
  ],
  [
    'what stands in lists, and under keys with slashes',
    { additionalProperties: { items: { additionalProperties: { type: 'null' } } } },
    { 'a/b': [{ '~c': null }, { '~d/': 1 }], '~1': [{ x: 1 }] },
    '`["a/b"][1]["~d/"]` should be null, but is the number 1.',
    '`["~1"][0].x` should be null, but is the number 1.',
  ],
] as const) {
  test(`${what}: ${expected.join(' ')}`, () => {
    assert.deepEqual(
      found(schema, value).map(({ message }) => message),
      expected,
    )
  })
}

test('a mismatch says where it is, of what kind it is, and what is known there', () => {
  const schema = {
    ...sides,
    required: ['b'],
    additionalProperties: false,
    propertyNames: { pattern: '^[a-z]*$' },
  }
  assert.deepEqual(found(schema, { a: 1, bb: 1, 'something else': 1 }, { prefix: 'all' }), [
    {
      path: ['b'],
      part: 'value',
      kind: 'missing',
      keyword: 'required',
      message: '`all.b` is missing: 1 is expected.',
    },
    {
      path: ['something else'],
      part: 'key',
      kind: 'value',
      keyword: 'propertyNames',
      message: 'The key "something else" in `all` should match ^[a-z]*$.',
    },
    {
      path: ['bb'],
      part: 'key',
      kind: 'unknown',
      keyword: 'additionalProperties',
      message: '`all.bb` is not a known key.',
      known: ['a', 'b', 'c'],
      meant: 'b',
    },
    {
      path: ['something else'],
      part: 'key',
      kind: 'unknown',
      keyword: 'additionalProperties',
      message: '`all["something else"]` is not a known key.',
      known: ['a', 'b', 'c'],
    },
    {
      path: ['a'],
      part: 'value',
      kind: 'value',
      keyword: 'type',
      message: '`all.a` should be a string, but is the number 1.',
    },
  ])
  assert.deepEqual(found({ anyOf: [{ type: 'null' }] }, 1), [
    {
      path: [],
      part: 'value',
      kind: 'value',
      keyword: 'anyOf',
      message: 'The file should be null, but is the number 1.',
    },
  ])
})

test('of a secret value only the kind is told', () => {
  const schema = { additionalProperties: { anyOf: [{ type: 'null' }] } }
  assert.deepEqual(
    found(schema, { a: 'hunter2', b: 'x' }, { secret: ([key]) => key === 'a' }).map(({ message }) => message),
    ['`a` should be null, but is a string.', '`b` should be null, but is the string "x".'],
  )
})

test('the first twenty are reported, of what the first two hundred errors say', () => {
  const error = (at: number): ErrorObject => ({
    keyword: 'type',
    instancePath: `/${at}`,
    schemaPath: '#/items/type',
    params: { type: 'null' },
    data: 1,
  })
  const list = Array.from({ length: 300 }, () => 1)
  const paths = (places: readonly number[]): readonly unknown[] =>
    mismatches(places.map(error), list).map(({ path }) => path[0])
  assert.deepEqual(
    paths(list.map((_, at) => at)),
    Array.from({ length: 20 }, (_, at) => at),
  )
  const zeros = (count: number): number[] => Array.from({ length: count }, () => 0)
  assert.deepEqual(paths([...zeros(199), 1]), [0, 1])
  assert.deepEqual(paths([...zeros(200), 1]), [0])
})

test('a path is written as in code', () => {
  assert.equal(pathText([]), '')
  assert.equal(pathText(['a', 'b-c', '$d', '_e']), 'a.b-c.$d._e')
  assert.equal(pathText([0, 'a', 12]), '[0].a[12]')
  assert.equal(pathText(['a b', '1a', 'a\n', '-a']), String.raw`["a b"]["1a"]["a\n"]["-a"]`)
  assert.equal(pathText(['a'], 'all'), 'all.a')
  assert.equal(pathText([1], 'all'), 'all[1]')
})
