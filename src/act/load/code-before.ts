const blank = /[\s(]/
const lineEnd = /[\n\r\u2028\u2029]/

/**
 * Where the code before a place ends, left out what is blank, a comment or an opening parenthesis. More than one place
 * where the text alone does not tell what is a comment.
 */
export function codeBefore(text: string, at: number): Set<number> {
  const found = new Set<number>()
  const begins = new Set([at])
  // Grows while it is walked.
  for (const begin of begins) {
    let end = begin - 1
    for (; end >= 0 && blank.test(text[end]!); end--)
      if (lineEnd.test(text[end]!)) for (const comment of lineComments(text, end)) begins.add(comment)
    found.add(end)
    if (text[end] === '/' && text[end - 1] === '*')
      for (const comment of blockComments(text, end - 1)) begins.add(comment)
  }
  return found
}

/** Where a comment may begin that ends with this line. */
function* lineComments(text: string, end: number): Generator<number> {
  for (let at = end - 1; at > 0 && !lineEnd.test(text[at]!); at--)
    if (text[at] === '/' && text[at - 1] === '/') yield at - 1
}

/** Where a comment may begin that ends with this star. */
function* blockComments(text: string, end: number): Generator<number> {
  for (let at = end - 1; at > 0 && !(text[at] === '/' && text[at - 1] === '*'); at--)
    if (text[at] === '*' && text[at - 1] === '/') yield at - 1
}
