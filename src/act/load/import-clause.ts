/** A pattern of names, or of something that is refused when it is compiled. */
export const identifier: string = String.raw`(?!\d)(?:[\w$]|[^\0-\x7f\s])+`
const clause = new RegExp(
  String.raw`^import\b\s*(${identifier})?\s*(,)?\s*(?:\*\s*as\s+(${identifier})|(\{)([^{}]*)\})?\s*from\s*$`,
)
const binding = new RegExp(String.raw`^(${identifier})(?:\s+as\s+(${identifier}))?$`)
const member = String.raw`${identifier}(?:\s+as\s+${identifier})?`

const members = new RegExp(String.raw`^\s*(?:${member}\s*,\s*)*(?:${member}\s*)?$`)
const exporting = /^export\s*(?:\*\s*(?:as\s+[\w$]+\s*)?|\{([^{}]*)\}\s*)(?:from\s*)?$/

/** Whether an export statement, as far as the specifier, is written as it should be. */
export function isExportClause(head: string): boolean {
  const found = exporting.exec(head)
  return found !== null && (found[1] === undefined || members.test(found[1]))
}

/**
 * The local names that an import statement declares, each with the name that it has where it comes from; `*` is the
 * namespace.
 * @param head the statement as far as the specifier
 * @returns `undefined` for what is not as simple as that: comments, strings as names
 */
export function importClause(head: string): (readonly [imported: string, local: string])[] | undefined {
  const [, whole, comma, namespace, braces, list] = clause.exec(head) ?? []
  const parts = [whole, namespace ?? braces].filter((part) => part !== undefined)
  if (parts.length === 0 || (comma !== undefined) !== (parts.length === 2)) return undefined
  const names: (readonly [string, string])[] = []
  if (whole !== undefined) names.push(['default', whole])
  if (namespace !== undefined) names.push(['*', namespace])
  const listed = (list ?? '').split(',').map((part) => part.trim())
  if (listed.at(-1) === '') listed.pop()
  for (const part of listed) {
    const [, imported, local] = binding.exec(part) ?? []
    if (imported === undefined) return undefined
    names.push([imported, local ?? imported])
  }
  return names
}
