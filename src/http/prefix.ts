import type { Scope } from '../model/plugin.ts'
import type { RoutesOptions } from './routes-options.ts'

/**
 * Where the routes of a plugin are: its `routes.prefix`, else `/<name>`. The root is the empty string.
 * @throws Error if it is malformed or the host's own
 */
export function prefixOf({ name, metadata }: Scope, { reserved = [], root = false }: RoutesOptions): string {
  const wanted = metadata.routes.prefix ?? `/${name}`
  const prefix = wanted === '/' ? '' : wanted.replace(/\/$/, '')
  if (!wanted.startsWith('/') || !/^(?:\/[\w.~-]+)*$/.test(prefix) || /\/\.\.?(?:\/|$)/.test(prefix))
    throw new Error(
      `the plugin ${name} asks for the routes under ${JSON.stringify(wanted)}; ` +
        'a prefix looks like /name or /group/name, of letters, digits and . _ ~ -',
    )
  if (prefix === '' && !root)
    throw new Error(`the plugin ${name} asks for the routes under /, which this host keeps for itself`)
  const own = reserved.find((taken) => prefix === taken || prefix.startsWith(`${taken}/`))
  if (own !== undefined)
    throw new Error(`the plugin ${name} asks for the routes under ${prefix}; ${own} is the host's own`)
  return prefix
}

/**
 * Where a prefix ends in a URL that lies under it.
 * @param url as it arrived: perhaps with the query, with needless percent signs, or with a scheme and a host
 */
export function endOfPrefix(prefix: string, url: string): number {
  if (url.startsWith(prefix) && url.charCodeAt(0) === 47) return prefix.length
  let end = originLength(url)
  for (let left = prefix.split('/').length - 1; left > 0; left -= 1) {
    const next = url.slice(end + 1).search(/[/?]/)
    end = next === -1 ? url.length : end + 1 + next
  }
  return end
}

/** A URL without the prefix that it lies under; begins with `/`, or as it did before that. */
export function below(prefix: string, url: string): string {
  const end = endOfPrefix(prefix, url)
  const origin = url.charCodeAt(0) === 47 ? '' : url.slice(0, originLength(url))
  return url.charCodeAt(end) === 47 ? origin + url.slice(end) : `${origin}/${url.slice(end)}`
}

/** The path of a URL, decoded where that changes nothing of its meaning. */
export function plainPath(url: string): string {
  const from = originLength(url)
  const query = url.indexOf('?', from)
  return url
    .slice(from, query === -1 ? undefined : query)
    .replaceAll(/%[\da-f]{2}/gi, (code) => /[\w.~-]/.exec(decodeByte(code))?.[0] ?? code)
}

/** Clients of a proxy ask for `http://host/path`. */
function originLength(url: string): number {
  return /^[a-z][a-z\d+.-]*:\/\/[^/?]*/i.exec(url)?.[0].length ?? 0
}

function decodeByte(code: string): string {
  return String.fromCharCode(Number.parseInt(code.slice(1), 16))
}
