import type { Node } from 'jsonc-parser'

/** How something new has to be written to look like what stands beside it. */
export interface JsonStyle {
  /** What a line inside of it begins with; `undefined` where all stands on one line. */
  readonly indent: string | undefined
  /** No blanks between braces, colons and commas. */
  readonly compact: boolean
}

/** How the whole of a text is written. */
export interface JsonFormat {
  /** One step of indentation. */
  readonly unit: string
  readonly eol: string
}

/** Reads from a text how it is written; two blanks where it does not show. */
export function jsonFormat(text: string): JsonFormat {
  return {
    unit: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ',
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  }
}

/** What stands between a value and the next line: blanks and comments, and a comma among them. */
const BEHIND = /((?:[ \t]|\/\*[^]*?\*\/)*)(,)?(?:[ \t]|\/\*[^]*?\*\/)*(?:\/\/[^\r\n]*)?/y

/**
 * Puts a member behind the last one of an object or a list, on a line of its own where the last one has one, else beside
 * it. A comment at the end of a line stays with what it follows, and a trailing comma stays a habit.
 * @param container of the parsed `text`
 * @param render writes the member; told how the last one is written
 */
export function appendJson(text: string, container: Node, render: (style: JsonStyle) => string): string {
  const last = container.children?.at(-1)
  if (!last) return filled(text, container, render)
  const end = last.offset + last.length
  const lead = text.slice(text.lastIndexOf('\n', last.offset - 1) + 1, last.offset)
  const compact = /^[[{]\S/.test(textOf(text, container.type === 'array' ? last : container))
  BEHIND.lastIndex = end
  const [behind = '', before = '', comma = ''] = BEHIND.exec(text) ?? []
  if (!/^[ \t]*$/.test(lead)) {
    const at = comma === '' ? end : end + before.length + 1
    const member = render({ indent: undefined, compact })
    return [text.slice(0, at), comma ? '' : ',', compact ? '' : ' ', member, comma, text.slice(at)].join('')
  }
  const { eol, unit } = jsonFormat(text)
  const isBroken = container.type === 'object' || textOf(text, last).includes('\n')
  const member = render({ indent: isBroken ? lead + unit : undefined, compact })
  const after = end + behind.length
  return [text.slice(0, end), comma ? '' : ',', behind, eol, lead, member, comma, text.slice(after)].join('')
}

/** The first member of what has none; comments in there stay. */
function filled(text: string, container: Node, render: (style: JsonStyle) => string): string {
  const close = container.offset + container.length - 1
  const inner = text.slice(container.offset + 1, close).trimEnd()
  // Nothing shows how a list in a text of one line is to be written; an empty object may become anything.
  if (container.parent && !text.trim().includes('\n')) {
    const compact = !/[{,:]\s/.test(text)
    const member = render({ indent: undefined, compact })
    return text.slice(0, container.offset + 1) + inner + member + text.slice(close)
  }
  const { eol, unit } = jsonFormat(text)
  const begin = text.lastIndexOf('\n', container.offset - 1) + 1
  const outer = /^[ \t]*/.exec(text.slice(begin))![0]
  const member = render({ indent: outer + unit + unit, compact: false })
  return [
    text.slice(0, container.offset + 1),
    inner,
    eol,
    outer,
    unit,
    member,
    eol,
    outer,
    text.slice(close),
  ].join('')
}

function textOf(text: string, { offset, length }: Node): string {
  return text.slice(offset, offset + length)
}
