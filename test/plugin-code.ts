/** The three kinds of module that a plugin can be written in. */
export type Format = 'cjs' | 'mjs' | 'ts'

export const formats: readonly Format[] = ['cjs', 'mjs', 'ts']

export interface CodeParts {
  /** Statements at the top of the module. */
  readonly top?: string
  /** The body of `activate(ctx)`. */
  readonly activate?: string
  /** The body of `deactivate(ctx)`; none without. */
  readonly deactivate?: string
}

/** The text of an entry, with one line for each part: `top` is line 1, the body of `activate` begins in line 2. */
export function pluginCode(format: Format, { top = '', activate = '', deactivate }: CodeParts): string {
  const word = format === 'cjs' ? 'exports.' : 'export const '
  const ctx = format === 'ts' ? 'ctx: any' : 'ctx'
  const result = format === 'ts' ? ': Promise<any>' : ''
  const lines = [top, `${word}activate = async (${ctx})${result} => { ${activate} }`]
  if (deactivate !== undefined) lines.push(`${word}deactivate = async (${ctx})${result} => { ${deactivate} }`)
  return `${lines.join('\n')}\n`
}

/** The entry of a plugin whose API is `{ value }`. */
export function valueCode(format: Format, value: unknown): string {
  return pluginCode(format, { activate: `return { value: ${JSON.stringify(value)} }` })
}
