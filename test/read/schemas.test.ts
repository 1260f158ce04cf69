import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { readSchemas } from '#src/read/schemas.js'

interface Described {
  readonly $id: string
  readonly title: string
  readonly description: string
  readonly properties: Readonly<
    Record<string, { readonly description?: string; readonly properties?: Described['properties'] }>
  >
}

test('the published schemas are read once', () => {
  assert.equal(readSchemas(), readSchemas())
})

for (const [name, schema] of Object.entries(readSchemas()) as [string, Described][]) {
  test(`the ${name} schema is valid draft-07 that a strict validator takes`, () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false })
    ajv.addKeyword('allowTrailingCommas')
    assert.equal(typeof ajv.compile(schema), 'function')
  })

  test(`editors learn from the ${name} schema what each key is`, () => {
    assert.match(schema.$id, /^https:\/\/.*\.schema\.json$/)
    assert.ok(schema.title && schema.description)
    const undescribed = (properties: Described['properties']): readonly string[] =>
      Object.entries(properties).flatMap(([key, { description, properties: inside }]) => [
        ...(description ? [] : [key]),
        ...undescribed(inside ?? {}),
      ])
    assert.deepEqual(undescribed(schema.properties), [])
  })
}
