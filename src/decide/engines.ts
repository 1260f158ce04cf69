import satisfies from 'semver/functions/satisfies.js'
import valid from 'semver/functions/valid.js'
import validRange from 'semver/ranges/valid.js'

import type { Metadata } from '../model/metadata.ts'
import { remembering } from './remembering.ts'

/** What is there to be asked for. */
export interface Versions {
  readonly plugbay: string
  /** The `hostVersion` option. */
  readonly host?: string
  readonly node: string
}

type Engine = 'plugbay' | 'host' | 'node'

/** One engine that is not as asked, or can't be judged. */
export interface EngineFlaw {
  readonly engine: Engine
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly hint: string
}

const remedies: Readonly<Record<Engine, string>> = {
  plugbay: 'Install a plugbay that fits',
  host: 'Install a version of the plugin that is made for this host',
  node: 'Run it with a Node.js that fits',
}

/**
 * Makes the comparison of what a plugin needs around it with what is there. A prerelease counts as what it leads up to
 * where the range leaves that open: 2.0.0-rc.1 is good enough for ^2, not for ^2.0.0.
 * @returns a function of the asked ranges; one that is not a range is passed over.
 */
export function createEngineCheck(versions: Versions): (asked: Metadata['engines']) => readonly EngineFlaw[] {
  const plugbay = remembering((range) => check('plugbay', range, versions.plugbay))
  const host = remembering((range) => check('host', range, versions.host))
  const node = remembering((range) => check('node', range, versions.node))
  return (asked) => {
    const flaws: EngineFlaw[] = []
    const add = (flaw: EngineFlaw | undefined): void => void (flaw && flaws.push(flaw))
    if (asked.plugbay !== undefined) add(plugbay(asked.plugbay))
    if (asked.host !== undefined) add(host(asked.host))
    if (asked.node !== undefined) add(node(asked.node))
    return flaws
  }
}

function check(engine: Engine, range: string, version: string | undefined): EngineFlaw | undefined {
  if (validRange(range) === null) return undefined
  if (version === undefined || valid(version) === null) {
    const what =
      version === undefined
        ? 'does not say its version'
        : `says its version is "${version}", which is not semver`
    return {
      engine,
      severity: 'warning',
      message: `It needs ${engine} ${range}, and the ${engine} ${what}: this is not checked.`,
      hint: 'Give createPluginManager a hostVersion such as "1.0.0".',
    }
  }
  if (satisfies(version, range, { includePrerelease: true })) return undefined
  return {
    engine,
    severity: 'error',
    message: `It needs ${engine} ${range}, this is ${valid(version)}.`,
    hint: `${remedies[engine]}, or widen the range in metadata.json if it works with this one.`,
  }
}
