import type { ErrorObject } from 'ajv'

import { expectation, expectedKind, foundKind, foundValue } from './expectation.ts'
import type { SchemaLike } from './expectation.ts'
import type { JsonPath } from './json-places.ts'
import { nearest } from './nearest.ts'
import { shown } from './shown.ts'

/** One thing in which a value differs from its schema. */
export interface Mismatch {
  /** Where; of something missing, where it should be. */
  readonly path: JsonPath
  /** What is wrong at that place: the value, or that its key is there. */
  readonly part: 'key' | 'value'
  readonly kind: 'value' | 'missing' | 'unknown'
  /** The schema keyword that says so. */
  readonly keyword: string
  /** One sentence: what was expected, and what was found. */
  readonly message: string
  /** For an unknown key: the one that was most likely meant. */
  readonly meant?: string
  /** For an unknown key: those that are known. */
  readonly known?: readonly string[]
}

/** A list of thousands of wrong items is one mistake, and comparing errors with each other takes its time. */
const CONSIDERED = 200
const REPORTED = 20

interface Describing {
  /** Put before every path. */
  readonly prefix?: string
  /** Where values may be secrets: of these only the kind is told. Default: nowhere. */
  readonly secret?: (path: JsonPath) => boolean
}

/**
 * Says in words what ajv found, one mismatch for each place, the first twenty.
 * @param errors of a validator with `verbose` and `allErrors`.
 * @param root the value that was validated.
 */
export function mismatches(
  errors: readonly ErrorObject[],
  root: unknown,
  how: Describing = {},
): readonly Mismatch[] {
  const found = new Map<string, Mismatch>()
  const considered = errors.slice(0, CONSIDERED)
  for (const error of considered) {
    if (isEcho(error, considered)) continue
    if (found.size === REPORTED) break
    const mismatch = describe(error, root, considered, how)
    const key = JSON.stringify([mismatch.path, mismatch.kind === 'unknown'])
    if (!found.has(key)) found.set(key, mismatch)
  }
  return [...found.values()]
}

/** A path as one writes it in code: `dependencies.db`, `plugins[0].name`, `x["a b"]`. */
export function pathText(path: JsonPath, prefix = ''): string {
  let text = prefix
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${shown(step)}]`
  }
  return text
}

/** True if another error says the same, and better. */
function isEcho(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  if (error.keyword === 'if' || error.propertyName !== undefined) return true
  return errors.some(
    (other) =>
      (isChoice(other) || other.keyword === 'contains') &&
      error.schemaPath.startsWith(`${other.schemaPath}/`),
  )
}

function isChoice({ keyword }: ErrorObject): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf'
}

function describe(
  error: ErrorObject,
  root: unknown,
  errors: readonly ErrorObject[],
  how: Describing,
): Mismatch {
  const { keyword } = error
  const params = error.params as Record<string, unknown>
  const at = toPath(error.instancePath, root)
  const name = (path: JsonPath): string => {
    const text = pathText(path, how.prefix)
    return text === '' ? 'The file' : `\`${text}\``
  }

  if (keyword === 'required' || keyword === 'dependencies') {
    const missing = String(params['missingProperty'])
    const path = [...at, missing]
    const schema = (error.parentSchema as SchemaLike).properties?.[missing]
    const kind = schema && expectedKind(schema)
    return {
      path,
      part: 'value',
      kind: 'missing',
      keyword,
      message: `${name(path)} is missing${kind ? `: ${kind} is expected` : ''}.`,
    }
  }
  const extra = params['additionalProperty']
  if (typeof extra === 'string') {
    const path = [...at, extra]
    const known = Object.keys((error.parentSchema as SchemaLike).properties ?? {})
    const meant = nearest(extra, known)
    const message = `${name(path)} is not a known key.`
    return {
      path,
      part: 'key',
      kind: 'unknown',
      keyword,
      message,
      known,
      ...(meant !== undefined && { meant }),
    }
  }
  if (keyword === 'propertyNames') {
    const key = String(params['propertyName'])
    const path = [...at, key]
    const inner = errors.find(
      ({ propertyName, instancePath }) => propertyName === key && instancePath === error.instancePath,
    )
    const should = inner ? expectation(inner) : 'be a name that is allowed here'
    return {
      path,
      part: 'key',
      kind: 'value',
      keyword,
      message: `The key ${shown(key)} in ${name(at)} should ${should}.`,
    }
  }
  const found = how.secret?.(at) === true ? foundKind(error.data) : foundValue(error.data)
  if (isChoice(error)) {
    const inner = errors.filter(
      (other) => other.schemaPath.startsWith(`${error.schemaPath}/`) && !isChoice(other),
    )
    const ways = [...new Set(inner.map((each) => way(each, at, root)))].slice(0, 3).join(', or ')
    const should = ways === '' ? 'have exactly one of the allowed forms' : ways
    return {
      path: at,
      part: 'value',
      kind: 'value',
      keyword,
      message: `${name(at)} should ${should}, but is ${found}.`,
    }
  }
  return {
    path: at,
    part: 'value',
    kind: 'value',
    keyword,
    message: `${name(at)} should ${expectation(error)}, but is ${found}.`,
  }
}

function way(error: ErrorObject, base: JsonPath, root: unknown): string {
  const inside = toPath(error.instancePath, root).slice(base.length)
  return inside.length === 0 ? expectation(error) : `${expectation(error)} at \`${pathText(inside)}\``
}

/** A JSON pointer, with numbers for the indexes of lists. */
function toPath(pointer: string, root: unknown): JsonPath {
  let at = root
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const step = Array.isArray(at) ? Number(key) : key
      at = (at as Readonly<Record<string, unknown>> | null | undefined)?.[key]
      return step
    })
}
