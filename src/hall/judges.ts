import { createConfigJudge } from '../decide/judge-config.ts'
import type { ConfigJudge } from '../decide/judge-config.ts'
import { createMetadataJudge } from '../decide/judge-metadata.ts'
import type { MetadataJudge } from '../decide/judge-metadata.ts'
import { readSchemas } from '../read/schemas.ts'
import { version } from '../read/version.ts'

export interface Judges {
  readonly config: ConfigJudge
  readonly metadata: MetadataJudge
}

/** Compiling a schema takes longer than starting fifty plugins, and the judges remember nothing of whom they judge. */
const known = new Map<string | undefined, Judges>()

/** The judges of metadata.json and of the config file; the same ones for all managers of one host. */
export function judgesFor(hostVersion: string | undefined): Judges {
  let judges = known.get(hostVersion)
  if (!judges) {
    const schemas = readSchemas()
    const versions = { plugbay: version, node: process.versions.node }
    judges = {
      config: createConfigJudge(schemas),
      metadata: createMetadataJudge(schemas, {
        ...versions,
        ...(hostVersion !== undefined && { host: hostVersion }),
      }),
    }
    known.set(hostVersion, judges)
  }
  return judges
}
