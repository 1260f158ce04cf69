import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { expectation, expectedKind, foundKind, foundValue } from '#src/decide/expectation.js'

const twelve = Array.from({ length: 12 }, (_, at) => at)

for (const [schema, value, expected] of [
  [{ type: 'string' }, 1, 'be a string'],
  [{ type: ['integer', 'null'] }, '', 'be a whole number or null'],
  [{ enum: ['a', 1, null] }, 2, 'be "a" or 1 or null'],
  [{ enum: ['\u007f', 'a'.repeat(61)] }, 2, String.raw`be "\u007f" or "${'a'.repeat(60)}…"`],
  [{ enum: twelve }, '', `be ${twelve.join(' or ')}`],
  [{ enum: [...twelve, 12] }, '', `be ${twelve.join(' or ')} or others`],
  [{ const: 'a' }, 2, 'be "a"'],
  [{ pattern: '^a$' }, 'b', 'match ^a$'],
  [{ minLength: 1 }, '', 'have at least 1 character'],
  [{ minLength: 2 }, '', 'have at least 2 characters'],
  [{ maxLength: 1 }, 'ab', 'have at most 1 characters'],
  [{ minItems: 2 }, [], 'have at least 2 items'],
  [{ maxItems: 0 }, [1], 'have at most 0 items'],
  [{ minProperties: 2 }, {}, 'have at least 2 keys'],
  [{ maxProperties: 0 }, { a: 1 }, 'have at most 0 keys'],
  [{ minimum: 3 }, 2, 'be 3 or more'],
  [{ maximum: 3 }, 4, 'be 3 or less'],
  [{ exclusiveMinimum: 3 }, 3, 'be more than 3'],
  [{ exclusiveMaximum: 3 }, 3, 'be less than 3'],
  [{ multipleOf: 3 }, 4, 'be a multiple of 3'],
  [{ uniqueItems: true }, [1, 1], 'have no item twice'],
  [{ not: {} }, 1, 'not be of the form that is ruled out'],
  [false, 1, 'not be there'],
  [{ contains: { const: 1 } }, [], 'contain at least 1 valid item(s)'],
] as const) {
  test(`what does not fit ${JSON.stringify(schema)} should ${expected}`, () => {
    const validate = new Ajv({ allErrors: true, strict: false }).compile(schema)
    assert.equal(validate(value), false)
    assert.equal(expectation(validate.errors!.at(-1)!), expected)
  })
}

test('an error without words says its keyword', () => {
  const error = { keyword: 'even', params: {}, instancePath: '', schemaPath: '' }
  assert.equal(expectation(error), 'satisfy "even"')
  assert.equal(expectation({ ...error, message: 'be what it must be' }), 'be what it must be')
})

test('what is asked for and what is found is said in a few words', () => {
  assert.equal(expectedKind({ type: ['array', 'object'] }), 'a list or an object')
  assert.equal(expectedKind({ enum: [true], type: 'boolean' }), 'true')
  assert.equal(expectedKind({}), undefined)
  assert.deepEqual([null, [], {}, true, 1, '', undefined].map(foundKind), [
    'null',
    'a list',
    'an object',
    'a boolean',
    'a number',
    'a string',
    'undefined',
  ])
  assert.deepEqual([null, true, 1, '', 'a'].map(foundValue), [
    'null',
    'true',
    'the number 1',
    'empty',
    'the string "a"',
  ])
})
