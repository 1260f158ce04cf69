import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import * as fc from 'fast-check'
import { config, draft07, metadata } from '#src/decide/compiled-schemas.js'
import { readSchemas } from '#src/read/schemas.js'

const DRAFT = 'http://json-schema.org/draft-07/schema'
const schemas = readSchemas()
const plain = { allErrors: true, verbose: true, strict: false, validateSchema: false, meta: false } as const

function compiledNow(schema: object): ValidateFunction {
  const ajv = new Ajv(plain)
  ajv.addSchema({ $id: `${DRAFT}#` })
  return ajv.compile(schema)
}

/** What a validator finds, or why it gives up: `{ "valueOf": 1 }` is more than it can compare. */
function outcome(validate: ValidateFunction, value: unknown): unknown {
  try {
    return validate(value) ? null : validate.errors
  } catch (error) {
    return (error as Error).message
  }
}

const pairs = [
  ['metadata', metadata, compiledNow(schemas.metadata), schemas.metadata],
  ['config', config, compiledNow(schemas.config), schemas.config],
  ['draft07', draft07, new Ajv({ allErrors: true, verbose: true }).getSchema(DRAFT)!, undefined],
] as const

for (const [name, built, now, schema] of pairs) {
  const keys = Object.keys(((schema ?? now.schema) as { properties: object }).properties)
  const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...keys) }, fc.string())
  const leaf = fc.oneof(fc.string(), fc.constantFrom('hello', '1.0.0', 'on', '/x', 'object'), fc.jsonValue())
  const part = fc.oneof(leaf, fc.array(leaf), fc.dictionary(key, leaf))
  const value = fc.oneof(leaf, fc.dictionary(key, fc.oneof(part, fc.array(part), fc.dictionary(key, part))))

  test(`the built validator of ${name} finds what one compiled now finds`, () => {
    let wrong = 0
    fc.assert(
      fc.property(value, (given) => {
        const expected = outcome(now, given)
        assert.deepEqual(outcome(built, given), expected)
        if (expected !== null) wrong += 1
      }),
      { numRuns: 300 },
    )
    assert.ok(wrong > 50, `${wrong} of 300 values were wrong`)
  })
}
