import { draftOf } from './item.mjs'
import { problem } from './problem.mjs'

/** Characters that a body may have. */
const LONGEST = 100_000

/**
 * The draft in the body of a request, or the answer that says what is wrong with it.
 * @param {import('hono').Context} c
 * @returns {Promise<{ draft: import('./item.mjs').Draft, refusal?: undefined } | { draft?: undefined, refusal: Response }>}
 */
export async function sent(c) {
  if (!/^application\/json\s*(?:;|$)/i.test(c.req.header('content-type') ?? ''))
    return { refusal: problem(c, 415, 'The body must be application/json.') }
  // Not c.req.json(): that would hold a body of any length.
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of c.req.raw.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LONGEST) return { refusal: problem(c, 413, `The body may have ${LONGEST} characters.`) }
  }
  text += decoder.decode()
  let body
  try {
    body = JSON.parse(text)
  } catch {
    return { refusal: problem(c, 400, 'The body is not JSON.') }
  }
  const draft = draftOf(body)
  if ('flaws' in draft) return { refusal: problem(c, 422, 'The body is no item.', draft.flaws) }
  return { draft }
}
