import { parseTree } from 'jsonc-parser'
import type { Node } from 'jsonc-parser'

/** Keys and indexes that lead from the root of a JSON value to one inside it. */
export type JsonPath = readonly (string | number)[]

/** A position in a text, as editors count: both from 1, columns in UTF-16 units. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Where the values of one JSON text are. Nothing is computed before it is asked for. */
export interface Places {
  /**
   * Where the value at a path begins, or the key that names it. A path that leads nowhere gives the nearest value on
   * the way to it.
   */
  of(path: JsonPath, part?: 'key' | 'value'): Place
  /** The place of a character. */
  at(offset: number): Place
}

/**
 * Makes the places of a JSON text, comments and trailing commas allowed.
 * @param text nested at most a few dozen levels: the parser behind it recurses.
 * @param parsed its tree, where that is at hand.
 */
export function createPlaces(text: string, parsed?: Node): Places {
  let tree = parsed
  let starts: number[] | undefined

  function at(offset: number): Place {
    starts ??= lineStarts(text)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - starts[low]! + 1 }
  }

  return {
    at,
    of(path, part) {
      tree ??= parseTree(text)
      let node = tree
      let offset = tree?.offset ?? 0
      for (const [index, step] of path.entries()) {
        const found = node && child(node, step)
        if (!found) break
        node = found.value
        const last = index === path.length - 1
        offset = last && part === 'key' ? found.offset : (node?.offset ?? found.offset)
      }
      return at(offset)
    },
  }
}

function child(node: Node, step: string | number): { value: Node | undefined; offset: number } | undefined {
  if (node.type === 'array') {
    const value = node.children?.[Number(step)]
    return value && { value, offset: value.offset }
  }
  // Of a key that stands there twice, the last counts.
  const property = node.children?.findLast((each) => each.children?.[0]?.value === String(step))
  return property && { value: property.children?.[1], offset: property.offset }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length)
  return starts
}
