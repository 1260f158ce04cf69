import type { Context } from 'hono'
import { draftOf } from './item.ts'
import type { Draft } from './item.ts'
import { problem } from './problem.ts'

/** One of the two. */
type Sent =
  | { readonly draft: Draft; readonly refusal?: undefined }
  | { readonly draft?: undefined; readonly refusal: Response }

/** Characters that a body may have. */
const LONGEST = 100_000

/** The draft in the body of a request, or the answer that says what is wrong with it. */
export async function sent(c: Context): Promise<Sent> {
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
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { refusal: problem(c, 400, 'The body is not JSON.') }
  }
  const draft = draftOf(body)
  if ('flaws' in draft) return { refusal: problem(c, 422, 'The body is no item.', draft.flaws) }
  return { draft }
}
