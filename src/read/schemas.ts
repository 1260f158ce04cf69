import { readFileSync } from 'node:fs'

/** The published JSON Schemas of the files that people write. */
export interface Schemas {
  /** Of `metadata.json`. */
  readonly metadata: object
  /** Of `plugins.config.json`. */
  readonly config: object
}

let schemas: Schemas | undefined

/**
 * Reads `schema/*.json` of this package, once in a process.
 * @throws if the package is not whole: the files are missing or damaged.
 */
export function readSchemas(): Schemas {
  schemas ??= { metadata: readSchema('metadata'), config: readSchema('plugins.config') }
  return schemas
}

function readSchema(name: string): object {
  return JSON.parse(
    readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as object
}
