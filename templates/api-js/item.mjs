/**
 * What a client sends.
 * @typedef {{ title: string, done: boolean }} Draft
 */

/**
 * What it gets.
 * @typedef {Draft & { id: string, createdAt: string, updatedAt: string }} Item
 */

const LONGEST_TITLE = 200

const fields = {
  title: { type: 'string', minLength: 1, maxLength: LONGEST_TITLE },
  done: { type: 'boolean', default: false },
}

export const draftSchema = {
  type: 'object',
  required: ['title'],
  additionalProperties: false,
  properties: fields,
}

export const itemSchema = {
  type: 'object',
  required: ['id', 'title', 'done', 'createdAt', 'updatedAt'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    ...fields,
    createdAt: { type: 'string', format: 'date-time' },
    updatedAt: { type: 'string', format: 'date-time' },
  },
}

/**
 * The draft that a client sent, or all that is wrong with it. Checks what `draftSchema` says: change them together.
 * @param {any} body
 * @returns {Draft | { flaws: import('./problem.mjs').Flaw[] }}
 */
export function draftOf(body) {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { flaws: [{ pointer: '', detail: 'It must be an object.' }] }
  const { title, done = false, ...others } = body
  const hasTitle = typeof title === 'string' && title !== '' && Array.from(title).length <= LONGEST_TITLE
  const hasDone = typeof done === 'boolean'
  const flaws = []
  if (!hasTitle)
    flaws.push({ pointer: '/title', detail: `It must be a text of 1 to ${LONGEST_TITLE} characters.` })
  if (!hasDone) flaws.push({ pointer: '/done', detail: 'It must be true or false.' })
  for (const key of Object.keys(others)) {
    const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    flaws.push({ pointer, detail: 'An item has no such key.' })
  }
  return hasTitle && hasDone && flaws.length === 0 ? { title, done } : { flaws }
}
