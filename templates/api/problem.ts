import { STATUS_CODES } from 'node:http'
import type { Context } from 'hono'

/** What is wrong with one value of the body: a JSON pointer to it, and what it should be. */
export interface Flaw {
  readonly pointer: string
  readonly detail: string
}

/** An error answer, as RFC 9457 describes it. */
export function problem(
  c: Context,
  status: 400 | 404 | 405 | 409 | 413 | 415 | 422 | 500,
  detail: string,
  errors?: readonly Flaw[],
): Response {
  const title = STATUS_CODES[status]
  return c.body(JSON.stringify({ type: 'about:blank', title, status, detail, errors }), status, {
    'content-type': 'application/problem+json',
  })
}

export const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
}
