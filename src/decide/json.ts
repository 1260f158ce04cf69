import { createScanner, parseTree } from 'jsonc-parser'
import type { Node, ParseError } from 'jsonc-parser'

import type { Problem, ProblemCode } from '../model/problem.ts'
import { createPlaces } from './json-places.ts'
import type { Places } from './json-places.ts'
import { syntaxFlaws } from './json-syntax.ts'
import { shown } from './shown.ts'

/** A JSON text, read. */
export interface ParsedJson {
  /** False if the text is not JSON, nested too deep, or has a forbidden key. */
  readonly sound: boolean
  /**
   * What the text says. Of a text that is not sound only strings, numbers and booleans at its top are to be relied on:
   * those that are whole are there.
   */
  readonly value: unknown
  /** Without `plugin`; of each sort the first twenty. */
  readonly problems: readonly Problem[]
  readonly places: Places
}

/** `strict` is JSON; `comments` is JSON with comments and trailing commas. */
export type JsonDialect = 'strict' | 'comments'

/** Objects and lists inside each other, the root counted. */
const DEPTH_LIMIT = 16
const REPORTED = 20
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads a JSON text and says everything that is wrong with it, with its place. What is in order costs one
 * `JSON.parse` and one walk; the slower parser that knows positions only sees the rest.
 */
export function parseJson(text: string, dialect: JsonDialect, file: string): ParsedJson {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return examine(text, dialect, file, undefined, error as Error)
  }
  const keys = countKeys(value, 1)
  if (keys === countKeysInText(text)) return { sound: true, value, problems: [], places: createPlaces(text) }
  return examine(text, dialect, file, value)
}

/** The number of keys in a value; less than 0 if one is forbidden or the value is too deep. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > DEPTH_LIMIT) return -Infinity
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  if (keys.some((key) => forbidden.has(key))) return -Infinity
  let count = keys.length
  for (const inside of Object.values(value)) count += countKeys(inside, depth + 1)
  return count
}

/**
 * At least the number of keys in a JSON text: colons after a quote. One inside a string counts as well, which only
 * means a closer look. More keys here than in the value: one of them stands there twice.
 */
function countKeysInText(text: string): number {
  let count = 0
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1
    while (isSpace(text.charCodeAt(before))) before -= 1
    if (text.charCodeAt(before) === 34) count += 1
  }
  return count
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9
}

function examine(
  text: string,
  dialect: JsonDialect,
  file: string,
  parsed: unknown,
  error?: Error,
): ParsedJson {
  const deep = tooDeep(text)
  if (deep !== undefined) {
    const places = createPlaces(text, { type: 'null', offset: 0, length: 0 })
    const message = `The file nests objects and lists more than ${DEPTH_LIMIT} deep.`
    const hint = 'Flatten it from here on.'
    const problem = problemAt(places, deep, 'ERR_PLUGIN_JSON_SYNTAX', file, message, hint)
    return { sound: false, value: parsed, problems: [problem], places }
  }

  const errors: ParseError[] = []
  const tree = parseTree(text, errors, {
    disallowComments: dialect === 'strict',
    allowTrailingComma: dialect === 'comments',
    allowEmptyContent: false,
  })
  const places = createPlaces(text, tree)
  const problems: Problem[] = []
  const flaws = syntaxFlaws(text, errors)
  for (const { offset, message, hint } of flaws.slice(0, REPORTED)) {
    problems.push(problemAt(places, offset, 'ERR_PLUGIN_JSON_SYNTAX', file, message, hint))
  }
  if (flaws.length > REPORTED) {
    const hint = `${flaws.length - REPORTED} more follow. Check whether this is a JSON file at all.`
    problems[REPORTED - 1] = { ...problems[REPORTED - 1]!, hint }
  }
  if (dialect === 'strict' && error && flaws.length === 0) {
    problems.push(problemAt(places, 0, 'ERR_PLUGIN_JSON_SYNTAX', file, error.message, 'Correct the JSON.'))
  }
  if (tree) problems.push(...keyProblems(tree, places, file))
  if (tree && problems.every(({ severity }) => severity === 'warning')) {
    return { sound: true, value: toValue(tree), problems, places }
  }
  return { sound: false, value: tree && wholeScalars(tree, errors), problems, places }
}

/** The offset of the first bracket that opens one level too many. The scanner does not recurse; the parser would. */
function tooDeep(text: string): number | undefined {
  const scanner = createScanner(text)
  let depth = 0
  // 1 and 3 open an object and a list, 2 and 4 close them, 17 is the end.
  for (let token: number = scanner.scan(); token !== 17; token = scanner.scan()) {
    if (token === 1 || token === 3) depth += 1
    else if ((token === 2 || token === 4) && depth > 0) depth -= 1
    if (depth > DEPTH_LIMIT) return scanner.getTokenOffset()
  }
  return undefined
}

/** Warnings come after errors, and of each only the first few: there are files that are not meant to be read. */
function keyProblems(tree: Node, places: Places, file: string): readonly Problem[] {
  const refused: Node[] = []
  const repeated: Node[] = []
  inspectKeys(tree, refused, repeated)
  const first = (nodes: readonly Node[], code: ProblemCode, message: string, hint: string): Problem[] =>
    nodes.slice(0, REPORTED).map((node) => {
      const key = shown(node.value as string)
      return problemAt(places, node.offset, code, file, `The key ${key} ${message}`, hint)
    })
  const what = 'is refused: it can change what every object in the process is.'
  const twice = 'stands twice in one object; the last one counts.'
  return [
    ...first(refused, 'ERR_PLUGIN_KEY_FORBIDDEN', what, 'Rename the key.'),
    ...first(repeated, 'ERR_PLUGIN_KEY_DUPLICATE', twice, 'Remove one.').map((problem): Problem =>
      Object.assign(problem, { severity: 'warning' }),
    ),
  ]
}

function inspectKeys(node: Node, refused: Node[], repeated: Node[]): void {
  const seen = new Set<string>()
  for (const each of node.children ?? []) {
    const [key, value] = each.type === 'property' ? (each.children ?? []) : [undefined, each]
    if (key) {
      const name = String(key.value)
      if (forbidden.has(name)) refused.push(key)
      else if (seen.has(name)) repeated.push(key)
      seen.add(name)
    }
    if (value) inspectKeys(value, refused, repeated)
  }
}

/** Of a tree without errors. */
function toValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(toValue)
  if (node.type !== 'object') return node.value
  const value: Record<string, unknown> = {}
  for (const { children } of node.children ?? []) {
    const [key, inside] = children as [Node, Node]
    value[key.value as string] = toValue(inside)
  }
  return value
}

function wholeScalars(tree: Node, errors: readonly ParseError[]): unknown {
  const value: Record<string, unknown> = {}
  if (tree.type !== 'object') return value
  for (const { children } of tree.children ?? []) {
    const node = children?.[1]
    const key = String(children?.[0]?.value)
    if (!node || node.type === 'object' || node.type === 'array' || forbidden.has(key)) continue
    const end = node.offset + node.length
    const torn = errors.some(({ offset, length }) => offset < end && offset + length > node.offset)
    if (!torn) value[key] = node.value
  }
  return value
}

function problemAt(
  places: Places,
  offset: number,
  code: ProblemCode,
  file: string,
  message: string,
  hint: string,
): Problem {
  return { code, severity: 'error', file, ...places.at(offset), message, hint }
}
