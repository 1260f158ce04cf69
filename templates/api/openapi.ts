import { draftSchema, itemSchema } from './item.ts'
import { problemSchema } from './problem.ts'

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: object): object => ({ 'application/json': { schema } })
const answer = (description: string, schema: object): object => ({ description, content: json(schema) })
const error = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: ref('Problem') } },
})

const body = { required: true, content: json(ref('Draft')) }
const bodyErrors = {
  400: error('The body is not JSON.'),
  413: error('The body is too long.'),
  415: error('The body is not application/json.'),
  422: error('The body is no item: `errors` says why.'),
}
const unknown = { 404: error('There is no item with this id.') }

/** The OpenAPI document of the routes in plugin.ts. */
export function openapi(
  info: { readonly title: string; readonly version: string; readonly description: string },
  base: string,
): object {
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: base || '/' }],
    // Open to everybody.
    security: [],
    paths: {
      '/items': {
        get: {
          operationId: 'listItems',
          summary: 'Lists items, the oldest first.',
          parameters: [
            query('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
            query('offset', { type: 'integer', minimum: 0, maximum: 999_999_999, default: 0 }),
          ],
          responses: {
            200: answer('Some of the items, and how many there are.', ref('Page')),
            400: error('limit or offset is no such number.'),
          },
        },
        post: {
          operationId: 'createItem',
          summary: 'Makes an item.',
          requestBody: body,
          responses: {
            201: {
              ...answer('The new item.', ref('Item')),
              headers: { location: { description: 'Where it is.', schema: { type: 'string' } } },
            },
            ...bodyErrors,
            409: error('There are as many items as there may be.'),
          },
        },
      },
      '/items/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: {
          operationId: 'getItem',
          summary: 'Gives one item.',
          responses: { 200: answer('The item.', ref('Item')), ...unknown },
        },
        put: {
          operationId: 'updateItem',
          summary: 'Replaces what a client may say of an item.',
          requestBody: body,
          responses: { 200: answer('The changed item.', ref('Item')), ...bodyErrors, ...unknown },
        },
        delete: {
          operationId: 'deleteItem',
          summary: 'Deletes an item.',
          responses: { 204: { description: 'It is gone.' }, ...unknown },
        },
      },
    },
    components: {
      schemas: {
        Draft: draftSchema,
        Item: itemSchema,
        Page: {
          type: 'object',
          required: ['total', 'items'],
          properties: { total: { type: 'integer' }, items: { type: 'array', items: ref('Item') } },
        },
        Problem: problemSchema,
      },
    },
  }
}

function query(name: string, schema: object): object {
  return { name, in: 'query', schema }
}
