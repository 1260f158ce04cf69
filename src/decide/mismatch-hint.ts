import type { Mismatch } from './mismatch.ts'

interface SchemaLike {
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaLike>>
  readonly items?: SchemaLike
}

/**
 * What to do about a mismatch. The schema's own `description` of the place, which editors show as well, says what is
 * wanted there.
 * @param file what the file is called: `metadata.json`.
 */
export function mismatchHint(mismatch: Mismatch, schema: object, file: string): string {
  if (mismatch.kind === 'unknown') {
    if (mismatch.meant !== undefined) return `Did you mean "${mismatch.meant}"?`
    const known = (mismatch.known ?? []).filter((key) => !key.startsWith('$'))
    return `Known here are ${known.join(', ')}; keys that begin with x- are yours.`
  }
  const description = descriptionAt(schema, mismatch)
  const act = `${mismatch.kind === 'missing' ? 'Add it to' : 'Correct it in'} ${file}.`
  return description === undefined ? act : `${act} ${description}`
}

function descriptionAt(schema: object, { path }: Mismatch): string | undefined {
  let at: SchemaLike | undefined = schema
  let description: string | undefined
  for (const step of path) {
    at = typeof step === 'number' ? at.items : at.properties?.[step]
    if (typeof at !== 'object') break
    description = at.description ?? description
  }
  return typeof description === 'string' ? description : undefined
}
