import type { ErrorObject } from 'ajv'

import { shown } from './shown.ts'

/** As much of a JSON Schema as is needed to talk about it. */
export interface SchemaLike {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, SchemaLike>>
}

/** What a value should be by one error of ajv: the words after "should". */
export function expectation({ keyword, params, message }: ErrorObject): string {
  const { limit } = params as { limit?: number }
  switch (keyword) {
    case 'type': {
      return `be ${kinds((params as { type: string | string[] }).type)}`
    }
    case 'enum': {
      return `be ${oneOf((params as { allowedValues: unknown[] }).allowedValues)}`
    }
    case 'const': {
      return `be ${oneOf([(params as { allowedValue: unknown }).allowedValue])}`
    }
    case 'pattern': {
      return `match ${(params as { pattern: string }).pattern}`
    }
    case 'format': {
      return `be of the format ${(params as { format: string }).format}`
    }
    case 'minLength': {
      return `have at least ${limit} character${limit === 1 ? '' : 's'}`
    }
    case 'maxLength': {
      return `have at most ${limit} characters`
    }
    case 'minItems':
    case 'maxItems':
    case 'minProperties':
    case 'maxProperties': {
      return `have ${keyword.startsWith('min') ? 'at least' : 'at most'} ${limit} ${keyword.endsWith('Items') ? 'items' : 'keys'}`
    }
    case 'minimum': {
      return `be ${limit} or more`
    }
    case 'maximum': {
      return `be ${limit} or less`
    }
    case 'exclusiveMinimum': {
      return `be more than ${limit}`
    }
    case 'exclusiveMaximum': {
      return `be less than ${limit}`
    }
    case 'multipleOf': {
      return `be a multiple of ${(params as { multipleOf: number }).multipleOf}`
    }
    case 'uniqueItems': {
      return 'have no item twice'
    }
    case 'not': {
      return 'not be of the form that is ruled out'
    }
    case 'false schema': {
      return 'not be there'
    }
    default: {
      return (message ?? `satisfy "${keyword}"`).replace(/^must /, '')
    }
  }
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

function kinds(type: string | readonly string[]): string {
  const types = typeof type === 'string' ? type.split(',') : type
  return types.map((each) => kindNames[each] ?? each).join(' or ')
}

/** What a schema asks for, in a few words; `undefined` if that takes more. */
export function expectedKind({ type, enum: values }: SchemaLike): string | undefined {
  return values ? oneOf(values) : type && kinds(type)
}

function oneOf(values: readonly unknown[]): string {
  const texts = values
    .slice(0, 12)
    .map((value) => (typeof value === 'string' ? shown(value) : JSON.stringify(value)))
  return `${texts.join(' or ')}${values.length > 12 ? ' or others' : ''}`
}

/** What a value is, without telling the value. */
export function foundKind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const type = typeof value
  return type === 'boolean' ? 'a boolean' : (kindNames[type] ?? type)
}

/** What a value is, and which. */
export function foundValue(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : `the string ${shown(value)}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return foundKind(value)
}
