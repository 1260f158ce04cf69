import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What there are templates of, with what `metadata.json` says of a plugin of that kind if nobody says it better. */
export const KINDS = {
  base: 'Counts beats, and goes on counting over a reload.',
  ui: 'A guest book: a page with a form.',
  api: 'Items over HTTP, with an OpenAPI document.',
} as const

export type Kind = keyof typeof KINDS

/** `ts` is TypeScript, `js` plain ES modules. */
export type Language = 'ts' | 'js'

/** What is filled in. */
export interface Words {
  readonly name: string
  /** One line. */
  readonly description: string
  /** `$schema` of metadata.json; left out if there is none. */
  readonly schema: string | undefined
}

const FOLDER = fileURLToPath(new URL('../../../templates/', import.meta.url))

/** The files of a new plugin by their path in it, with `/`; sorted. */
export function template(kind: Kind, language: Language, words: Words): ReadonlyMap<string, string> {
  const files = new Map(textsOf(kind))
  if (language === 'js') {
    for (const file of files.keys()) if (/\.ts$|^tsconfig\.json$/.test(file)) files.delete(file)
    for (const [file, text] of textsOf(`${kind}-js`)) files.set(file, text)
  }
  return new Map([...files.keys()].sort().map((file) => [file, filled(file, files.get(file)!, words)]))
}

function textsOf(folder: string): [file: string, text: string][] {
  const root = join(FOLDER, folder)
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [relative(root, path).replaceAll(sep, '/'), readFileSync(path, 'utf8')]
    })
}

function filled(file: string, text: string, { name, description, schema }: Words): string {
  const words: Readonly<Record<string, string>> = {
    NAME: name,
    DESCRIPTION: description,
    SCHEMA: schema ?? '',
  }
  const isJson = file.endsWith('.json')
  return (schema === undefined ? text.replace(/^.*%SCHEMA%.*\n/m, '') : text).replace(
    /%(NAME|DESCRIPTION|SCHEMA)%/g,
    (_, key: string) => (isJson ? JSON.stringify(words[key]).slice(1, -1) : words[key]!),
  )
}
