import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const OWN_ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '')
const SCHEMA = join('schema', 'metadata.schema.json')

/**
 * The way from a plugin's folder to the schema of metadata.json in the plugbay that is installed above it, with `/`.
 * @param directory absolute; need not be there
 * @returns `undefined` if none is installed where code of that folder would find it
 */
export function schemaPath(directory: string): string | undefined {
  for (let at = dirname(directory); ; at = dirname(at)) {
    const file = join(at, at === OWN_ROOT ? SCHEMA : join('node_modules', 'plugbay', SCHEMA))
    if (existsSync(file)) return relative(directory, file).replaceAll(sep, '/')
    if (at === dirname(at)) return undefined
  }
}
