import { parse } from 'es-module-lexer'
import { unusedName } from './commonjs.ts'

/** Code in which each use of `import.meta` and `import()` is a name of the file that it was written in. */
export interface BoundImports {
  readonly code: string
  /** The names, and what to define them as. */
  readonly definitions: Record<string, string>
  /** Some `import()` is given something else than a text: any own file can be meant. */
  readonly open: boolean
}

/**
 * Replaces `import` of `import()`, and `import.meta`, by names of equal length, so that the source map stays exact.
 * esbuild puts the name of the file above each part of its output; that tells whose they are.
 * @param inputs names of the own files in the code
 * @param prefix what stands before these names in the code
 * @param fallback whose a use is that cannot be told to be some file's
 * @returns `undefined` if there is such a use and no fallback
 */
export function bindImports(
  code: string,
  inputs: ReadonlySet<string>,
  { prefix = '', fallback }: { readonly prefix?: string; readonly fallback?: string },
): BoundImports | undefined {
  const definitions: Record<string, string> = {}
  if (!/\bimport\b/.test(code)) return { code, definitions, open: false }
  const fileAt = sections(code, inputs, prefix)
  const names = new Map<string, string>()
  const nameFor = (file: string, kind: 'meta' | 'importer'): string => {
    const key = `${kind}(${JSON.stringify(file)})`
    let name = names.get(key)
    if (name === undefined) {
      name = unusedName(code, kind === 'meta' ? 'import.meta'.length : 'import'.length, names.size)
      names.set(key, name)
      definitions[name] = `$bay.${key}`
    }
    return name
  }
  let text = ''
  let from = 0
  let open = false
  for (const found of parse(code)[0]) {
    if (found.type !== 'dynamic' && found.type !== 'import-meta') continue
    const file = fileAt(found.importStart) ?? fallback
    if (file === undefined) return undefined
    if (found.type === 'dynamic') open ||= found.specifier === undefined
    const name = nameFor(file, found.type === 'dynamic' ? 'importer' : 'meta')
    text += code.slice(from, found.importStart) + name
    from = found.importStart + name.length
  }
  return { code: text + code.slice(from), definitions, open }
}

/** Tells which file a place in esbuild's output comes from. */
export function sections(
  code: string,
  inputs: ReadonlySet<string>,
  prefix: string,
): (offset: number) => string | undefined {
  const starts: { readonly at: number; readonly name: string }[] = []
  for (const match of code.matchAll(/^\/\/ (.+)$/gm)) {
    const shown = match[1]!
    const name = shown.slice(prefix.length)
    if (shown.startsWith(prefix) && inputs.has(name)) starts.push({ at: match.index, name })
  }
  return (offset) => starts.findLast(({ at }) => at <= offset)?.name
}
