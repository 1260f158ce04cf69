/** What `ENABLED_PLUGINS` says. */
export interface EnabledPlugins {
  /** `*` is there, and `!*` is not. */
  readonly all: boolean
  readonly on: ReadonlySet<string>
  /** Named with `!`, which beats the same name without. */
  readonly off: ReadonlySet<string>
}

/**
 * Reads the value of `ENABLED_PLUGINS`: names between commas, trimmed; `*` is every plugin, `!name` is off. Case
 * counts, as it does in names. `undefined` is a variable that is not set, and gives `undefined`; an empty one is set
 * and names nobody.
 */
export function enabledPlugins(value: string | undefined): EnabledPlugins | undefined {
  if (value === undefined) return undefined
  const on = new Set<string>()
  const off = new Set<string>()
  for (const part of value.split(',')) {
    const word = part.trim()
    if (word.startsWith('!')) off.add(word.slice(1).trim())
    else on.add(word)
  }
  const all = on.has('*') && !off.has('*')
  for (const word of ['', '*']) {
    on.delete(word)
    off.delete(word)
  }
  for (const name of off) on.delete(name)
  return { all, on, off }
}
